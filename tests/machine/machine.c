/* SPDX-License-Identifier: MIT */
/*
 * The host's machine (machine.h): its physical memory, in a file, so that it can be mapped at
 * several addresses; and the environment that tests need (tests/mm/mapper_fixture.h).
 *
 *	physical memory | the fixture's frames | PML5 | PML4 | PDPT | PD | PT | the rig's frames |
 *						  `- the kernel's: its upper half, which live
 *						     spaces borrow, has the temporary page alone
 */
#define _GNU_SOURCE /* memfd_create() */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

#include "../mm/mapper_fixture.h"
#include "../mm/space_rig.h"
#include "machine.h"
#include "tlb.h"

/* Far from 0, and from all addresses that tests map, which are then never memory. */
#define MEMORY_START  UINT64_C(0x00003fff40000000)
#define KERNEL_FRAMES MC_PT_LEVELS_MAX
#define RIG_FRAMES    1024 /* for several spaces (tests/mm/space_rig.h) */
#define MEMORY_SIZE   ((uint64_t)(FIXTURE_FRAMES + KERNEL_FRAMES + RIG_FRAMES) * MC_FRAME_SIZE)

uint64_t host_physmap_base;

static int memory_file;
static uint8_t *memory;

void *machine_memory(uint64_t physical)
{
	return physical - MEMORY_START < MEMORY_SIZE ? memory + (physical - MEMORY_START) : NULL;
}

int machine_memory_file(uint64_t physical, int64_t *offset)
{
	*offset = (int64_t)(physical - MEMORY_START);
	return memory_file;
}

mc_phys_addr_t fixture_memory(void)
{
	return mc_phys_addr(MEMORY_START);
}

/* Where the kernel's table of this level is. */
static uint64_t kernel_table(unsigned int level)
{
	return MEMORY_START + (uint64_t)(FIXTURE_FRAMES + MC_PT_LEVELS_MAX - level) * MC_FRAME_SIZE;
}

static uint64_t *temp_page_entry(unsigned int level)
{
	uint64_t *table = machine_memory(kernel_table(level));

	return &table[TEMP_PAGES_BASE >> (MC_FRAME_SHIFT + 9 * (level - 1)) & 511];
}

__attribute__((constructor)) static void start_machine(void)
{
	memory_file = memfd_create("physical memory", 0);
	if (memory_file >= 0 && ftruncate(memory_file, (off_t)MEMORY_SIZE) == 0)
		memory =
			mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
	if (!memory || memory == MAP_FAILED) {
		perror("physical memory");
		abort();
	}
	host_physmap_base = (uint64_t)(uintptr_t)memory - MEMORY_START;
	mc_physmap_set_reach(MEMORY_START + MEMORY_SIZE);
	for (unsigned int level = 2; level <= MC_PT_LEVELS_MAX; level++)
		*temp_page_entry(level) = kernel_table(level - 1) | MC_PT_TABLE_FLAGS;
}

static void print_walk(uint64_t address)
{
	struct mmu_page page;
	const char *fault = mmu_walk(address, &page);
	unsigned int levels = mmu_levels();

	printf("# the tables for %#lx:", address);
	for (unsigned int i = 0; i < page.nr_tables; i++) {
		unsigned int index = address >> (12 + 9 * (levels - 1 - i)) & 511;
		const uint64_t *table = machine_memory(page.tables[i]);

		printf(" [%u]=%#lx", index, table ? table[index] : 0);
	}
	printf(" %s\n", fault ? fault : "");
}

void machine_fail(uint64_t address, const char *format, ...)
{
	const struct ktest *test = ktest_current();
	va_list arguments;

	print_walk(address);
	printf("Bail out! %s.%s: %#lx: ", test ? test->suite : "", test ? test->name : "", address);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
	abort();
}

/* The CPU's speculation depends on the seed and the test, and not on earlier tests. */
static void seed_for_test(void)
{
	static const struct ktest *seeded_for;
	const struct ktest *test = ktest_current();
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ machine_seed;

	if (test == seeded_for)
		return;
	seeded_for = test;
	for (const char *c = test ? test->name : ""; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	mmu_seed(hash);
}

void fixture_begin(struct fixture *fixture)
{
	seed_for_test();
	tlb_reset();
	mmu_load(mc_phys_raw(fixture->space.root.table), fixture->space.root.levels);
}

struct mc_root mc_active_root(void)
{
	return (struct mc_root){ .table = mc_phys_addr(mmu_root()), .levels = mmu_levels() };
}

uint8_t *fixture_bytes(void)
{
	return memory;
}

unsigned int fixture_live_levels(void)
{
	return 4;
}

/* As in the kernel: mc_temp_page_init() wants the page's entry by way of the window. */
static bool start_temp_page(const struct mc_root *root)
{
	struct mc_walk walk;

	*temp_page_entry(1) = 0;
	return !mc_recursive_walk(root, mc_virt_addr(TEMP_PAGES_BASE), &walk) &&
	       !mc_temp_page_init(mc_virt_addr(TEMP_PAGES_BASE), &walk);
}

bool fixture_activate(struct fixture *fixture)
{
	const struct mc_root *root = &fixture->space.root;
	uint64_t *entries = machine_memory(mc_phys_raw(root->table));
	const uint64_t *kernel_entries = machine_memory(kernel_table(root->levels));

	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i++) {
		entries[i] = kernel_entries[i];
		fixture->borrows[i] = entries[i];
	}
	entries[FIXTURE_RECURSIVE_SLOT] = mc_phys_raw(root->table) | MC_PT_RECURSIVE_FLAGS;
	fixture->is_live = true;
	tlb_reset();
	return start_temp_page(root);
}

static bool rig_frame_used[RIG_FRAMES];

static mc_pfn_t rig_frame(unsigned int index)
{
	return MEMORY_START / MC_FRAME_SIZE + FIXTURE_FRAMES + KERNEL_FRAMES + index;
}

static void fill_with_junk(mc_pfn_t frame)
{
	memset(machine_memory(frame * MC_FRAME_SIZE), 0xad, MC_FRAME_SIZE);
}

static int allocate_rig_frame(void *context, mc_pfn_t *frame)
{
	(void)context;
	for (unsigned int i = 0; i < RIG_FRAMES; i++) {
		if (rig_frame_used[i])
			continue;
		rig_frame_used[i] = true;
		*frame = rig_frame(i);
		fill_with_junk(*frame);
		fixture_frame_changes_hands(NULL, *frame, false);
		return 0;
	}
	return MC_ERR_NO_MEMORY;
}

static void release_rig_frame(void *context, mc_pfn_t frame)
{
	const mc_pfn_t index = frame - rig_frame(0);

	(void)context;
	if (index >= RIG_FRAMES || !rig_frame_used[index])
		machine_fail(0, "frame %#lx is released, and was not allocated", frame);
	fixture_frame_changes_hands(NULL, frame, true);
	rig_frame_used[index] = false;
	fill_with_junk(frame);
}

/* The kernel's own space, with each number of levels. */
static struct mc_space kernel_spaces[MC_PT_LEVELS_MAX + 1];

/* Start over with it as the active one: nothing is in it but the temporary page. */
static bool start_kernel_space(unsigned int levels)
{
	static const struct mc_frame_source frames = { allocate_rig_frame, release_rig_frame,
						       NULL };
	const uint64_t root = kernel_table(levels);
	struct mc_space *kernel = &kernel_spaces[levels];
	uint64_t *entries = machine_memory(root);

	for (unsigned int i = 0; i < RIG_FRAMES; i++)
		rig_frame_used[i] = false;
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		if (&entries[i] != temp_page_entry(levels))
			entries[i] = 0;
	*kernel = (struct mc_space){
		.root = { .table = mc_phys_addr(root),
			  .levels = levels,
			  .pointer_to = physmap_function,
			  .table_pointer = mc_physmap_pointer(mc_phys_addr(root)) },
		.frames = &frames,
		.largest_leaf = 3,
		.physical_limit = TIB(256),
		.recursive_slot = FIXTURE_RECURSIVE_SLOT,
		.global_pages = true,
	};
	entries[FIXTURE_RECURSIVE_SLOT] = root | MC_PT_RECURSIVE_FLAGS;
	tlb_reset();
	mmu_load(root, levels);
	return !mc_space_activate(kernel) && start_temp_page(&kernel->root);
}

static void stop_kernel_space(unsigned int levels)
{
	uint64_t *entries = machine_memory(kernel_table(levels));

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		if (&entries[i] != temp_page_entry(levels))
			entries[i] = 0;
	tlb_reset();
	mmu_load(0, 0);
}

bool fixture_stand_by(struct fixture *fixture)
{
	return start_kernel_space(fixture->space.root.levels);
}

struct mc_space *rig_kernel(unsigned int levels)
{
	seed_for_test();
	return start_kernel_space(levels) ? &kernel_spaces[levels] : NULL;
}

void rig_kernel_done(void)
{
	stop_kernel_space(mmu_levels());
}

void rig_read_table(mc_phys_addr_t table, uint64_t entries[MC_PT_ENTRIES])
{
	memcpy(entries, machine_memory(mc_phys_raw(table)), MC_FRAME_SIZE);
}

void rig_write_table(mc_phys_addr_t table, const uint64_t entries[MC_PT_ENTRIES])
{
	memcpy(machine_memory(mc_phys_raw(table)), entries, MC_FRAME_SIZE);
}

void fixture_deactivate(struct fixture *fixture)
{
	if (fixture->space.is_inactive) {
		stop_kernel_space(fixture->space.root.levels);
		return;
	}
	tlb_reset();
	mmu_load(0, 0);
}

void fixture_frame_changes_hands(struct fixture *fixture, mc_pfn_t frame, bool is_released)
{
	(void)fixture;
	tlb_speculate(4);
	if (mmu_levels())
		tlb_check_frame(mc_phys_raw(mc_phys_of_pfn(frame)),
				is_released ? "released" : "allocated");
}

const char *fixture_check_tlb(void)
{
	const char *stale = tlb_stale();

	/* Between operations, the code that uses the mappings runs. */
	for (unsigned int i = 0; i < 4; i++)
		tlb_speculate(2);
	return stale;
}

const char *fixture_use(mc_virt_addr_t address, mc_phys_addr_t physical)
{
	const char *why = "the TLB leads elsewhere";
	const struct mmu_page *page = tlb_use(mc_virt_raw(address), &why);

	if (page &&
	    page->physical + (mc_virt_raw(address) - page->address) == mc_phys_raw(physical))
		return NULL;
	return why;
}

unsigned int fixture_random_operations(void)
{
	return machine_operations;
}
