/* SPDX-License-Identifier: MIT */
/*
 * From the loader's memory map to usable ranges (mercator/memory.h). The array of ranges is sized by
 * the map itself and placed in memory that the map calls free: nothing here has a fixed bound.
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <mercator/describe.h>
#include <mercator/fmt.h>
#include <mercator/log.h>
#include <mercator/memory.h>
#include <mercator/panic.h>
#include <mercator/physmap.h>

/* What is in use besides modules; firmware's map does not carve it out. */
enum own_range {
	OWN_PAGE_0,
	OWN_KERNEL,
	OWN_BOOT_TABLES,
	OWN_BOOT_INFORMATION,
	NR_OWN_RANGES,
};

/* One piece of memory: usable ranges, then all that are RAM. */
static struct memmap_range *ranges, *ram;
static size_t nr_ranges, nr_ram;
static struct memmap_range arrays;

static uint64_t kernel_physical(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer - KERNEL_BASE;
}

static struct memmap_range own_range(const struct bootinfo *info, enum own_range which)
{
	uint64_t information = (uint64_t)(uintptr_t)info->data - PHYSMAP_BASE;

	switch (which) {
	case OWN_PAGE_0: return (struct memmap_range){ 0, FRAME_SIZE, MEMMAP_FIRMWARE };
	case OWN_KERNEL:
		return (struct memmap_range){ (uint64_t)(uintptr_t)boot_start,
					      kernel_physical(kernel_end), MEMMAP_KERNEL };
	case OWN_BOOT_TABLES:
		return (struct memmap_range){ kernel_physical(boot_tables_start),
					      kernel_physical(boot_tables_end),
					      MEMMAP_BOOT_TABLES };
	default:
		return (struct memmap_range){ information, information + info->size,
					      MEMMAP_BOOT_INFORMATION };
	}
}

static struct memmap_range module_range(const struct bootinfo *info, size_t index)
{
	struct bootinfo_module module = { 0 };
	size_t cursor = 0;

	for (size_t i = 0; i <= index; i++)
		bootinfo_next_module(info, &cursor, &module);
	return (struct memmap_range){ phys_raw(module.start), phys_raw(module.end), MEMMAP_MODULE };
}

/* The raw map: firmware's entries, then what is in use. A struct memmap_source over the bootinfo. */
static struct memmap_range raw_range(const void *context, size_t index)
{
	const struct bootinfo *info = context;

	if (index < info->nr_memory_entries) {
		struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, index);

		return memmap_from_length(entry.base, entry.length, entry.type);
	}
	index -= info->nr_memory_entries;
	if (index < NR_OWN_RANGES)
		return own_range(info, (enum own_range)index);
	return module_range(info, index - NR_OWN_RANGES);
}

static void log_range(const struct memmap_range *range)
{
	char size[SIZE_TEXT_MAX], number[16] = "";

	/* Firmware's type, as it gave it; our own have only names. */
	if (range->type < MEMMAP_OWN_FIRST || range->type > MEMMAP_OWN_LAST)
		fmt_print(number, sizeof(number), " (%u)", (unsigned int)range->type);
	log_info("  %012lx-%012lx %10s  %s%s", range->start, range->end,
		 describe_size(size, range->end > range->start ? range->end - range->start : 0),
		 memmap_type_name(range->type), number);
}

static void log_left_out(uint64_t bytes, const char *where)
{
	char size[SIZE_TEXT_MAX];

	if (bytes)
		log_warn("%s of RAM lie beyond %s and are not used", describe_size(size, bytes),
			 where);
}

static uint64_t bytes_beyond(uint64_t limit)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < nr_ranges; i++)
		if (ranges[i].end > limit)
			bytes +=
				ranges[i].end - (ranges[i].start > limit ? ranges[i].start : limit);
	return bytes;
}

/*
 * Read the raw map into two arrays, the first `nr_firmware` of its ranges into that of RAM. They are
 * placed in memory that is free and that we can reach.
 */
static void read_raw_map(const struct memmap_source *map, size_t nr_firmware)
{
	uint64_t size = (map->count + 1 + nr_firmware) * sizeof(*ranges);
	uint64_t address;

	if (memmap_find(map, size, FRAME_SIZE, 0, physmap_reach(), &address))
		panic("no room for a memory map of %zu ranges", map->count);
	ranges = physmap_pointer(phys_addr(address));
	ram = ranges + map->count + 1;
	for (size_t i = 0; i < map->count; i++)
		ranges[i] = map->range(map->context, i);
	for (size_t i = 0; i < nr_firmware; i++)
		ram[i] = ranges[i];
	arrays = (struct memmap_range){ address, address + size, MEMMAP_MEMORY_MAP };
	ranges[map->count] = arrays;
	nr_ranges = map->count + 1;
}

/* What every user of the ranges relies on. */
static void audit_ranges(void)
{
	for (size_t i = 0; i < nr_ranges; i++) {
		DEBUG_PANIC_UNLESS(ranges[i].start < ranges[i].end);
		DEBUG_PANIC_UNLESS(is_aligned(ranges[i].start | ranges[i].end, FRAME_SIZE));
		DEBUG_PANIC_UNLESS(i == 0 || ranges[i - 1].end < ranges[i].start);
	}
}

void memory_init(const struct bootinfo *info)
{
	const struct memmap_source map = {
		.range = raw_range,
		.context = info,
		.count = info->nr_memory_entries + NR_OWN_RANGES + info->nr_modules,
	};
	struct memmap_summary summary;
	char size[SIZE_TEXT_MAX];

	read_raw_map(&map, info->nr_memory_entries);
	log_info("memory map: %zu entries by firmware, %zu of our own", info->nr_memory_entries,
		 nr_ranges - info->nr_memory_entries);
	for (size_t i = 0; i < nr_ranges; i++)
		log_range(&ranges[i]);

	summary = memmap_normalise(ranges, nr_ranges, cpu_physical_limit());
	nr_ranges = summary.nr_ranges;
	audit_ranges();
	nr_ram = memmap_normalise(ram, info->nr_memory_entries, cpu_physical_limit()).nr_ranges;
	log_info("memory: %s usable, %lu frames in %zu ranges", describe_size(size, summary.usable),
		 summary.usable / FRAME_SIZE, nr_ranges);
	log_left_out(summary.beyond_limit, "the CPU's physical addresses");
	if (IS_ENABLED(CONFIG_PHYSMAP))
		log_left_out(bytes_beyond(PHYSMAP_SIZE), "the physical map's window");
}

const struct memmap_range *memory_ranges(size_t *count)
{
	*count = nr_ranges;
	return ranges;
}

const struct memmap_range *memory_ram(size_t *count)
{
	*count = nr_ram;
	return ram;
}

struct memmap_range memory_arrays(void)
{
	return arrays;
}

void memory_remap(const void *start)
{
	/* Read-only from here on: nothing writes to them after memory_init(). */
	struct memmap_range *moved = (struct memmap_range *)(uintptr_t)start;

	ram = moved + (ram - ranges);
	ranges = moved;
}
