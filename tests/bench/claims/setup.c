/* SPDX-License-Identifier: MIT */
/*
 * What each method takes before it works: page tables, counted in those that the real builder makes for
 * a PC with so much RAM; virtual addresses; and RAM that can be written through it.
 */
#include <stdlib.h>
#include <string.h>

#include <mercator/layout.h>

#include "claims.h"
#include "world.h"

/* Enough for 16 TiB in pages of 2 MiB. */
#define ARENA_FRAMES 17000

/* A PC's: a hole below 1 MiB, and one below 4 GiB where devices are. */
#define LOW_END    UINT64_C(0x9f000)
#define HIGH_START MIB(1)
#define HOLE_START GIB(3)
#define HOLE_END   GIB(4)

/* A kernel's text and read-only data. */
static const struct memmap_range read_only = { MIB(1), MIB(1) + UINT64_C(0x60000), MEMMAP_KERNEL };

static uint8_t *arena;
static uint64_t nr_used;

static void *arena_pointer(void *context, phys_addr_t table)
{
	(void)context;
	return arena + (phys_pfn(table) - 1) * FRAME_SIZE;
}

static int allocate(void *context, pfn_t *frame)
{
	(void)context;
	if (nr_used == ARENA_FRAMES)
		return ERR_NO_MEMORY;
	*frame = ++nr_used;
	return 0;
}

static void release(void *context, pfn_t frame)
{
	(void)context;
	(void)frame;
}

static struct space empty_space(unsigned int largest_leaf)
{
	static const struct frame_source source = { .allocate = allocate, .release = release };
	pfn_t root;

	nr_used = 0;
	must(allocate(NULL, &root));
	memset(arena, 0, FRAME_SIZE);
	return (struct space){
		.root = { .table = phys_of_pfn(root), .levels = 4, .pointer_to = arena_pointer },
		.method = ACCESS_GENERIC,
		.frames = &source,
		.largest_leaf = largest_leaf,
		.physical_limit = UINT64_C(1) << 46,
		.recursive_slot = SPACE_NOT_RECURSIVE,
		.global_pages = true,
	};
}

static size_t ram_of(uint64_t size, struct memmap_range ram[3])
{
	const uint64_t below = size < HOLE_START ? size : HOLE_START;

	ram[0] = (struct memmap_range){ 0, LOW_END, MEMMAP_USABLE };
	ram[1] = (struct memmap_range){ HIGH_START, below, MEMMAP_USABLE };
	ram[2] = (struct memmap_range){ HOLE_END, HOLE_END + (size - below), MEMMAP_USABLE };
	return size > below ? 3 : 2;
}

static int add_writable(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	uint64_t *bytes = context;

	(void)address;
	*bytes += pt_is_writable(entry) ? pt_span(level) : 0;
	return 0;
}

/* One size of RAM, with or without pages of 1 GiB. */
static void claim_physmap(const char *ram_name, uint64_t ram_size, unsigned int largest_leaf)
{
	const char *pages = largest_leaf == 3 ? "1g" : "2m";
	struct memmap_range ram[3];
	struct space space = empty_space(largest_leaf);
	const size_t count = ram_of(ram_size, ram);
	struct physmap_size size;
	uint64_t writable = 0;

	must(physmap_map(&space, &world_window, ram, count, read_only));
	must(physmap_measure(&space, &world_window, &size));
	must(mapper_visit(&space, world_window.base, world_window.size, add_writable, &writable));
	claim((double)(size.nr_tables * FRAME_SIZE), "bytes", "offset.table_bytes_%s_%s", ram_name,
	      pages);
	claim((double)(size.nr_leaves[1] + size.nr_leaves[2] + size.nr_leaves[3]), "entries",
	      "offset.entries_%s_%s", ram_name, pages);
	if (largest_leaf != 3)
		return;
	claim((double)writable, "bytes", "offset.writable_bytes_%s", ram_name);
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
	claim(FRAME_SIZE, "bytes", "temporary.address_bytes");
	claim(FRAME_SIZE, "bytes", "temporary.writable_bytes");
}

/* Tables are what the window makes writable: for one address space that maps so much in 4 KiB pages. */
static void claim_exposed(const char *name, uint64_t mapped)
{
	struct space space = empty_space(1);
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

	arena = aligned_alloc(FRAME_SIZE, (uint64_t)ARENA_FRAMES * FRAME_SIZE);
	if (!arena)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		claim_physmap(sizes[i].name, sizes[i].size, 3);
		claim_physmap(sizes[i].name, sizes[i].size, 2);
	}
	claim_recursive();
	claim_exposed("128_mib", MIB(128));
	claim_exposed("4_gib", GIB(4));
	free(arena);
}
