/* SPDX-License-Identifier: MIT */
/*
 * Suite "temp_page": a pool whose frames' bytes are seen through the temporary page alone, with
 * CONFIG_DEBUG_CHECKS: poison comes and goes through it, and leaves it as it was. The host's TLB has what
 * was not invalidated.
 */
#include <arch/layout.h>
#include <mercator/frame.h>
#include <mercator/temp_page.h>

#include "mapper_fixture.h"

#define NR_FRAMES 32

static struct fixture fixture;
static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[1];
static uint64_t metadata[64];

/* Frames of the fixture's that nothing else has, and one that is not in the pool. */
static void start(struct ktest_run *t)
{
	const mc_pfn_t first = mc_phys_pfn(fixture_memory()) + NR_FRAMES / 2;

	ASSERT_TRUE(t, fixture_init_live(&fixture, MC_ACCESS_RECURSIVE));
	mc_frame_pool_init(&pool, cpus, 1);
	pool.bytes = mc_temp_page_map;
	pool.save = mc_temp_page_save;
	pool.restore = mc_temp_page_restore;
	ASSERT_TRUE(t, mc_frame_metadata_size(first, first + NR_FRAMES) <= sizeof(metadata));
	ASSERT_EQ(t, mc_frame_add_range(&pool, first, first + NR_FRAMES, metadata), 0);
}

KTEST(temp_page, shows_the_same_after_frames_came_and_went)
{
	uint64_t *word;
	mc_pfn_t pfn;

	start(t);
	word = mc_temp_page_map(fixture_data_frame(0));
	*word = 7;
	for (unsigned int order = 0; order <= 2; order++) {
		ASSERT_EQ(t, mc_frame_alloc(&pool, order, &pfn), 0);
		EXPECT_EQ(t, *word, 7);
		EXPECT_EQ(t, mc_frame_free(&pool, pfn, order), 0);
		EXPECT_EQ(t, *word, 7);
		/* Poisoned now: so it is looked at. */
		ASSERT_EQ(t, mc_frame_alloc_at(&pool, pfn, 1), 0);
		EXPECT_EQ(t, *word, 7);
		EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	}
	*word = 8;
	EXPECT_EQ(t, *(uint64_t *)fixture_pointer(mc_phys_of_pfn(fixture_data_frame(0))), 8);
	mc_temp_page_unmap();
	fixture_finish(&fixture);
}

/* Nor does the page map anything that it did not map before. */
KTEST(temp_page, shows_nothing_after_frames_came_and_went)
{
	mc_phys_addr_t physical;
	mc_pfn_t pfn;

	start(t);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	EXPECT_EQ(t,
		  mc_mapper_translate_address(&fixture.space, mc_virt_addr(TEMP_PAGES_BASE),
					      &physical),
		  MC_ERR_NOT_FOUND);
	EXPECT_STR(t, fixture_check_tlb(), NULL);
	fixture_finish(&fixture);
}
