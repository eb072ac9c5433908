/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame": the frame allocator against its model (frame_rig.h), and by examples where the model
 * is too small: blocks of 1 GiB, many ranges, huge machines, the size of the metadata.
 */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../mm/frame/layout.h"
#include "frame_rig.h"

static struct frame_rig rig;

static uint64_t test_random(void *context, uint64_t bound)
{
	return ktest_random_below(context, bound);
}

static void test_fail(void *context, const char *text)
{
	FAIL(context, text);
}

static void start(struct ktest_run *t)
{
	rig.random = test_random;
	rig.fail = test_fail;
	rig.context = t;
	rig_init(&rig);
}

KTEST(frame, random_operations)
{
	for (unsigned int round = 0; round < 20 && !rig.failed; round++) {
		start(t);
		for (unsigned int i = 0; i < 1000 && !rig.failed; i++)
			rig_step(&rig);
		rig_check_stats(&rig);
		rig_free_all(&rig);
	}
}

KTEST(frame, statistics_are_exact_after_each_step)
{
	start(t);
	for (unsigned int i = 0; i < 300 && !rig.failed; i++) {
		rig_step(&rig);
		rig_check_stats(&rig);
	}
	rig_free_all(&rig);
}

KTEST(frame, every_frame_can_be_had)
{
	for (unsigned int round = 0; round < 5 && !rig.failed; round++) {
		start(t);
		rig_exhaust(&rig);
		rig_free_all(&rig);
		for (unsigned int i = 0; i < 500 && !rig.failed; i++)
			rig_step(&rig);
		/* What is left, whatever blocks and runs are about. */
		rig_exhaust(&rig);
		rig_free_all(&rig);
	}
}

/* 64 bytes a range and 1.13 bits a frame, without rounding up the limit. */
static void check_size(struct ktest_run *t, mc_pfn_t first, uint64_t count)
{
	uint64_t size = mc_frame_metadata_size(first, first + count);

	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		size -= align_up(count, 8) < size ? count : 0;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) ? size > 72 + count * 113 / 800
					    : (size - 64) * 800 > count * 113 && size > 64)
		ktest_note(t, "%lu frames from %#lx on: %lu bytes", count, first, size);
	EXPECT_TRUE(t, IS_ENABLED(CONFIG_DEBUG_CHECKS)
			       ? size <= 72 + count * 113 / 800
			       : size <= 64 || (size - 64) * 800 <= count * 113);
}

KTEST(frame, metadata_is_small)
{
	/* All alignments that matter: to words, to chunks, around the boundary of an area. */
	for (uint64_t count = 1; count < 2200; count += 1 + count / 64)
		for (mc_pfn_t first = AREA_FRAMES - 1100; first < AREA_FRAMES + 600; first++)
			check_size(t, first, count);
	for (unsigned int shift = 12; shift < 36; shift++)
		for (unsigned int i = 0; i < 200; i++)
			check_size(t, ktest_random_below(t, UINT64_C(1) << 30),
				   1 + ktest_random_below(t, UINT64_C(1) << shift));
	EXPECT_EQ(t, mc_frame_metadata_size(5, 5), 0);
	EXPECT_EQ(t, mc_frame_metadata_size(6, 5), 0);
}

/*
 * A pool with one range, for examples. Metadata of 5 GiB; a larger range gets the same room, and its
 * test touches only what lies in that.
 */
#define EXAMPLE_FRAMES (5 * AREA_FRAMES)

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[1];
/* With the debug option's tags: not in a kernel, of which it would be the largest part. */
#define WITH_TAGS (IS_ENABLED(CONFIG_DEBUG_CHECKS) && __STDC_HOSTED__)

static uint64_t example_metadata[WITH_TAGS ? 400000 : 24000];

static void start_example(struct ktest_run *t, mc_pfn_t first, mc_pfn_t end)
{
	if (rig.set_cpu)
		rig.set_cpu(0);
	memset(example_metadata, 0xa7, sizeof(example_metadata));
	mc_frame_pool_init(&pool, cpus, 1);
	EXPECT_EQ(t, mc_frame_add_range(&pool, first, end, example_metadata), 0);
}

KTEST(frame, blocks_of_1_gib)
{
	const mc_pfn_t first = 3 * AREA_FRAMES - 700, end = first + AREA_FRAMES * 9 / 4;
	struct mc_frame_stats stats;
	mc_pfn_t a, b, c, pfn;

	if (mc_frame_metadata_size(first, end) > sizeof(example_metadata)) {
		ktest_skip(t, "the tags of the debug option need too much room");
		return;
	}
	start_example(t, first, end);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 18, &a), 0);
	EXPECT_EQ(t, a, 3 * AREA_FRAMES);
	/* A frame and a chunk break the area at the end first, and then the one that is whole. */
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &b), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 9, &c), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free(&pool, a, 9), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, a + 5, 0), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, a + 512, 18), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, mc_frame_free(&pool, 2 * AREA_FRAMES, 18), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 18), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, a, 18), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, a, 18), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, a, 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, b, 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, c, 9), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, end - first);
	EXPECT_EQ(t, stats.free_blocks[18], 2);
	EXPECT_EQ(t, stats.largest_run, end - first);
}

/* A frame far up: what lies between was never looked at, and is all there. */
KTEST(frame, areas_below_a_given_frame_stay_free)
{
	struct mc_frame_stats stats;
	mc_pfn_t pfn;

	if (mc_frame_metadata_size(0, EXAMPLE_FRAMES) > sizeof(example_metadata)) {
		ktest_skip(t, "the tags of the debug option need too much room");
		return;
	}
	start_example(t, 0, EXAMPLE_FRAMES);
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, 3 * AREA_FRAMES + 12345, 1), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, EXAMPLE_FRAMES - 1);
	EXPECT_EQ(t, stats.free_blocks[18], 4);
	for (unsigned int i = 0; i < 4; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free_count(&pool), AREA_FRAMES - 1);
}

/* An area that was cut, used and is free again is a block again. */
KTEST(frame, areas_become_whole_again)
{
	static mc_pfn_t held[600];
	struct mc_frame_stats stats;
	mc_pfn_t pfn;

	if (sizeof(example_metadata) < mc_frame_metadata_size(0, AREA_FRAMES)) {
		ktest_skip(t, "no room");
		return;
	}
	start_example(t, 0, AREA_FRAMES);
	for (unsigned int i = 0; i < 512; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 9, &held[i]), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
	for (unsigned int i = 0; i < 512; i++)
		ASSERT_EQ(t, mc_frame_free(&pool, held[i], 9), 0);
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, held, 600), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), MC_ERR_NO_MEMORY);
	ASSERT_EQ(t, mc_frame_free_bulk(&pool, held, 600, NULL), 0);
	/* One chunk is still claimed by this CPU, which gives it back for this. */
	ASSERT_EQ(t, mc_frame_alloc(&pool, 18, &pfn), 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 18), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[18], 1);
	EXPECT_EQ(t, mc_frame_fragmentation(&stats), 0);
}

KTEST(frame, single_frames_come_from_broken_chunks)
{
	static mc_pfn_t held[3 * CHUNK_FRAMES];
	const size_t used = 2 * CHUNK_FRAMES + 100, freed = 300;
	struct mc_frame_stats stats;

	start_example(t, 0, 64 * CHUNK_FRAMES);
	for (size_t i = 0; i < used; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &held[i]), 0);
	/* Two chunks are full, a third is claimed. What the first gets back is used up before a fourth. */
	for (size_t i = 0; i < freed; i++)
		ASSERT_EQ(t, mc_frame_free(&pool, held[i], 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(held) - used + freed; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &held[0]), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[9], 61);
	EXPECT_EQ(t, stats.nr_free, 61 * CHUNK_FRAMES);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &held[0]), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[9], 60);
}

KTEST(frame, a_double_free_is_caught_in_the_cache)
{
	mc_pfn_t held[3];

	start_example(t, 1000, 3000);
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &held[i]), 0);
	/* Never handed out, but in this CPU's mask; its bit is set like that of an allocated one. */
	EXPECT_EQ(t, mc_frame_free(&pool, held[2] + 1, 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, held[1], 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, held[1], 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, 2900, 0), MC_ERR_NOT_ALLOCATED);
	EXPECT_EQ(t, mc_frame_free(&pool, 999, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, 3000, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 1998);
}

KTEST(frame, the_order_of_a_block_is_known)
{
	mc_pfn_t block, single;

	start_example(t, 0, 8 * CHUNK_FRAMES);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 3, &block), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &single), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 0), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 2), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 4), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 9), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block + 1, 3), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, mc_frame_free(&pool, single, 10), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_free(&pool, align_down(single, 8), 3), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 3), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, single, 0), 0);
}

/*
 * Memory is short, so that a chunk has blocks of two orders: what is noticed then, and what only
 * CONFIG_DEBUG_CHECKS notices (docs/frames.md).
 */
KTEST(frame, a_wrong_order_among_mixed_blocks)
{
	const int unnoticed = IS_ENABLED(CONFIG_DEBUG_CHECKS) ? MC_ERR_WRONG_ORDER : 0;
	mc_pfn_t block, pfn, singles = 0;

	start_example(t, 0, CHUNK_FRAMES);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 3, &block), 0);
	while (mc_frame_alloc(&pool, 0, &pfn) == 0)
		singles = align_down(pfn, 8);
	/* Whole blocks of 2 MiB and more are no part of such a chunk. */
	EXPECT_EQ(t, mc_frame_free(&pool, 0, MC_FRAME_ORDER_2MIB), MC_ERR_WRONG_ORDER);
	/* Part of what would be freed is free. */
	ASSERT_EQ(t, mc_frame_free(&pool, singles + 7, 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, singles, 3), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, singles + 7, 0), MC_ERR_DOUBLE_FREE);
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, singles + 7, 1), 0);
	/* Nothing of it is: eight single frames as a block, a frame of a block as a single one. */
	EXPECT_EQ(t, mc_frame_free(&pool, singles, 3), unnoticed);
	EXPECT_EQ(t, mc_frame_free(&pool, block + 1, 0), unnoticed);
}

/* "Never allocated" is what is known of a chunk, not of a frame. */
KTEST(frame, what_was_never_allocated)
{
	mc_pfn_t pfn;

	start_example(t, 0, 8 * CHUNK_FRAMES);
	EXPECT_EQ(t, mc_frame_free(&pool, CHUNK_FRAMES, MC_FRAME_ORDER_2MIB), MC_ERR_NOT_ALLOCATED);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	/* Its neighbour never was, but that is not known; in another chunk, it is. */
	EXPECT_EQ(t, mc_frame_free(&pool, pfn ^ 1, 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn ^ CHUNK_FRAMES, 0), MC_ERR_NOT_ALLOCATED);
	/* It stays so when all of the chunk is free again. */
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn ^ 1, 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn ^ CHUNK_FRAMES, 0), MC_ERR_NOT_ALLOCATED);
}

/* A sparse machine of 500 TiB: start-up and single frames touch next to nothing of the metadata. */
KTEST(frame, huge_ranges_touch_little)
{
	const mc_pfn_t first = 1000, end = FRAME_PFN_LIMIT - 77;
	mc_pfn_t pfn;

	/* With tags, metadata lie farther apart than the test has room. */
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "needs the metadata that the debug option makes large");
		return;
	}
	EXPECT_EQ(t, mc_frame_add_range(&pool, first, FRAME_PFN_LIMIT + 1, example_metadata),
		  MC_ERR_UNSUPPORTED);
	start_example(t, first, end);
	for (size_t i = sizeof(struct frame_range) / 8; i < ARRAY_SIZE(example_metadata); i++)
		ASSERT_EQ(t, example_metadata[i], UINT64_C(0xa7a7a7a7a7a7a7a7));
	EXPECT_EQ(t, mc_frame_free_count(&pool), end - first);
	EXPECT_EQ(t, mc_frame_free(&pool, first, 0), MC_ERR_NOT_ALLOCATED);
	EXPECT_EQ(t, mc_frame_free(&pool, first + (end - first) / 2, 0), MC_ERR_NOT_ALLOCATED);
	EXPECT_EQ(t, mc_frame_free(&pool, 0, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, end, 0), MC_ERR_FOREIGN);
	(void)pfn;
}

/* Thousands of ranges, each of few frames: found, used up, given back. Fewer where room is scarce. */
#ifdef MERCATOR_KERNEL
#define MANY_RANGES 300
#else
#define MANY_RANGES 3000
#endif

KTEST(frame, many_ranges)
{
	static uint64_t places[MANY_RANGES][11];
	static mc_pfn_t held[3 * MANY_RANGES];
	struct mc_frame_stats stats;
	mc_pfn_t pfn;

	mc_frame_pool_init(&pool, cpus, 1);
	for (unsigned int i = 0; i < MANY_RANGES; i++) {
		/* In an order without order; 5 apart, so that ranges share chunks. */
		const mc_pfn_t first = UINT64_C(7) * (i * UINT64_C(1999) % MANY_RANGES);

		ASSERT_TRUE(t, mc_frame_metadata_size(first, first + 3) <= sizeof(places[i]));
		ASSERT_EQ(t, mc_frame_add_range(&pool, first, first + 3, places[i]), 0);
		ASSERT_EQ(t, mc_frame_add_range(&pool, first + 2, first + 4, places[i]),
			  MC_ERR_EXISTS);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &held[i]), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free(&pool, 3, 0), MC_ERR_FOREIGN);
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		ASSERT_EQ(t, mc_frame_free(&pool, held[i * UINT64_C(4999) % ARRAY_SIZE(held)], 0),
			  0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_ranges, MANY_RANGES);
	EXPECT_EQ(t, stats.nr_free, ARRAY_SIZE(held));
}

KTEST(frame, bad_arguments)
{
	mc_pfn_t pfn;

	start_example(t, 0, 1024);
	EXPECT_EQ(t, mc_frame_add_range(&pool, 5000, 5000, example_metadata), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_add_range(&pool, 5000, 5001, (char *)example_metadata + 4),
		  MC_ERR_MISALIGNED);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 10, &pfn), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 64, &pfn), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 0, 1, UINT64_MAX, &pfn), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 1, 0, UINT64_MAX, &pfn), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 1, 3, UINT64_MAX, &pfn), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, UINT64_MAX, 1, UINT64_MAX, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 2, UINT64_C(1) << 63, UINT64_MAX, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 1, UINT64_C(1) << 63, UINT64_MAX, &pfn),
		  MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, 1000, UINT64_MAX), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, 1000, 0), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, 1000, 25), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, UINT64_MAX, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, UINT64_MAX - 511, 9), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 1022);
}
