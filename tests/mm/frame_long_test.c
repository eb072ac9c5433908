/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_long": the frame allocator against its model, 10^5 operations, with CPUs' caches
 * used in turns. FRAME_STEPS in the environment asks for more (make check-long, make soak).
 */
#include <stdlib.h>

#include <kernel/ktest.h>
#include <mercator/platform.h>

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

static void set_cpu(unsigned int cpu)
{
	host_cpu_id = cpu;
}

KTEST(frame_long, random_operations)
{
	const char *wanted = getenv("FRAME_STEPS");
	const uint64_t steps = wanted ? strtoull(wanted, NULL, 0) : 100000;

	rig.random = test_random;
	rig.fail = test_fail;
	rig.set_cpu = set_cpu;
	rig.context = t;
	for (uint64_t step = 0; step < steps && !rig.failed;) {
		const uint64_t length = 1 + ktest_random_below(t, 40000);

		rig_init(&rig);
		for (uint64_t i = 0; i < length && !rig.failed; i++)
			rig_step(&rig);
		rig_check_stats(&rig);
		if (ktest_random_below(t, 4) == 0)
			rig_exhaust(&rig);
		rig_free_all(&rig);
		step += length;
	}
	host_cpu_id = 0;
}

/*
 * More chunks than one CPU can own: all memory can be allocated and is whole after it is freed.
 * Chunks that it no longer owns are freed under the lock, like those that it never owned.
 */
KTEST(frame_long, more_than_a_cpu_can_own)
{
	const mc_pfn_t first = 3 * AREA_FRAMES - 100, end = first + 9 * AREA_FRAMES + 300;
	const uint64_t nr_frames = end - first, nr_inner = 9 * AREA_CHUNKS;
	static struct mc_frame_pool pool;
	static struct mc_frame_cpu cpus[2];
	struct mc_frame_stats stats;
	mc_pfn_t *frames = calloc(nr_frames, sizeof(*frames));
	uint64_t *metadata = calloc(1, mc_frame_metadata_size(first, end));
	size_t freed = 0, nr_wrong = 0;

	mc_frame_pool_init(&pool, cpus, 2);
	EXPECT_EQ(t, mc_frame_add_range(&pool, first, end, metadata), 0);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, frames, nr_frames), 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 0);
	for (size_t i = 0; i < nr_frames; i += 2)
		nr_wrong += mc_frame_free(&pool, frames[i], 0) != 0;
	for (size_t i = 1; i < nr_frames; i += 2)
		frames[i / 2] = frames[i];
	EXPECT_EQ(t, mc_frame_free_bulk(&pool, frames, nr_frames / 2, &freed), 0);
	EXPECT_EQ(t, freed, nr_frames / 2);
	EXPECT_EQ(t, nr_wrong, 0);
	EXPECT_EQ(t, mc_frame_free(&pool, frames[0], 0), MC_ERR_DOUBLE_FREE);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, nr_frames);
	EXPECT_EQ(t,
		  stats.free_blocks[MC_FRAME_ORDER_1GIB] * AREA_CHUNKS +
			  stats.free_blocks[MC_FRAME_ORDER_2MIB],
		  nr_inner);
	free(frames);
	free(metadata);
}
