/* SPDX-License-Identifier: MIT */
/* Suite "frame", continued: how any frames are used (mc_frame_usage()). */
#include <kernel/ktest.h>
#include <kernel/string.h>

#include "frame_rig.h"

/* From the middle of a 2 MiB chunk to the middle of another, with three whole ones between. */
#define FIRST (512 + 256)
#define END   (FIRST + 4 * 512)

static uint64_t metadata[800];
static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[RIG_CPUS];

static bool start(struct ktest_run *t)
{
	if (!EXPECT_TRUE(t, mc_frame_metadata_size(FIRST, END) <= sizeof(metadata)))
		return false;
	memset(metadata, 0xff, sizeof(metadata));
	mc_frame_pool_init(&pool, cpus, RIG_CPUS);
	return EXPECT_EQ(t, mc_frame_add_range(&pool, FIRST, END, metadata), 0);
}

static void expect_usage(struct ktest_run *t, mc_pfn_t from, mc_pfn_t to, uint64_t nr_frames,
			 uint64_t nr_free, uint64_t nr_broken)
{
	const struct mc_frame_usage usage = mc_frame_usage(&pool, from, to);

	if (!EXPECT_EQ(t, usage.nr_frames, nr_frames) || !EXPECT_EQ(t, usage.nr_free, nr_free) ||
	    !EXPECT_EQ(t, usage.nr_broken, nr_broken))
		ktest_note(t, "frames %lu to %lu", from, to);
}

KTEST(frame, usage_of_what_was_never_touched)
{
	if (!start(t))
		return;
	/* Chunks that are only partly RAM are no blocks of 2 MiB. */
	expect_usage(t, 0, UINT64_MAX, 2048, 2048, 512);
	expect_usage(t, FIRST, 1024, 256, 256, 256);
	expect_usage(t, 1024, 2560, 1536, 1536, 0);
	expect_usage(t, 1030, 1031, 1, 1, 0);
	expect_usage(t, 0, FIRST, 0, 0, 0);
	expect_usage(t, END, UINT64_MAX, 0, 0, 0);
	expect_usage(t, 1030, 1030, 0, 0, 0);
}

KTEST(frame, usage_tells_broken_blocks)
{
	mc_pfn_t block;

	if (!start(t))
		return;
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, 1100, 10), 0);
	expect_usage(t, 1024, 1536, 512, 502, 502);
	expect_usage(t, 1095, 1105, 10, 5, 5);
	expect_usage(t, 1100, 1110, 10, 0, 0);
	expect_usage(t, 1536, 2560, 1024, 1024, 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 9, &block), 0);
	expect_usage(t, block, block + 512, 512, 0, 0);
	expect_usage(t, 0, UINT64_MAX, 2048, 2048 - 522, 1014);
	ASSERT_EQ(t, mc_frame_free_run(&pool, 1100, 10, NULL), 0);
	expect_usage(t, 1024, 1536, 512, 512, 0);
}

/* Any frames, against the numbers of single frames. */
KTEST(frame, usage_is_a_sum)
{
	if (!start(t))
		return;
	for (int i = 0; i < 60; i++) {
		const mc_pfn_t from = ktest_random_below(t, END + 300);
		const mc_pfn_t to = from + ktest_random_below(t, 1200);
		struct mc_frame_usage sum = { 0 };
		mc_pfn_t pfn;

		ASSERT_EQ(t, mc_frame_alloc(&pool, (unsigned int)ktest_random_below(t, 4), &pfn),
			  0);
		for (mc_pfn_t frame = from; frame < to; frame++) {
			const struct mc_frame_usage one = mc_frame_usage(&pool, frame, frame + 1);

			sum.nr_frames += one.nr_frames;
			sum.nr_free += one.nr_free;
			sum.nr_broken += one.nr_broken;
		}
		expect_usage(t, from, to, sum.nr_frames, sum.nr_free, sum.nr_broken);
	}
	expect_usage(t, 0, UINT64_MAX, mc_frame_total(&pool), mc_frame_free_count(&pool),
		     mc_frame_usage(&pool, 0, UINT64_MAX).nr_broken);
}
