/* SPDX-License-Identifier: MIT */
/*
 * From the loader's memory map to usable ranges (kernel/memory.h). The arrays are sized by the map
 * and placed in memory that the map calls free: there is no fixed limit.
 *
 * All of them come from one raw list, and each but the last from the first part of it:
 *
 *	| firmware's entries, devices | what stays: page 0, the image, the arrays | boot memory |
 *	  memory_ram() ..............
 *	  memory_allocatable() ....................................................
 *	  memory_ranges() ......................................................................
 *	                                                                           memory_boot()
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/memory_hole.h>
#include <kernel/fmt.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/physmap.h>

/* What stays in use, besides the arrays; firmware's map calls it usable. */
enum kept_range {
	KEPT_PAGE_0,
	KEPT_SECTIONS, /* text to data */
	KEPT_STACKS,
	NR_KEPT_RANGES,
};

/* All in one piece of memory; `released` is a byte for each piece of boot memory. */
static struct mc_memmap_range *ranges, *pool, *ram, *boot;
static size_t nr_ranges, nr_pool, nr_ram, nr_boot;
static const uint8_t *released;
static struct mc_memmap_range arrays, information;
static struct mc_memmap_range screen; /* empty unless it was claimed */

static uint64_t kernel_physical(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer - KERNEL_BASE;
}

static struct mc_memmap_range kept_range(enum kept_range which)
{
	switch (which) {
	case KEPT_PAGE_0: return (struct mc_memmap_range){ 0, MC_FRAME_SIZE, MC_MEMMAP_FIRMWARE };
	case KEPT_SECTIONS:
		return (struct mc_memmap_range){ kernel_physical(kernel_start),
						 kernel_physical(boot_tables_start),
						 MC_MEMMAP_KERNEL };
	default:
		return (struct mc_memmap_range){ kernel_physical(boot_tables_end),
						 kernel_physical(kernel_end), MC_MEMMAP_KERNEL };
	}
}

/* What is not RAM, whatever firmware calls it; the screen is the last, if there is one. */
static size_t nr_devices(void)
{
	return screen.start < screen.end ? 2 : 1;
}

static struct mc_memmap_range module_range(const struct bootinfo *info, size_t index)
{
	struct bootinfo_module module = { 0 };
	size_t cursor = 0;

	for (size_t i = 0; i <= index; i++)
		bootinfo_next_module(info, &cursor, &module);
	return (struct mc_memmap_range){ mc_phys_raw(module.start), mc_phys_raw(module.end),
					 MC_MEMMAP_MODULE };
}

static struct mc_memmap_range boot_range(const struct bootinfo *info, size_t index)
{
	const uint64_t data = (uint64_t)(uintptr_t)info->data - PHYSMAP_BASE;

	switch (index) {
	case BOOT_STUB:
		return (struct mc_memmap_range){ (uint64_t)(uintptr_t)boot_start,
						 (uint64_t)(uintptr_t)boot_end, MC_MEMMAP_KERNEL };
	case BOOT_STUB_TABLES:
		return (struct mc_memmap_range){ kernel_physical(boot_tables_start),
						 kernel_physical(boot_tables_end),
						 MC_MEMMAP_BOOT_TABLES };
	case BOOT_INFORMATION:
		return (struct mc_memmap_range){ data, data + info->size,
						 MC_MEMMAP_BOOT_INFORMATION };
	default: return module_range(info, index - BOOT_MODULES);
	}
}

/* The raw list without the arrays, which have no place yet. For struct mc_memmap_source. */
static struct mc_memmap_range raw_range(const void *context, size_t index)
{
	const struct bootinfo *info = context;

	if (index < info->nr_memory_entries) {
		struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, index);

		return mc_memmap_from_length(entry.base, entry.length, entry.type);
	}
	index -= info->nr_memory_entries;
	if (index < nr_devices())
		return index ? screen : arch_memory_hole;
	index -= nr_devices();
	if (index < NR_KEPT_RANGES)
		return kept_range((enum kept_range)index);
	return boot_range(info, index - NR_KEPT_RANGES);
}

static struct mc_memmap_source raw_map(const struct bootinfo *info)
{
	return (struct mc_memmap_source){
		.range = raw_range,
		.context = info,
		.count = info->nr_memory_entries + nr_devices() + NR_KEPT_RANGES + BOOT_MODULES +
			 info->nr_modules,
	};
}

static bool is_own(enum mc_memmap_type type)
{
	return type >= MC_MEMMAP_OWN_FIRST && type <= MC_MEMMAP_OWN_LAST;
}

/* Whether the memory's contents are in use, so that the screen cannot be there. */
static bool has_contents(enum mc_memmap_type type)
{
	switch (type) {
	case MC_MEMMAP_ACPI_RECLAIMABLE:
	case MC_MEMMAP_ACPI_NVS:
	case MC_MEMMAP_PERSISTENT:
	case MC_MEMMAP_PERSISTENT_LEGACY: return true;
	default: return is_own(type) && type != MC_MEMMAP_DEVICE;
	}
}

/* The bytes that two ranges have in common. */
static uint64_t common_bytes(const struct mc_memmap_range *a, const struct mc_memmap_range *b)
{
	const uint64_t start = a->start > b->start ? a->start : b->start;
	const uint64_t end = a->end < b->end ? a->end : b->end;

	return start < end ? end - start : 0;
}

int memory_claim_screen(const struct bootinfo *info, mc_phys_addr_t start, uint64_t size)
{
	const struct mc_memmap_range claim = { mc_phys_raw(start), mc_phys_raw(start) + size,
					       MC_MEMMAP_DEVICE };
	const struct mc_memmap_source map = raw_map(info);
	uint64_t usable = 0, lost = 0;

	for (size_t i = 0; i < map.count; i++) {
		const struct mc_memmap_range range = raw_range(info, i);

		if (range.type == MC_MEMMAP_USABLE) {
			usable += common_bytes(&range, &range);
			lost += common_bytes(&range, &claim);
		} else if (has_contents(range.type) && common_bytes(&range, &claim)) {
			return MC_ERR_BUSY;
		}
	}
	if (lost > usable / 2)
		return MC_ERR_NO_MEMORY;
	screen = claim;
	return 0;
}

static void log_range(const struct mc_memmap_range *range)
{
	char size[SIZE_TEXT_MAX], number[16] = "";

	/* Firmware's number of the type; our own types have only names. */
	if (!is_own(range->type))
		fmt_print(number, sizeof(number), " (%u)", (unsigned int)range->type);
	log_info("  %012lx-%012lx %10s  %s%s", range->start, range->end,
		 describe_size(size, range->end > range->start ? range->end - range->start : 0),
		 mc_memmap_type_name(range->type), number);
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
 * Place the arrays and the copy of the boot information in free memory that is mapped. Each array
 * has room for its part of `map` and the arrays' own range.
 */
static void place_arrays(const struct mc_memmap_source *map, const struct bootinfo *info)
{
	const size_t nr_machine = info->nr_memory_entries + nr_devices();
	const size_t nr_kept = nr_machine + NR_KEPT_RANGES + 1;
	const size_t nr_raw = map->count + 1;
	const uint64_t size = (nr_raw + nr_kept + nr_machine + nr_boot) * sizeof(*ranges) + nr_boot;
	const uint64_t whole = align_up(size, MC_FRAME_SIZE);
	uint64_t address;

	if (mc_memmap_find(map, whole + info->size, MC_FRAME_SIZE, 0, mc_physmap_reach(), &address))
		panic("no room for a memory map of %zu ranges", map->count);
	arrays = (struct mc_memmap_range){ address, address + size, MC_MEMMAP_MEMORY_MAP };
	information = (struct mc_memmap_range){ address + whole, address + whole + info->size,
						MC_MEMMAP_MEMORY_MAP };
	ranges = mc_physmap_pointer(mc_phys_addr(address));
	pool = ranges + nr_raw;
	ram = pool + nr_kept;
	boot = ram + nr_machine;
	released = memset(boot + nr_boot, 0, nr_boot);
	nr_ranges = nr_raw;
	nr_pool = nr_kept;
	nr_ram = nr_machine;
}

/* Fill the arrays from the raw list, including the arrays' own range. */
static void read_raw_map(const struct mc_memmap_source *map)
{
	const size_t own = nr_pool - 1;

	for (size_t i = 0; i < nr_ranges; i++)
		ranges[i] = i < own   ? map->range(map->context, i)
			    : i > own ? map->range(map->context, i - 1)
				      : (struct mc_memmap_range){ arrays.start, information.end,
								  MC_MEMMAP_MEMORY_MAP };
	for (size_t i = 0; i < nr_pool; i++)
		pool[i] = ranges[i];
	for (size_t i = 0; i < nr_ram; i++)
		ram[i] = ranges[i];
	for (size_t i = 0; i < nr_boot; i++)
		boot[i] = ranges[nr_pool + i];
}

/* Check what every user of the ranges relies on. */
static void audit_ranges(void)
{
	for (size_t i = 0; i < nr_ranges; i++) {
		DEBUG_PANIC_UNLESS(ranges[i].start < ranges[i].end);
		DEBUG_PANIC_UNLESS(is_aligned(ranges[i].start | ranges[i].end, MC_FRAME_SIZE));
		DEBUG_PANIC_UNLESS(i == 0 || ranges[i - 1].end < ranges[i].start);
	}
}

void memory_init(const struct bootinfo *info)
{
	const struct mc_memmap_source map = raw_map(info);
	struct mc_memmap_summary summary;
	char size[SIZE_TEXT_MAX];

	nr_boot = BOOT_MODULES + info->nr_modules;
	place_arrays(&map, info);
	read_raw_map(&map);
	memcpy(mc_physmap_pointer(mc_phys_addr(information.start)), info->data, info->size);
	log_info("memory map: %zu entries by firmware, %zu of our own", info->nr_memory_entries,
		 nr_ranges - info->nr_memory_entries);
	for (size_t i = 0; i < nr_ranges; i++)
		log_range(&ranges[i]);

	summary = mc_memmap_normalise(ranges, nr_ranges, cpu_physical_limit());
	nr_ranges = summary.nr_ranges;
	audit_ranges();
	nr_pool = mc_memmap_normalise(pool, nr_pool, cpu_physical_limit()).nr_ranges;
	nr_ram = mc_memmap_normalise(ram, nr_ram, cpu_physical_limit()).nr_ranges;
	log_info("memory: %s usable, %lu frames in %zu ranges", describe_size(size, summary.usable),
		 summary.usable / MC_FRAME_SIZE, nr_ranges);
	log_left_out(summary.beyond_limit, "the CPU's physical addresses");
	if (IS_ENABLED(CONFIG_PHYSMAP))
		log_left_out(bytes_beyond(PHYSMAP_SIZE), "the physical map's window");
}

const struct mc_memmap_range *memory_ranges(size_t *count)
{
	*count = nr_ranges;
	return ranges;
}

const struct mc_memmap_range *memory_ram(size_t *count)
{
	*count = nr_ram;
	return ram;
}

const struct mc_memmap_range *memory_allocatable(size_t *count)
{
	*count = nr_pool;
	return pool;
}

const struct mc_memmap_range *memory_boot(size_t *count)
{
	*count = nr_boot;
	return boot;
}

bool memory_boot_is_released(size_t piece)
{
	return released[piece];
}

/* The arrays are mapped read-only; this byte is written through another mapping. */
void memory_boot_set_released(size_t piece)
{
	const uint64_t offset = (uint64_t)(uintptr_t)&released[piece] - (uint64_t)(uintptr_t)ranges;
	const uint64_t address = arrays.start + offset;
	uint8_t *frame = frame_bytes(address / MC_FRAME_SIZE);

	frame[address % MC_FRAME_SIZE] = 1;
}

struct mc_memmap_range memory_arrays(void)
{
	return arrays;
}

struct mc_memmap_range memory_information(void)
{
	return information;
}

struct mc_memmap_range memory_screen(void)
{
	return screen;
}

void memory_remap(const void *start)
{
	/* Casting const away is safe: nothing writes to them after memory_init(). */
	struct mc_memmap_range *moved = (struct mc_memmap_range *)(uintptr_t)start;

	pool = moved + (pool - ranges);
	ram = moved + (ram - ranges);
	boot = moved + (boot - ranges);
	released = (const uint8_t *)(boot + nr_boot);
	ranges = moved;
}
