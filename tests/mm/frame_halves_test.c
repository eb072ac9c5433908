/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_halves": the moment in the middle of mc_frame_free() at which all of a chunk is
 * free, and its CPU has left its cache but does not yet have the pool's lock to give the chunk up.
 * Another CPU can then allocate all of it, by every operation.
 */
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "../../mm/frame/internal.h"

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[2];
static uint64_t metadata[70000], edge_metadata[64];
static mc_pfn_t frames[2 * CHUNK_FRAMES];
static uint32_t emptied;

/* The first half of mc_frame_free(), by CPU 1, which owns the frame; then CPU 0 goes on. */
static void begin_to_free(struct ktest_run *t, mc_pfn_t pfn)
{
	ASSERT_TRUE(t, cache_enter(&cpus[1]));
	EXPECT_EQ(t, cache_free(&cpus[1], pfn, &emptied), CHUNK_FRAMES);
	EXPECT_TRUE(t, cache_is_emptied(&pool, &cpus[1], emptied));
	EXPECT_TRUE(t, emptied != cpus[1].hand);
	count_freed(&cpus[1], 1);
	cache_leave(&cpus[1]);
	host_cpu_id = 0;
}

/* The second half. The chunk may have another owner now. */
static void finish_freeing(void)
{
	uint64_t irq;

	host_cpu_id = 1;
	irq = pool_lock(&pool);
	cache_give_up(&pool, emptied);
	pool_unlock(&pool, irq);
	host_cpu_id = 0;
}

/* Of two chunks, CPU 1 has the second in hand, all in use, and the last frame of the first half free. */
static void start(struct ktest_run *t)
{
	mc_frame_pool_init(&pool, cpus, 2);
	ASSERT_TRUE(t, mc_frame_metadata_size(0, 2 * CHUNK_FRAMES) <= sizeof(metadata));
	ASSERT_EQ(t, mc_frame_add_range(&pool, 0, 2 * CHUNK_FRAMES, metadata), 0);
	host_cpu_id = 1;
	for (unsigned int i = 0; i < 2 * CHUNK_FRAMES; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &frames[i]), 0);
	ASSERT_EQ(t, mc_frame_free_bulk(&pool, frames, CHUNK_FRAMES - 1, NULL), 0);
	begin_to_free(t, frames[CHUNK_FRAMES - 1]);
	EXPECT_EQ(t, mc_frame_free_count(&pool), CHUNK_FRAMES);
}

static void finish(struct ktest_run *t, uint64_t nr_free)
{
	struct mc_frame_stats stats;

	finish_freeing();
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, nr_free);
	EXPECT_EQ(t, mc_frame_free_count(&pool), nr_free);
}

KTEST(frame_halves, blocks)
{
	for (unsigned int order = 0; order <= MC_FRAME_ORDER_2MIB; order++) {
		mc_pfn_t pfn;

		start(t);
		for (uint64_t i = 0; i < CHUNK_FRAMES; i += mc_frame_order_count(order))
			EXPECT_EQ(t, mc_frame_alloc(&pool, order, &pfn), 0);
		EXPECT_EQ(t, mc_frame_alloc(&pool, order, &pfn), MC_ERR_NO_MEMORY);
		finish(t, 0);
	}
}

KTEST(frame_halves, bulks)
{
	static mc_pfn_t bulk[CHUNK_FRAMES + 1];

	start(t);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, bulk, CHUNK_FRAMES), 0);
	finish(t, 0);
	start(t);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, bulk, CHUNK_FRAMES + 1), MC_ERR_NO_MEMORY);
	finish(t, CHUNK_FRAMES);
}

KTEST(frame_halves, runs)
{
	mc_pfn_t pfn;

	start(t);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, CHUNK_FRAMES, CHUNK_FRAMES, UINT64_MAX, &pfn), 0);
	finish(t, 0);
}

KTEST(frame_halves, given_frames)
{
	start(t);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, align_down(frames[0], CHUNK_FRAMES), CHUNK_FRAMES),
		  0);
	finish(t, 0);
}

/* What CPU 1 has in hand is an edge beside the area. */
KTEST(frame_halves, gibibytes)
{
	mc_pfn_t pfn;

	if (mc_frame_metadata_size(0, AREA_FRAMES) > sizeof(metadata)) {
		ktest_skip(t, "the tags of the debug option need too much room");
		return;
	}
	mc_frame_pool_init(&pool, cpus, 2);
	ASSERT_EQ(t, mc_frame_add_range(&pool, 0, AREA_FRAMES, metadata), 0);
	host_cpu_id = 1;
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, CHUNK_FRAMES), 0);
	ASSERT_EQ(t, mc_frame_add_range(&pool, AREA_FRAMES, AREA_FRAMES + 100, edge_metadata), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	ASSERT_TRUE(t, pfn >= AREA_FRAMES);
	ASSERT_EQ(t, mc_frame_free_bulk(&pool, frames, CHUNK_FRAMES - 1, NULL), 0);
	begin_to_free(t, frames[CHUNK_FRAMES - 1]);
	EXPECT_EQ(t, mc_frame_alloc(&pool, MC_FRAME_ORDER_1GIB, &pfn), 0);
	finish(t, 99);
}
