/* SPDX-License-Identifier: MIT */
/* The machine (world.h), and what stands in for the CPU's instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <arch/layout.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

#include "world.h"

/* A PC's. */
#define LOW_END    UINT64_C(0x9f000)
#define HIGH_START MIB(1)
#define HOLE_START GIB(3)
#define HOLE_END   GIB(4)

#define NR_FRAMES (WORLD_MEMORY / FRAME_SIZE)

/* Odd, so that multiplying by it is a permutation of the frames: neighbours come far apart. */
#define SCATTER UINT64_C(0x9e3779b97f4a7c15)

const struct memmap_range world_read_only = { MIB(1), MIB(1) + UINT64_C(0x60000), MEMMAP_KERNEL };
struct space world_kernel;
const struct physmap_window world_window = { { PHYSMAP_BASE }, PHYSMAP_SIZE };
struct invalidations world_invalidations;
uint64_t world_temp_page_tables;
uint64_t host_physmap_base;

static uint8_t *memory;
static uint64_t nr_given;
static struct root current;

/* All of the world's own, without a hole. */
static const struct memmap_range ram[] = { { 0, WORLD_MEMORY, MEMMAP_USABLE } };
static const struct memmap_range no_range;

void must(int error)
{
	if (!error)
		return;
	fprintf(stderr, "claims: %s\n", error_name(error));
	abort();
}

void *world_memory(uint64_t physical)
{
	return memory + physical;
}

static int allocate(void *context, pfn_t *frame)
{
	(void)context;
	*frame = ++nr_given * SCATTER % NR_FRAMES;
	return 0;
}

static void release(void *context, pfn_t frame)
{
	(void)context;
	(void)frame;
}

static const struct frame_source frames = { .allocate = allocate, .release = release };

void tlb_invalidate_page(virt_addr_t address)
{
	(void)address;
	world_invalidations.pages++;
}

void tlb_flush_all(void)
{
	world_invalidations.everything++;
}

void tlb_load_root(phys_addr_t root)
{
	current.table = root;
	world_invalidations.roots++;
}

struct root active_root(void)
{
	return current;
}

void arch_cpu_relax(void)
{
}

struct world_walk world_translate(uint64_t address)
{
	struct world_walk walk = { .nr_entries = 0 };
	uint64_t table = phys_raw(current.table);

	for (unsigned int level = current.levels;; level--) {
		const uint64_t at = table + pt_index(virt_addr(address), level) * sizeof(uint64_t);
		const pt_entry_t entry = *(pt_entry_t *)world_memory(at);

		walk.entries[walk.nr_entries++] = at;
		if (pt_is_table(entry, level)) {
			table = phys_raw(pt_table_address(entry));
			continue;
		}
		if (!pt_is_leaf(entry, level)) {
			fprintf(stderr, "claims: page fault at %#lx\n", address);
			abort();
		}
		walk.size = pt_span(level);
		walk.page = align_down(address, walk.size);
		walk.physical = phys_raw(pt_leaf_translate(entry, level, virt_addr(address)));
		return walk;
	}
}

void *own_pointer(virt_addr_t address)
{
	return world_memory(world_translate(virt_raw(address)).physical);
}

uint64_t world_temp_page_entry(void)
{
	struct walk walk;

	must(offset_walk(&current, virt_addr(TEMP_PAGES_BASE), &walk));
	return (uint64_t)((const uint8_t *)walk.steps[walk.nr_steps - 1].pointer - memory);
}

static void *pointer_to(void *context, phys_addr_t frame)
{
	(void)context;
	return world_memory(phys_raw(frame));
}

void world_go_by_pointer(void)
{
	world_kernel.root.pointer_to = pointer_to;
}

static void *temporary(void *context, phys_addr_t frame)
{
	(void)context;
	return temp_page_map(phys_pfn(frame));
}

void world_go_by_temp_page(void)
{
	world_kernel.root.pointer_to = temporary;
	world_kernel.root.pointers_are_brief = true;
}

APART static void measured_temporary_setup(void)
{
	const uint64_t nr_tables = world_kernel.nr_tables;
	struct walk walk;

	must(mapper_reserve(&world_kernel, virt_addr(TEMP_PAGES_BASE), FRAME_SIZE, 1, NULL));
	must(recursive_walk(&current, virt_addr(TEMP_PAGES_BASE), &walk));
	must(temp_page_init(virt_addr(TEMP_PAGES_BASE), &walk));
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
	physmap_set_reach(WORLD_MEMORY);
	nr_given = 0;
}

size_t world_ram(uint64_t size, struct memmap_range pc[3])
{
	const uint64_t below = size < HOLE_START ? size : HOLE_START;

	pc[0] = (struct memmap_range){ 0, LOW_END, MEMMAP_USABLE };
	pc[1] = (struct memmap_range){ HIGH_START, below, MEMMAP_USABLE };
	pc[2] = (struct memmap_range){ HOLE_END, HOLE_END + (size - below), MEMMAP_USABLE };
	return size > below ? 3 : 2;
}

static struct space make_space(unsigned int levels, unsigned int largest_leaf)
{
	pfn_t root;

	must(allocate(NULL, &root));
	return (struct space){
		.root = { .table = phys_of_pfn(root), .levels = levels, .method = ACCESS_OFFSET },
		.frames = &frames,
		.largest_leaf = largest_leaf,
		.physical_limit = UINT64_C(1) << 46,
		.recursive_slot = SPACE_NOT_RECURSIVE,
		.global_pages = true,
	};
}

struct space world_empty_space(unsigned int largest_leaf)
{
	get_memory();
	return make_space(4, largest_leaf);
}

APART static void measured_recursive_setup(pt_entry_t *root)
{
	root[CONFIG_RECURSIVE_SLOT].raw = phys_raw(current.table) | PT_RECURSIVE_FLAGS;
}

void world_start(unsigned int levels, unsigned int largest_leaf, enum access_method method)
{
	get_memory();
	world_kernel = make_space(levels, largest_leaf);
	world_kernel.recursive_slot = CONFIG_RECURSIVE_SLOT;
	current = world_kernel.root;
	measured_recursive_setup(world_memory(phys_raw(current.table)));
	must(physmap_map(&world_kernel, &world_window, ram, ARRAY_SIZE(ram), no_range));
	must(space_activate(&world_kernel));
	measured_temporary_setup();
	must(space_share_kernel_half(&world_kernel));
	world_kernel.root.method = method;
	world_invalidations = (struct invalidations){ 0 };
}
