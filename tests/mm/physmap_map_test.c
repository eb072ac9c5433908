/* SPDX-License-Identifier: MIT */
/*
 * Suite "mc_physmap_map": the builder of the physical map, on the memory maps of real machines and on
 * invented ones, against an optimum that shares nothing with it. On small maps the optimum is found
 * by brute force, frame by frame; on large ones by cutting aligned blocks until each is all RAM of
 * one kind or none; both are compared on the small ones.
 */
#include <stdlib.h>
#include <string.h>

#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/physmap.h>

#include "memmap_file.h"

#define NO_LIMIT    UINT64_MAX
#define MAX_ARENA   (64u << 20) /* bytes of tables */
#define WINDOW_BASE UINT64_C(0xffff888000000000)
#define WINDOW_SIZE TIB(64)

static const struct mc_physmap_window window = { { WINDOW_BASE }, WINDOW_SIZE };
static const struct mc_memmap_range no_range;

/* Tables come from an arena, at physical addresses that count its frames from 1. */
static struct {
	uint8_t *bytes;
	uint64_t nr_frames, nr_used, nr_released, most;
} arena;

static void *arena_pointer(void *context, mc_phys_addr_t table)
{
	(void)context;
	return arena.bytes + (mc_phys_pfn(table) - 1) * MC_FRAME_SIZE;
}

static int allocate(void *context, mc_pfn_t *frame)
{
	(void)context;
	if (arena.nr_used == arena.most)
		return MC_ERR_NO_MEMORY;
	*frame = ++arena.nr_used;
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	(void)frame;
	arena.nr_released++;
}

static const struct mc_frame_source source = { .allocate = allocate, .release = release };

static struct mc_space new_space(unsigned int largest_leaf)
{
	mc_pfn_t root;

	if (!arena.bytes) {
		arena.bytes = aligned_alloc(MC_FRAME_SIZE, MAX_ARENA);
		arena.nr_frames = MAX_ARENA / MC_FRAME_SIZE;
	}
	arena.nr_used = arena.nr_released = 0;
	arena.most = arena.nr_frames;
	(void)!allocate(NULL, &root);
	memset(arena.bytes, 0, MC_FRAME_SIZE);
	return (struct mc_space){
		.root = {
			.table = mc_phys_of_pfn(root),
			.levels = 4,
			.method = MC_ACCESS_GENERIC,
			.pointer_to = arena_pointer,
		},
		.frames = &source,
		.largest_leaf = largest_leaf,
		.physical_limit = UINT64_C(1) << 52,
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
		.global_pages = true,
	};
}

/* What is to be mapped: RAM, and a part of it read-only. */
struct wanted {
	const struct mc_memmap_range *ram;
	size_t count;
	struct mc_memmap_range read_only;
};

enum kind { NOTHING, READ_ONLY, WRITABLE, MIXED };

static bool touches(const struct mc_memmap_range *range, uint64_t start, uint64_t end)
{
	return range->start < end && start < range->end;
}

static bool holds(const struct mc_memmap_range *range, uint64_t start, uint64_t end)
{
	return range->start <= start && end <= range->end;
}

/* Of what kind a block is: all its bytes are of that, or it is mixed. */
static enum kind kind_of(const struct wanted *wanted, uint64_t start, uint64_t end)
{
	size_t low = 0, high = wanted->count;

	/* The first range that ends above the block's start; no later one can hold it. */
	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (wanted->ram[middle].end <= start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == wanted->count || !touches(&wanted->ram[low], start, end))
		return NOTHING;
	if (!holds(&wanted->ram[low], start, end))
		return MIXED;
	if (holds(&wanted->read_only, start, end))
		return READ_ONLY;
	return touches(&wanted->read_only, start, end) ? MIXED : WRITABLE;
}

static uint64_t block_size(unsigned int level)
{
	return UINT64_C(4096) << (9 * (level - 1));
}

/* How many leaves a block of this level takes at least. */
static uint64_t leaves_of_block(const struct wanted *wanted, uint64_t start, unsigned int level,
				unsigned int largest)
{
	const enum kind kind = kind_of(wanted, start, start + block_size(level));
	uint64_t sum = 0;

	if (kind == NOTHING)
		return 0;
	if (kind != MIXED)
		return level <= largest ? 1 : block_size(level) / block_size(largest);
	for (unsigned int i = 0; i < 512; i++)
		sum += leaves_of_block(wanted, start + i * block_size(level - 1), level - 1,
				       largest);
	return sum;
}

static uint64_t optimum_by_cutting(const struct wanted *wanted, unsigned int largest)
{
	uint64_t sum = 0;

	for (uint64_t start = 0; start < WINDOW_SIZE; start += block_size(4))
		sum += leaves_of_block(wanted, start, 4, largest);
	return sum;
}

/* Every frame of [0, end), then whatever 512 neighbours of one kind can be merged, as far as it goes. */
static uint64_t optimum_by_force(const struct wanted *wanted, uint64_t end, unsigned int largest)
{
	size_t count = (size_t)(align_up(end, block_size(3)) / MC_FRAME_SIZE);
	uint8_t *kinds = malloc(count);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		kinds[i] = (uint8_t)kind_of(wanted, i * MC_FRAME_SIZE, (i + 1) * MC_FRAME_SIZE);
	for (unsigned int level = 1; level <= largest; level++) {
		const size_t group = level < largest ? 512 : 1;

		for (size_t at = 0; at < count; at += group) {
			const uint8_t kind = kinds[at];
			unsigned int nr_single = 0, nr_same = 0;

			for (size_t i = at; i < at + group; i++) {
				nr_same += kinds[i] == kind;
				nr_single += kinds[i] == READ_ONLY || kinds[i] == WRITABLE;
			}
			if (group > 1 && nr_same == group) {
				kinds[at / group] = kind;
			} else if (group > 1) {
				kinds[at / group] = MIXED;
				sum += nr_single;
			} else {
				sum += nr_single;
			}
		}
		if (level < largest)
			count /= 512;
	}
	free(kinds);
	return sum;
}

/* Every page of the map is looked at: it leads to RAM of its kind, and all of RAM is there. */
struct inspection {
	const struct wanted *wanted;
	uint64_t nr_bytes, nr_wrong;
};

static int inspect_leaf(void *context, mc_virt_addr_t address, unsigned int level,
			mc_pt_entry_t entry)
{
	struct inspection *inspection = context;
	const uint64_t physical = mc_virt_raw(address) - WINDOW_BASE;
	const enum kind kind = kind_of(inspection->wanted, physical, physical + block_size(level));
	const unsigned int rights =
		MC_RIGHT_READ | MC_RIGHT_GLOBAL | (kind == WRITABLE ? MC_RIGHT_WRITE : 0);
	const struct mc_attributes is = mc_pt_leaf_attributes(entry);

	inspection->nr_bytes += block_size(level);
	inspection->nr_wrong += kind == NOTHING || kind == MIXED || is.rights != rights ||
				is.type != MC_MEMORY_WRITE_BACK ||
				mc_phys_raw(mc_pt_leaf_address(entry, level)) != physical;
	return 0;
}

static uint64_t bytes_wanted(const struct wanted *wanted)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < wanted->count; i++)
		sum += wanted->ram[i].end - wanted->ram[i].start;
	return sum;
}

static void check(struct ktest_run *t, const struct wanted *wanted, unsigned int largest)
{
	struct inspection inspection = { .wanted = wanted };
	struct mc_space space = new_space(largest);
	const uint64_t end = wanted->count ? wanted->ram[wanted->count - 1].end : 0;
	struct mc_physmap_size size;
	uint64_t optimum;

	if (!EXPECT_EQ(
		    t,
		    mc_physmap_map(&space, &window, wanted->ram, wanted->count, wanted->read_only),
		    0))
		return;
	EXPECT_EQ(t,
		  mc_mapper_visit(&space, window.base, window.size, MC_VISIT_PAGES, inspect_leaf,
				  &inspection),
		  0);
	EXPECT_EQ(t, inspection.nr_wrong, 0);
	EXPECT_EQ(t, inspection.nr_bytes, bytes_wanted(wanted));

	ASSERT_EQ(t, mc_physmap_measure(&space, &window, &size), 0);
	EXPECT_EQ(t, size.nr_tables, space.nr_tables);
	optimum = optimum_by_cutting(wanted, largest);
	EXPECT_EQ(t, size.nr_leaves[1] + size.nr_leaves[2] + size.nr_leaves[3], optimum);
	if (end <= GIB(1))
		EXPECT_EQ(t, optimum, optimum_by_force(wanted, end, largest));
}

static void check_all_sizes(struct ktest_run *t, const struct wanted *wanted)
{
	/* Without huge pages, only what the arena has room for. */
	if (bytes_wanted(wanted) < GIB(2))
		check(t, wanted, 1);
	if (bytes_wanted(wanted) < TIB(8))
		check(t, wanted, 2);
	check(t, wanted, 3);
}

/* As the kernel's image would lie: 1 MiB up, some hundred KiB, if there is RAM. */
static struct mc_memmap_range image_in(const struct mc_memmap_range *ram, size_t count)
{
	const struct mc_memmap_range image = { MIB(1) + KIB(4), MIB(1) + KIB(4) + KIB(344),
					       MC_MEMMAP_KERNEL };

	for (size_t i = 0; i < count; i++)
		if (holds(&ram[i], image.start, image.end))
			return image;
	return no_range;
}

static void check_map_file(struct ktest_run *t, const char *name, struct memmap_file *file)
{
	const size_t nr_failures = t->nr_failures;
	struct wanted wanted = { .ram = file->ranges };

	wanted.count = mc_memmap_normalise(file->ranges, file->count, file->limit).nr_ranges;
	wanted.read_only = image_in(file->ranges, wanted.count);
	check_all_sizes(t, &wanted);
	if (t->nr_failures != nr_failures)
		ktest_note(t, "%s", name);
}

KTEST(physmap_map, maps_of_real_machines)
{
	memmap_files_visit(t, check_map_file);
}

/* Ranges that end or begin next to each boundary, by one frame. */
KTEST(physmap_map, ranges_that_straddle_every_boundary)
{
	static const uint64_t boundaries[] = { KIB(4), MIB(2), GIB(1), GIB(512), TIB(1) };

	for (size_t i = 0; i < ARRAY_SIZE(boundaries); i++)
		for (unsigned int shape = 0; shape < 9; shape++) {
			const uint64_t at = 2 * boundaries[i];
			struct mc_memmap_range ram = {
				at - MC_FRAME_SIZE + shape % 3 * MC_FRAME_SIZE,
				at + boundaries[i] - MC_FRAME_SIZE + shape / 3 * MC_FRAME_SIZE,
				MC_MEMMAP_USABLE,
			};

			if (ram.start < ram.end)
				check_all_sizes(t, &(struct wanted){ &ram, 1, no_range });
		}
}

KTEST(physmap_map, thousands_of_ranges)
{
	static struct mc_memmap_range ram[4000];
	uint64_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ram); i++) {
		at += MC_FRAME_SIZE * (1 + ktest_random_below(t, 3));
		ram[i] = (struct mc_memmap_range){ at, 0, MC_MEMMAP_USABLE };
		at += MC_FRAME_SIZE * (1 + (ktest_random(t) >> (54 + ktest_random_below(t, 10))));
		ram[i].end = at;
	}
	check_all_sizes(t, &(struct wanted){ ram, ARRAY_SIZE(ram), no_range });
}

KTEST(physmap_map, holes_of_one_page)
{
	static struct mc_memmap_range ram[1024];

	for (size_t i = 0; i < ARRAY_SIZE(ram); i++)
		ram[i] = (struct mc_memmap_range){ i * MIB(1), (i + 1) * MIB(1) - MC_FRAME_SIZE,
						   MC_MEMMAP_USABLE };
	check_all_sizes(t, &(struct wanted){ ram, ARRAY_SIZE(ram), no_range });
}

KTEST(physmap_map, ram_that_begins_at_1_tib)
{
	const struct mc_memmap_range ram = { TIB(1), TIB(17) + MIB(6), MC_MEMMAP_USABLE };

	check(t, &(struct wanted){ &ram, 1, no_range }, 3);
}

KTEST(physmap_map, read_only_parts_of_every_size_and_place)
{
	const struct mc_memmap_range ram[] = { { 0, KIB(636), MC_MEMMAP_USABLE },
					       { MIB(1), GIB(1), MC_MEMMAP_USABLE } };

	for (int i = 0; i < 40; i++) {
		const uint64_t start =
			MIB(1) + align_down(ktest_random_below(t, GIB(1) - MIB(2)), MC_FRAME_SIZE);
		const uint64_t size = MC_FRAME_SIZE << ktest_random_below(t, 10);
		const uint64_t end = start + size < GIB(1) ? start + size : GIB(1);

		check(t, &(struct wanted){ ram, 2, { start, end, MC_MEMMAP_KERNEL } }, 2);
	}
	check(t, &(struct wanted){ ram, 2, ram[1] }, 3);
}

KTEST(physmap_map, nothing_beyond_the_window)
{
	const struct mc_memmap_range ram[] = {
		{ WINDOW_SIZE - MIB(4), WINDOW_SIZE + GIB(1), MC_MEMMAP_USABLE },
		{ WINDOW_SIZE + GIB(2), WINDOW_SIZE + GIB(3), MC_MEMMAP_USABLE }
	};
	struct mc_space space = new_space(3);
	struct mc_physmap_size size;
	mc_phys_addr_t behind;

	ASSERT_EQ(t, mc_physmap_map(&space, &window, ram, 2, no_range), 0);
	ASSERT_EQ(t, mc_physmap_measure(&space, &window, &size), 0);
	EXPECT_EQ(t, size.nr_leaves[2], 2);
	EXPECT_EQ(t, size.nr_leaves[1] + size.nr_leaves[3], 0);
	EXPECT_EQ(t,
		  mc_mapper_translate_address(&space, mc_virt_addr(WINDOW_BASE + WINDOW_SIZE),
					      &behind),
		  MC_ERR_NOT_FOUND);
}

/* A table that spans more than the window is others' too, and one behind it is not the map's. */
KTEST(physmap_map, tables_of_others_are_not_counted)
{
	const struct mc_physmap_window small = { { WINDOW_BASE }, GIB(1) };
	const struct mc_memmap_range ram[] = { { 0, MIB(4), MC_MEMMAP_USABLE },
					       { GIB(1), GIB(1) + MIB(4), MC_MEMMAP_USABLE } };
	struct mc_space space = new_space(2);
	struct mc_physmap_size size;

	ASSERT_EQ(t, mc_physmap_map(&space, &window, ram, 2, no_range), 0);
	EXPECT_EQ(t, space.nr_tables, 3);
	ASSERT_EQ(t, mc_physmap_measure(&space, &small, &size), 0);
	EXPECT_EQ(t, size.nr_tables, 1);
	EXPECT_EQ(t, size.nr_leaves[2], 2);
}

/* The time depends on the entries: for 32 TiB, as many steps as 1 GiB pages and tables. */
KTEST(physmap_map, large_memory_takes_few_tables)
{
	const struct mc_memmap_range ram = { 0, TIB(32), MC_MEMMAP_USABLE };
	struct mc_space space = new_space(3);

	ASSERT_EQ(t, mc_physmap_map(&space, &window, &ram, 1, no_range), 0);
	EXPECT_EQ(t, space.nr_tables, 64);
}

KTEST(physmap_map, out_of_frames_leaves_nothing)
{
	const struct mc_memmap_range ram[] = { { 0, KIB(636), MC_MEMMAP_USABLE },
					       { MIB(1), GIB(3), MC_MEMMAP_USABLE },
					       { GIB(4), GIB(5), MC_MEMMAP_USABLE } };
	const struct mc_memmap_range image = { MIB(1), MIB(1) + KIB(300), MC_MEMMAP_KERNEL };
	struct mc_space space = new_space(2);
	uint64_t needed;

	ASSERT_EQ(t, mc_physmap_map(&space, &window, ram, ARRAY_SIZE(ram), image), 0);
	needed = space.nr_tables;
	for (uint64_t most = 0; most < needed; most++) {
		space = new_space(2);
		arena.most = 1 + most;
		EXPECT_EQ(t, mc_physmap_map(&space, &window, ram, ARRAY_SIZE(ram), image),
			  MC_ERR_NO_MEMORY);
		/* The table directly below the root is everybody's, and stays. */
		EXPECT_TRUE(t, space.nr_tables <= 1);
		EXPECT_EQ(t, arena.nr_used - arena.nr_released, 1 + space.nr_tables);
	}
}

KTEST(physmap_map, refuses_what_is_mapped_already_and_what_no_cpu_has)
{
	const struct mc_memmap_range ram = { 0, MIB(4), MC_MEMMAP_USABLE };
	const struct mc_memmap_range far = { TIB(1), TIB(3), MC_MEMMAP_USABLE };
	struct mc_space space = new_space(2);
	mc_phys_addr_t physical;

	EXPECT_EQ(t, mc_physmap_map(&space, &window, &ram, 1, no_range), 0);
	EXPECT_EQ(t, mc_physmap_map(&space, &window, &ram, 1, no_range), MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_mapper_translate_address(&space, window.base, &physical), 0);
	space = new_space(2);
	space.physical_limit = TIB(2);
	EXPECT_EQ(t, mc_physmap_map(&space, &window, &far, 1, no_range), MC_ERR_RANGE);
}
