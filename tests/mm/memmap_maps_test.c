/* SPDX-License-Identifier: MIT */
/*
 * Suite "memmap": the memory maps of real machines in tests/data/memmaps (its README.md says the
 * format), and maps of thousands of entries. On the host only: they need files and a heap.
 */
#include <stdlib.h>
#include <string.h>

#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/memmap.h>

#include "memmap_file.h"
#include "memmap_model.h"

#define NO_LIMIT UINT64_MAX

/* Normalise a copy of exactly `count` ranges, so that ASan sees one too many, and ask the model. */
static struct mc_memmap_summary check_map(struct ktest_run *t, const char *name,
					  const struct mc_memmap_range *ranges, size_t count,
					  uint64_t limit)
{
	struct mc_memmap_range *copy = malloc(count * sizeof(*copy));
	uint64_t *points = malloc(MEMMAP_MODEL_POINTS(count) * sizeof(*points));
	const struct memmap_model model = memmap_model_make(ranges, count, limit, points);
	struct mc_memmap_summary summary;

	memcpy(copy, ranges, count * sizeof(*copy));
	summary = mc_memmap_normalise(copy, count, limit);
	if (!EXPECT_STR(t, memmap_model_check(&model, limit, copy, summary), NULL))
		ktest_note(t, "%s, limit %#lx", name, limit);
	free(points);
	free(copy);
	return summary;
}

static void shuffle(struct ktest_run *t, struct mc_memmap_range *ranges, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		const size_t other = ktest_random_below(t, i);
		const struct mc_memmap_range swapped = ranges[i - 1];

		ranges[i - 1] = ranges[other];
		ranges[other] = swapped;
	}
}

/* As the kernel does: something in use at any place and of any size, inside the map's span. */
static void reserve_something(struct ktest_run *t, struct memmap_file *map)
{
	const struct mc_memmap_range *last = &map->ranges[map->count - 1];
	const uint64_t start = ktest_random_below(t, last->end);
	const uint64_t size = ktest_random(t) >> (34 + ktest_random_below(t, 30));

	map->ranges[map->count] = mc_memmap_from_length(start, size, MC_MEMMAP_RESERVED);
	map->ranges[map->count++].type = MC_MEMMAP_MODULE;
}

/* Two of the maps call it RAM. */
static void expect_no_video_memory(struct ktest_run *t, const char *name, struct memmap_file map)
{
	const size_t count = mc_memmap_normalise(map.ranges, map.count, NO_LIMIT).nr_ranges;

	for (size_t i = 0; i < count; i++)
		if (!EXPECT_TRUE(t, map.ranges[i].end <= KIB(640) || map.ranges[i].start >= MIB(1)))
			ktest_note(t, "%s", name);
}

static void check_variants(struct ktest_run *t, const char *name, struct memmap_file *map)
{
	const uint64_t limits[] = { NO_LIMIT, map->limit, GIB(4), MIB(100) + 0x800 };
	const struct mc_memmap_summary whole =
		check_map(t, name, map->ranges, map->count, NO_LIMIT);

	EXPECT_TRUE(t, whole.usable > MIB(8));
	expect_no_video_memory(t, name, *map);
	for (int round = 0; round < 8; round++) {
		const uint64_t limit = limits[round % (int)ARRAY_SIZE(limits)];
		struct mc_memmap_summary summary;

		shuffle(t, map->ranges, map->count);
		summary = check_map(t, name, map->ranges, map->count, limit);
		EXPECT_EQ(t, summary.usable + summary.beyond_limit, whole.usable);
	}
	for (int round = 0; round < 8; round++) {
		reserve_something(t, map);
		check_map(t, name, map->ranges, map->count, limits[round % 2]);
	}
}

KTEST(memmap, maps_of_real_machines)
{
	memmap_files_visit(t, check_variants);
}

#define MANY 3000

KTEST(memmap, thousands_of_random_ranges)
{
	struct mc_memmap_range *ranges = malloc(MANY * sizeof(*ranges));

	for (int round = 0; round < 3; round++) {
		const uint64_t span = GIB(1) << (round * 5);

		for (size_t i = 0; i < MANY; i++)
			ranges[i] = mc_memmap_from_length(ktest_random_below(t, span),
							  ktest_random_below(t, span / 500),
							  ktest_random_below(t, 2) + 1);
		check_map(t, "random", ranges, MANY, span / 4 * 3);
	}
	free(ranges);
}

/* The most ranges that can come out: as many as went in. */
KTEST(memmap, thousands_of_one_frame_ranges)
{
	struct mc_memmap_range *ranges = malloc(MANY * sizeof(*ranges));
	struct mc_memmap_summary summary;

	for (size_t i = 0; i < MANY; i++)
		ranges[i] = mc_memmap_from_length(TIB(1) + 2 * i * MC_FRAME_SIZE, MC_FRAME_SIZE, 1);
	shuffle(t, ranges, MANY);
	summary = check_map(t, "one frame in two", ranges, MANY, NO_LIMIT);
	EXPECT_EQ(t, summary.nr_ranges, MANY);
	EXPECT_EQ(t, summary.usable, MANY * MC_FRAME_SIZE);
	free(ranges);
}

/* The same from one range, by blockers: a hole in each second frame. */
KTEST(memmap, thousands_of_one_frame_holes)
{
	struct mc_memmap_range *ranges = malloc(MANY * sizeof(*ranges));
	struct mc_memmap_summary summary;

	ranges[0] = mc_memmap_from_length(0, 2 * MANY * MC_FRAME_SIZE, 1);
	for (size_t i = 1; i < MANY; i++)
		ranges[i] = mc_memmap_from_length(2 * i * MC_FRAME_SIZE + 17, 1, 2);
	shuffle(t, ranges, MANY);
	summary = check_map(t, "one hole in two", ranges, MANY, NO_LIMIT);
	EXPECT_EQ(t, summary.nr_ranges, MANY);
	EXPECT_EQ(t, summary.usable, (MANY + 1) * MC_FRAME_SIZE);
	free(ranges);
}

/* Heap sort does not care for the order: a million ranges, backwards, in well under a second. */
KTEST(memmap, a_million_ranges)
{
	const size_t count = 1000000;
	struct mc_memmap_range *ranges = malloc(count * sizeof(*ranges));
	struct mc_memmap_summary summary;

	for (size_t i = 0; i < count; i++)
		ranges[i] =
			mc_memmap_from_length((count - i) * 2 * MC_FRAME_SIZE, MC_FRAME_SIZE, 1);
	summary = mc_memmap_normalise(ranges, count, NO_LIMIT);
	EXPECT_EQ(t, summary.nr_ranges, count);
	for (size_t i = 1; i < count; i++)
		ASSERT_TRUE(t, ranges[i - 1].end < ranges[i].start);
	free(ranges);
}
