/* SPDX-License-Identifier: MIT */
/* The machine (world.h), and the replacements of the CPU's instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <arch/layout.h>
#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

#include "world.h"

/* A PC's. */
#define LOW_END    UINT64_C(0x9f000)
#define HIGH_START MIB(1)
#define HOLE_START GIB(3)
#define HOLE_END   GIB(4)

#define NR_FRAMES (WORLD_MEMORY / MC_FRAME_SIZE)

/* Odd, so that multiplying by it is a permutation of the frames, with neighbours far apart. */
#define SCATTER UINT64_C(0x9e3779b97f4a7c15)

const struct mc_memmap_range world_read_only = { MIB(1), MIB(1) + UINT64_C(0x60000),
						 MC_MEMMAP_KERNEL };
struct mc_space world_kernel;
const struct mc_physmap_window world_window = { { PHYSMAP_BASE }, PHYSMAP_SIZE };
struct invalidations world_invalidations;
uint64_t world_temp_page_tables;
uint64_t host_physmap_base;

static uint8_t *memory;
static uint64_t nr_given;
static struct mc_root current;

/* All of the world's own, without a hole. */
static const struct mc_memmap_range ram[] = { { 0, WORLD_MEMORY, MC_MEMMAP_USABLE } };
static const struct mc_memmap_range no_range;

void must(int error)
{
	if (!error)
		return;
	fprintf(stderr, "claims: %s\n", mc_error_name(error));
	abort();
}

void *world_memory(uint64_t physical)
{
	return memory + physical;
}

static int allocate(void *context, mc_pfn_t *frame)
{
	(void)context;
	*frame = ++nr_given * SCATTER % NR_FRAMES;
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	(void)frame;
}

static const struct mc_frame_source frames = { .allocate = allocate, .release = release };

void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	(void)address;
	world_invalidations.pages++;
}

void mc_tlb_flush_all(void)
{
	world_invalidations.everything++;
}

void mc_tlb_load_root(mc_phys_addr_t root)
{
	current.table = root;
	world_invalidations.roots++;
}

struct mc_root mc_active_root(void)
{
	return current;
}

void mc_cpu_relax(void)
{
}

struct world_walk world_translate(uint64_t address)
{
	struct world_walk walk = { .nr_entries = 0 };
	uint64_t table = mc_phys_raw(current.table);

	for (unsigned int level = current.levels;; level--) {
		const uint64_t at =
			table + mc_pt_index(mc_virt_addr(address), level) * sizeof(uint64_t);
		const mc_pt_entry_t entry = *(mc_pt_entry_t *)world_memory(at);

		walk.entries[walk.nr_entries++] = at;
		if (mc_pt_is_table(entry, level)) {
			table = mc_phys_raw(mc_pt_table_address(entry));
			continue;
		}
		if (!mc_pt_is_leaf(entry, level)) {
			fprintf(stderr, "claims: page fault at %#lx\n", address);
			abort();
		}
		walk.size = mc_pt_span(level);
		walk.page = align_down(address, walk.size);
		walk.physical =
			mc_phys_raw(mc_pt_leaf_translate(entry, level, mc_virt_addr(address)));
		return walk;
	}
}

void *mc_own_pointer(mc_virt_addr_t address)
{
	return world_memory(world_translate(mc_virt_raw(address)).physical);
}

uint64_t world_temp_page_entry(void)
{
	struct mc_walk walk;

	must(mc_offset_walk(&current, mc_virt_addr(TEMP_PAGES_BASE), &walk));
	return (uint64_t)((const uint8_t *)walk.steps[walk.nr_steps - 1].pointer - memory);
}

static void *pointer_to(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return world_memory(mc_phys_raw(frame));
}

void world_go_by_pointer(void)
{
	world_kernel.root.pointer_to = pointer_to;
}

static void *temporary(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return mc_temp_page_map(mc_phys_pfn(frame));
}

void world_go_by_temp_page(void)
{
	world_kernel.root.pointer_to = temporary;
	world_kernel.root.pointers_are_brief = true;
}

MEASURED static void measured_temporary_setup(void)
{
	const uint64_t nr_tables = world_kernel.nr_tables;
	struct mc_walk walk;

	must(mc_mapper_reserve(&world_kernel, mc_virt_addr(TEMP_PAGES_BASE), MC_FRAME_SIZE, 1,
			       NULL));
	must(mc_recursive_walk(&current, mc_virt_addr(TEMP_PAGES_BASE), &walk));
	must(mc_temp_page_init(mc_virt_addr(TEMP_PAGES_BASE), &walk));
	world_temp_page_tables = world_kernel.nr_tables - nr_tables;
}

static void get_memory(void)
{
	if (memory)
		munmap(memory, WORLD_MEMORY);
	memory = mmap(NULL, WORLD_MEMORY, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		perror("claims: memory");
		abort();
	}
	host_physmap_base = (uint64_t)(uintptr_t)memory;
	mc_physmap_set_reach(WORLD_MEMORY);
	nr_given = 0;
}

size_t world_ram(uint64_t size, struct mc_memmap_range pc[3])
{
	const uint64_t below = size < HOLE_START ? size : HOLE_START;

	pc[0] = (struct mc_memmap_range){ 0, LOW_END, MC_MEMMAP_USABLE };
	pc[1] = (struct mc_memmap_range){ HIGH_START, below, MC_MEMMAP_USABLE };
	pc[2] = (struct mc_memmap_range){ HOLE_END, HOLE_END + (size - below), MC_MEMMAP_USABLE };
	return size > below ? 3 : 2;
}

static struct mc_space make_space(unsigned int levels, unsigned int largest_leaf)
{
	mc_pfn_t root;

	must(allocate(NULL, &root));
	return (struct mc_space){
		.root = { .table = mc_phys_of_pfn(root),
			  .levels = levels,
			  .method = MC_ACCESS_OFFSET },
		.frames = &frames,
		.largest_leaf = largest_leaf,
		.physical_limit = UINT64_C(1) << 46,
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
		.global_pages = true,
	};
}

struct mc_space world_empty_space(unsigned int largest_leaf)
{
	get_memory();
	return make_space(4, largest_leaf);
}

MEASURED static void measured_recursive_setup(mc_pt_entry_t *root)
{
	root[CONFIG_RECURSIVE_SLOT].raw = mc_phys_raw(current.table) | MC_PT_RECURSIVE_FLAGS;
}

void world_start(unsigned int levels, unsigned int largest_leaf, enum mc_access_method method)
{
	get_memory();
	world_kernel = make_space(levels, largest_leaf);
	world_kernel.recursive_slot = CONFIG_RECURSIVE_SLOT;
	current = world_kernel.root;
	measured_recursive_setup(world_memory(mc_phys_raw(current.table)));
	must(mc_physmap_map(&world_kernel, &world_window, ram, ARRAY_SIZE(ram), no_range));
	must(mc_space_activate(&world_kernel));
	measured_temporary_setup();
	must(mc_space_share_kernel_half(&world_kernel));
	world_kernel.root.method = method;
	world_invalidations = (struct invalidations){ 0 };
}
