/* SPDX-License-Identifier: MIT */
/*
 * Start-up of paging (kernel/address_space.h). While the new tables are built, everything is
 * reached through the stub's; the steps are ordered by their dependencies.
 */
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/boot_information.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <kernel/string.h>
#include <mercator/audit.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

#include "../console/start_screen.h"
#include "regions.h"

_Static_assert(TEMP_PAGES_BASE + TEMP_PAGES * MC_FRAME_SIZE == KERNEL_BASE + BOOT_KERNEL_REACH,
	       "the temporary pages need the last of the stub's page tables");

static struct mc_space space;
static const struct mc_physmap_window physmap_window = { { PHYSMAP_BASE }, PHYSMAP_SIZE };
static const struct mc_vmap vmap = { &space, { VMAP_BASE }, VMAP_SIZE };

/* The stub's tables as a space, active while ours are built. */
static struct mc_space stub_space;

struct mc_space *kernel_space(void)
{
	return &space;
}

const struct mc_vmap *kernel_vmap(void)
{
	return &vmap;
}

static void must(int error, const char *what)
{
	if (error)
		panic("the kernel's address space: %s: %s", what, mc_error_text(error));
}

static struct mc_memmap_range physical_range(const char *start, const char *end)
{
	return (struct mc_memmap_range){ (uint64_t)(uintptr_t)start - KERNEL_BASE,
					 (uint64_t)(uintptr_t)end - KERNEL_BASE, MC_MEMMAP_KERNEL };
}

/* The walk uses the kernel's own method, so the entry is writable where it finds it. */
static void start_temp_page(void)
{
	const mc_virt_addr_t page = mc_virt_addr(TEMP_PAGES_BASE);
	const struct mc_root root = mc_active_root();
	struct mc_walk walk;
	int error = kernel_walk(&root, page, &walk);

	if (!error)
		error = mc_temp_page_init(page, &walk);
	must(error, "temporary page");
}

static void enter_stub_space(void)
{
	stub_space = (struct mc_space){
		.root = mc_active_root(),
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
	};
	stub_space.root.method = KERNEL_METHOD;
#ifdef CONFIG_RECURSIVE
	stub_space.recursive_slot = CONFIG_RECURSIVE_SLOT;
#endif
	must(mc_space_activate(&stub_space), "the stub's tables");
}

static void make_root(void)
{
	const struct mc_frame_source *frames = kernel_frame_source();
	const struct cpu_features *cpu = cpu_features();
	mc_pt_entry_t *entries;
	mc_pfn_t root;

	must(frames->allocate(frames->context, &root), "root table");
	entries = frame_bytes(root);
	memset(entries, 0, MC_FRAME_SIZE);
	space = (struct mc_space){
		.root = {
			.table = mc_phys_of_pfn(root),
			.levels = mc_active_root().levels,
			.method = KERNEL_METHOD,
			.pointer_to = physmap_function,
			.table_pointer = physmap_function(NULL, mc_phys_of_pfn(root)),
		},
		.frames = frames,
		.largest_leaf = cpu->pages_1gib ? 3 : 2,
		.physical_limit = cpu_physical_limit(),
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
		.global_pages = cpu->global_pages,
	};
#ifdef CONFIG_RECURSIVE
	entries[CONFIG_RECURSIVE_SLOT].raw = mc_phys_raw(space.root.table) | MC_PT_RECURSIVE_FLAGS;
	space.recursive_slot = CONFIG_RECURSIVE_SLOT;
#endif
	mc_space_set_inactive(&space);
}

static void map_all_ram(void)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);

	must(mc_physmap_map(&space, &physmap_window, ram, count,
			    physical_range(text_start, rodata_end)),
	     "physical map");
}

static void map_region(const struct mc_region *region)
{
	switch (region->kind) {
	case MC_REGION_IMAGE:
		must(mc_mapper_map(&space, region->start, region->physical, region->size,
				   region->attributes, NULL),
		     region->name);
		break;
	case MC_REGION_GUARD:
		must(mc_mapper_reserve(&space, region->start, region->size, MC_MARKER_GUARD, NULL),
		     region->name);
		break;
	case MC_REGION_TEMP:
		must(mc_mapper_reserve(&space, region->start, region->size, MC_MARKER_TEMP, NULL),
		     region->name);
		break;
	case MC_REGION_PHYSMAP: map_all_ram(); break;
	case MC_REGION_SINGLE:
	case MC_REGION_WINDOW: break; /* empty at first; the root's own entry makes it */
	}
}

static void map_regions(void)
{
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	for (size_t i = 0; i < count; i++)
		map_region(&regions[i]);
}

/* Map RAM that the kernel continues to use; returns its new address. */
static void *map_ram(uint64_t start, uint64_t size, unsigned int rights, const char *what)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_GLOBAL | rights,
						  MC_MEMORY_WRITE_BACK };
	mc_virt_addr_t address;

	must(mc_vmap_map(&vmap, mc_phys_addr(start), size, attributes, &address), what);
	return mc_virt_ptr(address);
}

static void *map_frame_metadata(void)
{
	const struct mc_memmap_range range = frames_metadata();

	if (IS_ENABLED(CONFIG_PHYSMAP))
		return mc_physmap_pointer(mc_phys_addr(range.start));
	return map_ram(range.start, range.end - range.start, MC_RIGHT_WRITE,
		       "metadata of the frame allocator");
}

/* From here on all must use their new addresses: first the screen, which shows panics. */
static void activate(void)
{
	const struct mc_cpu_state state = {
		.levels = mc_active_root().levels,
		.physical_bits = cpu_features()->physical_bits,
		.no_execute = read_msr(MSR_EFER) & EFER_NXE,
		.write_protect = read_cr0() & CR0_WP,
		.global_pages = read_cr4() & CR4_PGE,
		.pat = read_msr(MSR_PAT),
	};

	must(mc_space_check_cpu(&space, &state), "the CPU's state");
	must(mc_space_activate(&space), "activation");
}

/*
 * These are unused now: the image's new mapping leaves the stub and its tables out, and the boot
 * information is read from its copy.
 */
static void give_boot_memory_back(void)
{
	for (size_t piece = 0; piece < BOOT_MODULES; piece++)
		PANIC_UNLESS(!boot_memory_release(piece, NULL));
}

void paging_init(void)
{
	const struct mc_memmap_range arrays = memory_arrays(), information = memory_information();
	const void *new_arrays, *new_information;
	void *metadata;
	size_t nr_ram;
	const struct mc_memmap_range *ram;

	regions_init(mc_active_root().levels);
	enter_stub_space();
	start_temp_page();
	frames_plan();
	make_root();
	map_regions();
	metadata = map_frame_metadata();
	new_arrays = map_ram(arrays.start, arrays.end - arrays.start, 0, "memory map");
	new_information = map_ram(information.start, information.end - information.start, 0,
				  "boot information");
	prepare_screen();

	activate();
	move_screen();
	memory_remap(new_arrays);
	ram = memory_ram(&nr_ram);
	mc_physmap_set_ranges(ram, IS_ENABLED(CONFIG_PHYSMAP) ? nr_ram : 0);
	start_temp_page();
	boot_information_remap(new_information);

	frames_init(metadata);
	give_boot_memory_back();
}

static void describe_physmap(void)
{
	struct mc_physmap_size size;

	must(mc_physmap_measure(&space, &physmap_window, &size), "measuring the physical map");
	log_info("physical map: %lu x 1 GiB, %lu x 2 MiB, %lu x 4 KiB pages in %lu tables",
		 size.nr_leaves[3], size.nr_leaves[2], size.nr_leaves[1], size.nr_tables);
}

/* tests/test_memory_map.py reads these lines. */
static void describe_region(const struct mc_region *region)
{
	const unsigned int rights = region->attributes.rights;
	char size[SIZE_TEXT_MAX];

	log_info("  %016lx %10s %c%c%c%c %s", mc_virt_raw(region->start),
		 describe_size(size, region->size), rights & MC_RIGHT_READ ? 'r' : '-',
		 rights & MC_RIGHT_WRITE ? 'w' : '-', rights & MC_RIGHT_EXECUTE ? 'x' : '-',
		 rights & MC_RIGHT_GLOBAL ? 'g' : '-', region->name);
}

void paging_describe(void)
{
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	log_info(
		"address space: %u levels, root at %#lx, %lu tables below it, made by the %s mapper",
		space.root.levels, mc_phys_raw(space.root.table), space.nr_tables,
		kernel_method_name());
	for (size_t i = 0; i < count; i++)
		describe_region(&regions[i]);
	if (IS_ENABLED(CONFIG_PHYSMAP))
		describe_physmap();
}
