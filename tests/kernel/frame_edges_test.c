/* SPDX-License-Identifier: MIT */
/* Suite "frame", continued: places where the frame allocator could give a frame twice, or too many. */
#include <mercator/ktest.h>
#include <mercator/string.h>

#include "../../mm/frame_layout.h"
#include "frame_rig.h"

/* Room for 1 GiB without the tags of the debug option. */
static uint64_t metadata[5200];
static struct frame_pool pool;
static struct frame_cpu cpus[RIG_CPUS];

/* All bits behind the metadata are 0 here, which would mean free. */
static bool start(struct ktest_run *t, pfn_t first, pfn_t end)
{
	if (frame_metadata_size(first, end) >= sizeof(metadata)) {
		ktest_skip(t, "the tags of the debug option need too much room");
		return false;
	}
	memset(metadata, 0, sizeof(metadata));
	frame_pool_init(&pool, cpus, RIG_CPUS);
	return EXPECT_EQ(t, frame_add_range(&pool, first, end, metadata), 0);
}

/* The range ends with a word of the bitmap, but in the middle of a block. */
KTEST(frame, no_block_reaches_out_of_its_range)
{
	pfn_t pfn;

	if (!start(t, 0, 192))
		return;
	ASSERT_EQ(t, frame_alloc(&pool, 7, &pfn), 0);
	EXPECT_EQ(t, pfn, 0);
	EXPECT_EQ(t, frame_alloc(&pool, 7, &pfn), ERR_NO_MEMORY);
	EXPECT_EQ(t, frame_alloc(&pool, 6, &pfn), 0);
	EXPECT_EQ(t, pfn, 128);
}

/* An area that was cut and is whole again: its chunks are not to be had beside it. */
KTEST(frame, a_block_of_1_gib_is_all_there_was)
{
	pfn_t block, pfn;

	if (!start(t, 0, AREA_FRAMES))
		return;
	ASSERT_EQ(t, frame_alloc(&pool, 9, &pfn), 0);
	ASSERT_EQ(t, frame_free(&pool, pfn, 9), 0);
	ASSERT_EQ(t, frame_alloc(&pool, 18, &block), 0);
	for (unsigned int order = 0; order <= 9; order++)
		EXPECT_EQ(t, frame_alloc(&pool, order, &pfn), ERR_NO_MEMORY);
	EXPECT_EQ(t, frame_free(&pool, block, 18), 0);
	EXPECT_EQ(t, frame_free_count(&pool), AREA_FRAMES);
}

KTEST(frame, freeing_a_run_tells_how_far_it_came)
{
	uint64_t freed = 0;

	if (!start(t, 0, 512))
		return;
	ASSERT_EQ(t, frame_alloc_at(&pool, 0, 70), 0);
	EXPECT_EQ(t, frame_free_run(&pool, 0, 100, &freed), ERR_DOUBLE_FREE);
	EXPECT_EQ(t, freed, 70);
	EXPECT_EQ(t, frame_free_count(&pool), 512);
}
