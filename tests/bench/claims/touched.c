/* SPDX-License-Identifier: MIT */
/*
 * What an operation touches: distinct cache lines, and distinct pages of virtual addresses, each of
 * which takes an entry of the TLB. Tables, and the lines that the software reads and writes, are
 * the same by every method; the addresses differ, and so do the MMU's walks for them. These are
 * counted with a TLB and paging-structure caches that are empty at first and never evict.
 */
#include <stdlib.h>

#include <arch/layout.h>
#include <kernel/units.h>

#include "claims.h"
#include "counted.h"
#include "world.h"

#define LINE      64
#define SET_MAX   65536
#define NR_SPARSE 512
#define BASE      UINT64_C(0x0000123440000000)

/* Numbers, each once. */
struct set {
	uint64_t members[SET_MAX];
	unsigned int count;
};

enum method { OFFSET, RECURSIVE, TEMPORARY, NR_METHODS };
static const char *const names[] = { "offset", "recursive", "temporary" };

static enum method method;
static struct set software, all_lines, pages;
static unsigned int nr_fills; /* of the TLB: more than `pages` if a page is remapped */
static bool is_counting;
static struct mc_space *const space = &world_kernel;
static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

static void add(struct set *set, uint64_t number)
{
	for (unsigned int i = 0; i < set->count; i++)
		if (set->members[i] == number)
			return;
	if (set->count == SET_MAX)
		abort();
	set->members[set->count++] = number;
}

/* The CPU uses this address. */
static void use(uint64_t address)
{
	const struct world_walk walk = world_translate(address);
	const unsigned int before = pages.count;

	if (!is_counting)
		return;
	add(&software, walk.physical / LINE);
	add(&all_lines, walk.physical / LINE);
	add(&pages, walk.page);
	/* Translated already: the MMU reads nothing. */
	if (pages.count == before)
		return;
	nr_fills++;
	for (unsigned int i = 0; i < walk.nr_entries; i++)
		add(&all_lines, walk.entries[i] / LINE);
}

static uint64_t window_address(uint64_t linear, unsigned int level)
{
	return mc_virt_raw(mc_recursive_table_address(CONFIG_RECURSIVE_SLOT, space->root.levels,
						      mc_virt_addr(linear), level));
}

/* INVLPG. */
static void forget(uint64_t page)
{
	for (unsigned int i = 0; i < pages.count; i++)
		if (pages.members[i] == page)
			pages.members[i] = pages.members[--pages.count];
}

/*
 * Point the temporary page at a frame. Its entry is in the window; without one, in a page of its
 * own, without tables of the walk.
 */
static void use_temp_page(uint64_t frame)
{
	const uint64_t entry = world_temp_page_entry();

	if (method == RECURSIVE)
		use(window_address(TEMP_PAGES_BASE, 1) + entry % MC_FRAME_SIZE);
	*(uint64_t *)world_memory(entry) = frame | MC_PT_TABLE_FLAGS;
	if (method == TEMPORARY && is_counting) {
		add(&software, entry / LINE);
		add(&all_lines, entry / LINE);
		add(&pages, PHYSMAP_BASE + align_down(entry, MC_FRAME_SIZE));
	}
	forget(TEMP_PAGES_BASE);
}

void counted_entry(mc_phys_addr_t table, uint64_t linear, unsigned int level)
{
	const uint64_t offset = mc_pt_index(mc_virt_addr(linear), level) * sizeof(mc_pt_entry_t);

	switch (method) {
	case OFFSET: use(PHYSMAP_BASE + mc_phys_raw(table) + offset); break;
	case RECURSIVE: use(window_address(linear, level) + offset); break;
	default: use_temp_page(mc_phys_raw(table)); use(TEMP_PAGES_BASE + offset);
	}
}

void counted_frame(mc_pfn_t frame)
{
	const uint64_t physical = mc_phys_raw(mc_phys_of_pfn(frame));

	if (method != OFFSET)
		use_temp_page(physical);
	for (uint64_t at = 0; at < MC_FRAME_SIZE; at += LINE)
		use((method == OFFSET ? PHYSMAP_BASE + physical : TEMP_PAGES_BASE) + at);
}

static void begin(void)
{
	software.count = all_lines.count = pages.count = nr_fills = 0;
	is_counting = true;
}

static void end(const char *what, const char *machine)
{
	is_counting = false;
	claim(software.count, "lines", "%s.%s_lines_%s", names[method], what, machine);
	claim(all_lines.count, "lines", "%s.%s_lines_with_mmu_%s", names[method], what, machine);
	claim(pages.count, "pages", "%s.%s_pages_%s", names[method], what, machine);
	claim(nr_fills, "fills", "%s.%s_tlb_fills_%s", names[method], what, machine);
}

static void map(uint64_t address)
{
	must(counted_map(space, mc_virt_addr(address), mc_phys_addr(0), MC_FRAME_SIZE, read_write,
			 NULL));
}

static void operations(const char *machine)
{
	struct mc_tlb_batch batch;
	mc_phys_addr_t physical;

	begin();
	map(BASE);
	end("map_new_tables", machine);
	begin();
	map(BASE + MC_FRAME_SIZE);
	end("map", machine);
	begin();
	must(counted_translate_address(space, mc_virt_addr(BASE), &physical));
	end("translate", machine);
	begin();
	mc_tlb_batch_begin(&batch, space);
	must(counted_protect(space, mc_virt_addr(BASE), MC_FRAME_SIZE, read_only, &batch, NULL));
	mc_tlb_batch_finish(&batch);
	end("protect", machine);
	begin();
	must(counted_unmap(space, mc_virt_addr(BASE), MC_FRAME_SIZE, &batch)); /* its table stays */
	mc_tlb_batch_finish(&batch);
	end("unmap", machine);
}

/* Pages far from each other, a leaf table each: the worst case for caches. */
static void sparse(const char *machine)
{
	mc_phys_addr_t physical;

	for (unsigned int i = 1; i <= NR_SPARSE; i++)
		map(BASE + i * MIB(2) + i * MC_FRAME_SIZE);
	begin();
	for (unsigned int i = 1; i <= NR_SPARSE; i++)
		must(counted_translate_address(
			space, mc_virt_addr(BASE + i * MIB(2) + i * MC_FRAME_SIZE), &physical));
	end("translate_512_sparse", machine);
}

static void count_on(const char *machine, unsigned int levels, unsigned int largest_leaf)
{
	for (method = 0; method < NR_METHODS; method++) {
		world_start(levels, largest_leaf, MC_ACCESS_OFFSET);
		operations(machine);
		sparse(machine);
	}
}

void claim_touched(void)
{
	count_on("4_levels_1g", 4, 3);
	count_on("4_levels_2m", 4, 2);
	count_on("5_levels_1g", 5, 3);
	count_on("5_levels_2m", 5, 2);
}
