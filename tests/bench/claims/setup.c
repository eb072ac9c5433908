/* SPDX-License-Identifier: MIT */
/*
 * What each method takes before it works: page tables, counted in those that the real builder makes for
 * a PC with so much RAM; virtual addresses; and RAM that can be written through it.
 */
#include "claims.h"
#include "world.h"

static int add_writable(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	uint64_t *bytes = context;

	(void)address;
	*bytes += pt_is_writable(entry) ? pt_span(level) : 0;
	return 0;
}

/* The temporary page's tables. Less where it shares them with the kernel's other mappings. */
static uint64_t temp_page_bytes;

/* One size of RAM, with or without pages of 1 GiB. */
static void claim_physmap(const char *ram_name, uint64_t ram_size, unsigned int largest_leaf)
{
	const char *pages = largest_leaf == 3 ? "1g" : "2m";
	struct memmap_range ram[3];
	struct space space = world_empty_space(largest_leaf);
	const size_t count = world_ram(ram_size, ram);
	struct physmap_size size;
	uint64_t writable = 0;

	must(physmap_map(&space, &world_window, ram, count, world_read_only));
	must(physmap_measure(&space, &world_window, &size));
	must(mapper_visit(&space, world_window.base, world_window.size, add_writable, &writable));
	claim((double)(size.nr_tables * FRAME_SIZE), "bytes", "offset.table_bytes_%s_%s", ram_name,
	      pages);
	/* These two take what they take, whatever the RAM. */
	claim(0, "bytes", "recursive.table_bytes_%s_%s", ram_name, pages);
	claim((double)temp_page_bytes, "bytes", "temporary.table_bytes_%s_%s", ram_name, pages);
	claim((double)(size.nr_leaves[1] + size.nr_leaves[2] + size.nr_leaves[3]), "entries",
	      "offset.entries_%s_%s", ram_name, pages);
	if (largest_leaf != 3)
		return;
	claim((double)writable, "bytes", "offset.writable_bytes_%s", ram_name);
	claim(FRAME_SIZE, "bytes", "temporary.writable_bytes_%s", ram_name);
	claim((double)pt_span(4), "bytes", "recursive.address_bytes_%s", ram_name);
	claim(FRAME_SIZE, "bytes", "temporary.address_bytes_%s", ram_name);
	claim((double)ram[count - 1].end, "bytes", "offset.address_bytes_%s", ram_name);
}

static void claim_recursive(void)
{
	/* The slot is an entry of a root that is there anyway. */
	claim(0, "bytes", "recursive.table_bytes");
	claim(1, "entries", "recursive.entries");
	claim((double)pt_span(4), "bytes", "recursive.address_bytes_4_levels");
	claim((double)pt_span(5), "bytes", "recursive.address_bytes_5_levels");
	claim((double)(2 * pt_span(4)), "bytes", "second.address_bytes_4_levels");
	claim((double)(2 * pt_span(5)), "bytes", "second.address_bytes_5_levels");
}

static void claim_temporary(void)
{
	claim((double)temp_page_bytes, "bytes", "temporary.table_bytes");
	claim(1, "entries", "temporary.entries");
	claim(FRAME_SIZE, "bytes", "temporary.address_bytes");
	claim(FRAME_SIZE, "bytes", "temporary.writable_bytes");
}

/* Tables are what the window makes writable: for one address space that maps so much in 4 KiB pages. */
static void claim_exposed(const char *name, uint64_t mapped)
{
	struct space space = world_empty_space(1);
	const struct attributes attributes = { .rights = RIGHT_READ | RIGHT_WRITE };

	must(mapper_map(&space, virt_addr(GIB(512)), phys_addr(0), mapped, attributes, NULL));
	claim((double)((space.nr_tables + 1) * FRAME_SIZE), "bytes",
	      "recursive.writable_bytes_%s_mapped", name);
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

	world_start(4, 3, ACCESS_OFFSET);
	temp_page_bytes = world_temp_page_tables * FRAME_SIZE;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		claim_physmap(sizes[i].name, sizes[i].size, 3);
		claim_physmap(sizes[i].name, sizes[i].size, 2);
	}
	claim_recursive();
	claim_temporary();
	claim_exposed("128_mib", MIB(128));
	claim_exposed("4_gib", GIB(4));
}
