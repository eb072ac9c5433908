/* SPDX-License-Identifier: MIT */
/*
 * What each method needs before it works: page tables, as the real builder makes them for a PC with
 * this much RAM; virtual addresses; and RAM that can be written through it.
 */
#include <string.h>

#include <kernel/units.h>

#include "claims.h"
#include "world.h"

static int add_writable(void *context, mc_virt_addr_t address, unsigned int level,
			mc_pt_entry_t entry)
{
	uint64_t *bytes = context;

	(void)address;
	*bytes += mc_pt_is_writable(entry) ? mc_pt_span(level) : 0;
	return 0;
}

/* The temporary page's tables. Less where it shares them with the kernel's other mappings. */
static uint64_t temp_page_bytes;

/* One size of RAM, with or without pages of 1 GiB. */
static void claim_physmap(const char *ram_name, uint64_t ram_size, unsigned int largest_leaf)
{
	const char *pages = largest_leaf == 3 ? "1g" : "2m";
	struct mc_memmap_range ram[3];
	struct mc_space space = world_empty_space(largest_leaf);
	const size_t count = world_ram(ram_size, ram);
	struct mc_physmap_size size;
	uint64_t writable = 0;

	must(mc_physmap_map(&space, &world_window, ram, count, world_read_only));
	must(mc_physmap_measure(&space, &world_window, &size));
	must(mc_mapper_visit(&space, world_window.base, world_window.size, MC_VISIT_PAGES,
			     add_writable, &writable));
	claim((double)(size.nr_tables * MC_FRAME_SIZE), "bytes", "offset.table_bytes_%s_%s",
	      ram_name, pages);
	/* These two do not depend on the RAM. */
	claim(0, "bytes", "recursive.table_bytes_%s_%s", ram_name, pages);
	claim((double)temp_page_bytes, "bytes", "temporary.table_bytes_%s_%s", ram_name, pages);
	claim((double)(size.nr_leaves[1] + size.nr_leaves[2] + size.nr_leaves[3]), "entries",
	      "offset.entries_%s_%s", ram_name, pages);
	if (largest_leaf != 3)
		return;
	claim((double)writable, "bytes", "offset.writable_bytes_%s", ram_name);
	claim(MC_FRAME_SIZE, "bytes", "temporary.writable_bytes_%s", ram_name);
	claim((double)mc_pt_span(4), "bytes", "recursive.address_bytes_%s", ram_name);
	claim(MC_FRAME_SIZE, "bytes", "temporary.address_bytes_%s", ram_name);
	claim((double)ram[count - 1].end, "bytes", "offset.address_bytes_%s", ram_name);
}

static void claim_recursive(void)
{
	/* The slot is an entry of an existing root. */
	claim(0, "bytes", "recursive.table_bytes");
	claim(1, "entries", "recursive.entries");
	claim((double)mc_pt_span(4), "bytes", "recursive.address_bytes_4_levels");
	claim((double)mc_pt_span(5), "bytes", "recursive.address_bytes_5_levels");
	claim((double)(2 * mc_pt_span(4)), "bytes", "second.address_bytes_4_levels");
	claim((double)(2 * mc_pt_span(5)), "bytes", "second.address_bytes_5_levels");
}

static void claim_temporary(void)
{
	claim((double)temp_page_bytes, "bytes", "temporary.table_bytes");
	claim(1, "entries", "temporary.entries");
	claim(MC_FRAME_SIZE, "bytes", "temporary.address_bytes");
	claim(MC_FRAME_SIZE, "bytes", "temporary.writable_bytes");
}

/* Frames, each once: the world's, where tables are, and behind them as many that are mapped. */
#define MAPPED GIB(4)

static bool is_exposed[(WORLD_MEMORY + MAPPED) / MC_FRAME_SIZE];

/* Add what is writable through this entry, which the MMU takes for one of `level`. */
static void expose(mc_pt_entry_t entry, unsigned int level)
{
	const mc_pt_entry_t *table;

	if (!mc_pt_is_writable(entry))
		return;
	if (!mc_pt_is_table(entry, level)) {
		if (mc_pt_is_leaf(entry, level))
			memset(&is_exposed[mc_phys_pfn(mc_pt_leaf_address(entry, level))], true,
			       mc_pt_span(level) / MC_FRAME_SIZE);
		return;
	}
	table = world_memory(mc_phys_raw(mc_pt_table_address(entry)));
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		expose(table[i], level - 1);
}

static double exposed_bytes(uint64_t from)
{
	uint64_t count = 0;

	for (uint64_t frame = from / MC_FRAME_SIZE; frame < ARRAY_SIZE(is_exposed); frame++)
		count += is_exposed[frame];
	return (double)(count * MC_FRAME_SIZE);
}

/*
 * What the window makes writable, and how much of it is data: for one space that maps this much in
 * pages of one size.
 */
static void claim_exposed(unsigned int page_level, const char *page_name)
{
	struct mc_space space = world_empty_space(page_level);
	const struct mc_attributes attributes = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
	mc_pt_entry_t *slot = world_memory(mc_phys_raw(space.root.table));

	slot += CONFIG_RECURSIVE_SLOT;
	slot->raw = mc_phys_raw(space.root.table) | MC_PT_RECURSIVE_FLAGS;
	must(mc_mapper_map(&space, mc_virt_addr(GIB(512)), mc_phys_addr(WORLD_MEMORY), MAPPED,
			   attributes, NULL));
	memset(is_exposed, false, sizeof(is_exposed));
	expose(*slot, space.root.levels);
	claim(exposed_bytes(0), "bytes", "recursive.writable_bytes_4_gib_in_%s_pages", page_name);
	claim(exposed_bytes(WORLD_MEMORY), "bytes",
	      "recursive.writable_data_bytes_4_gib_in_%s_pages", page_name);
}

void claim_setup(void)
{
	static const struct {
		const char *name;
		uint64_t size;
	} sizes[] = {
		{ "128_mib", MIB(128) }, { "1_gib", GIB(1) },   { "4_gib", GIB(4) },
		{ "16_gib", GIB(16) },   { "64_gib", GIB(64) }, { "256_gib", GIB(256) },
		{ "1_tib", TIB(1) },     { "4_tib", TIB(4) },   { "16_tib", TIB(16) },
	};

	world_start(4, 3, MC_ACCESS_OFFSET);
	temp_page_bytes = world_temp_page_tables * MC_FRAME_SIZE;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		claim_physmap(sizes[i].name, sizes[i].size, 3);
		claim_physmap(sizes[i].name, sizes[i].size, 2);
	}
	claim_recursive();
	claim_temporary();
	claim_exposed(1, "4_kib");
	claim_exposed(2, "2_mib");
	claim_exposed(3, "1_gib");
}
