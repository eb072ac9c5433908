/* SPDX-License-Identifier: MIT */
/* Suite "frame", continued: places where the frame allocator could give a frame twice, or too many. */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../mm/frame/layout.h"
#include "frame_rig.h"

/* Room for 1 GiB without the tags of the debug option. */
static uint64_t metadata[5200];
static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[RIG_CPUS];

/* All bits behind the metadata are 0 here, which would mean free. */
static bool start(struct ktest_run *t, mc_pfn_t first, mc_pfn_t end)
{
	if (mc_frame_metadata_size(first, end) >= sizeof(metadata)) {
		ktest_skip(t, "the tags of the debug option need too much room");
		return false;
	}
	memset(metadata, 0, sizeof(metadata));
	mc_frame_pool_init(&pool, cpus, RIG_CPUS);
	return EXPECT_EQ(t, mc_frame_add_range(&pool, first, end, metadata), 0);
}

/* The range ends with a word of the bitmap, but in the middle of a block. */
KTEST(frame, no_block_reaches_out_of_its_range)
{
	mc_pfn_t pfn;

	if (!start(t, 0, 192))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 7, &pfn), 0);
	EXPECT_EQ(t, pfn, 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 7, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 6, &pfn), 0);
	EXPECT_EQ(t, pfn, 128);
}

/* An area that was cut and is whole again: as a block, its chunks cannot be allocated, too. */
KTEST(frame, a_block_of_1_gib_is_all_there_was)
{
	mc_pfn_t block, pfn;

	if (!start(t, 0, AREA_FRAMES))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 9, &pfn), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 9), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 18, &block), 0);
	for (unsigned int order = 0; order <= 9; order++)
		EXPECT_EQ(t, mc_frame_alloc(&pool, order, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 18), 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), AREA_FRAMES);
}

/* Otherwise every search would look there in vain. */
KTEST(frame, a_range_without_edges_is_in_no_list_of_those_that_have_some)
{
	if (!start(t, 0, 2 * CHUNK_FRAMES))
		return;
	EXPECT_TRUE(t, !pool.edges_head);
	ASSERT_EQ(
		t,
		mc_frame_add_range(&pool, 2 * CHUNK_FRAMES, 2 * CHUNK_FRAMES + 1, metadata + 2600),
		0);
	EXPECT_TRUE(t, pool.edges_head == (struct frame_range *)(metadata + 2600));
}

/* A CPU owns an edge in an area that is not cut: frames taken from it must not count as its own. */
KTEST(frame, frames_of_an_edge_that_a_cpu_owns_can_be_taken)
{
	const mc_pfn_t first = CHUNK_FRAMES / 2, end = 2 * CHUNK_FRAMES;
	uint64_t count = 0;
	mc_pfn_t pfn;

	if (!start(t, first, end))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	ASSERT_TRUE(t, pfn < CHUNK_FRAMES);
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, first + 100, 8), 0);
	while (count < end - first && mc_frame_alloc(&pool, 0, &pfn) == 0) {
		EXPECT_TRUE(t, pfn < first + 100 || pfn >= first + 108);
		count++;
	}
	EXPECT_EQ(t, count, end - first - 9);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 0);
}

/* A chunk in hand that is all free stays there only while no other chunk is broken. */
KTEST(frame, the_first_free_frame_of_another_chunk_gives_up_a_whole_one_in_hand)
{
	static mc_pfn_t frames[CHUNK_FRAMES + 1];

	if (!start(t, 0, 2 * CHUNK_FRAMES))
		return;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "with CONFIG_DEBUG_CHECKS caches keep nothing that is free");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &frames[i]), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, frames[CHUNK_FRAMES], 0), 0);
	EXPECT_EQ(t, pool.whole.head, MC_FRAME_CHUNK_NONE);
	ASSERT_EQ(t, mc_frame_free(&pool, frames[0], 0), 0);
	EXPECT_EQ(t, pool.whole.head, frames[CHUNK_FRAMES] / CHUNK_FRAMES);
}

KTEST(frame, freeing_a_run_tells_how_far_it_came)
{
	uint64_t freed = 0;

	if (!start(t, 0, 512))
		return;
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, 0, 70), 0);
	EXPECT_EQ(t, mc_frame_free_run(&pool, 0, 100, &freed), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, freed, 70);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 512);
}

/*
 * Boot memory: frames that are taken before anything else, and given back later, leave no trace. Two
 * places, across the boundaries of chunks; single frames are allocated and freed meanwhile.
 */
KTEST(frame, boot_memory_comes_back)
{
	const struct {
		mc_pfn_t start;
		uint64_t count;
	} places[] = { { 256, 700 }, { 3 * CHUNK_FRAMES + 511, 2 } };
	static mc_pfn_t held[600];
	struct mc_frame_stats stats;
	uint64_t freed;

	if (!start(t, 0, AREA_FRAMES))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		ASSERT_EQ(t, mc_frame_alloc_at(&pool, places[i].start, places[i].count), 0);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, 955, 1), MC_ERR_BUSY);
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, held, ARRAY_SIZE(held)), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_EQ(t, mc_frame_free_run(&pool, places[i].start, places[i].count, &freed), 0);
		EXPECT_EQ(t, freed, places[i].count);
	}
	ASSERT_EQ(t, mc_frame_free_bulk(&pool, held, ARRAY_SIZE(held), NULL), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[MC_FRAME_ORDER_1GIB], 1);
	EXPECT_EQ(t, stats.nr_free, AREA_FRAMES);
}

/* Single frames of memory, each a range, cost 64 bytes each: a frame holds the metadata of 64. */
KTEST(frame, tiny_ranges)
{
	const unsigned int count = MC_FRAME_SIZE / 64;
	mc_pfn_t pfn;

	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "the tags of the debug option take room");
		return;
	}
	ASSERT_TRUE(t, sizeof(metadata) >= MC_FRAME_SIZE);
	mc_frame_pool_init(&pool, cpus, RIG_CPUS);
	for (unsigned int i = 0; i < count; i++) {
		const mc_pfn_t first = 1000 + 3 * i;

		ASSERT_TRUE(t, mc_frame_metadata_size(first, first + 1) <= 64);
		ASSERT_EQ(t, mc_frame_add_range(&pool, first, first + 1, &metadata[8 * i]), 0);
	}
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(t, mc_frame_free(&pool, 1000 + 3 * i, 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, 1001, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, 1000, 0), MC_ERR_DOUBLE_FREE);
}

/* Frames beside an edge that a CPU owns look allocated in its bitmap, but are not the pool's. */
KTEST(frame, what_is_beside_an_edge_is_foreign)
{
	mc_pfn_t pfn;

	if (!start(t, 70, 90))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, 69, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, 90, 0), MC_ERR_FOREIGN);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 20);
}

/* A chunk that is free again, but still owned, can be allocated as a whole. */
KTEST(frame, the_chunk_in_hand_can_be_had)
{
	mc_pfn_t pfn, block;

	if (!start(t, 0, CHUNK_FRAMES))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB, &block), MC_ERR_NO_MEMORY);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB, &block), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free(&pool, block, MC_FRAME_ORDER_2MIB), 0);
	EXPECT_EQ(t, mc_frame_alloc_at(&pool, 0, CHUNK_FRAMES), 0);
}

KTEST(frame, a_run_may_end_at_its_limit)
{
	mc_pfn_t pfn;

	if (!start(t, 0, 512))
		return;
	ASSERT_EQ(t, mc_frame_alloc_run(&pool, 16, 16, 16, &pfn), 0);
	EXPECT_EQ(t, pfn, 0);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 16, 16, 31, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 16, 16, 32, &pfn), 0);
}

/*
 * Takes all that is free in a chunk with few free frames, and writes no more of the caller's array.
 */
KTEST(frame, a_bulk_writes_what_it_was_asked_for)
{
	static mc_pfn_t frames[CHUNK_FRAMES];
	mc_pfn_t some[4] = { 0, 0, 0, 12345 };

	if (!start(t, 0, CHUNK_FRAMES))
		return;
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, CHUNK_FRAMES), 0);
	for (unsigned int i = 0; i < 3; i++)
		ASSERT_EQ(t, mc_frame_free(&pool, 70 + 100 * i, 0), 0);
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, some, 3), 0);
	EXPECT_EQ(t, some[0] + some[1] + some[2], 70 + 170 + 270);
	EXPECT_EQ(t, some[3], 12345);
}

/* Which frames of a word are left free: none to five, at its ends, in a row and in between. */
static bool is_left(mc_pfn_t pfn)
{
	static const unsigned int bits[] = { 63, 0, 30, 31, 1 };

	for (unsigned int i = 0; i < pfn / WORD_FRAMES * 7 % (ARRAY_SIZE(bits) + 1); i++)
		if (pfn % WORD_FRAMES == bits[i])
			return true;
	return false;
}

/* Chunks with few free frames, and two edges, in bulks that end anywhere: each free frame once. */
KTEST(frame, a_bulk_takes_what_is_left_here_and_there)
{
	enum { FROM = 100, TO = 6 * CHUNK_FRAMES + 300, MARK = 12345 };
	static mc_pfn_t frames[TO - FROM];
	static bool taken[TO];
	static const size_t sizes[] = { 1, 7, 3, 50, 20, 2 };
	size_t left;

	if (!start(t, FROM, TO))
		return;
	memset(taken, 0, sizeof(taken));
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, TO - FROM), 0);
	for (mc_pfn_t pfn = FROM; pfn < TO; pfn++)
		if (is_left(pfn))
			ASSERT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	left = mc_frame_free_count(&pool);
	ASSERT_TRUE(t, left > 100);
	for (size_t i = 0; left; i++) {
		const size_t count = i < ARRAY_SIZE(sizes) ? sizes[i] : left;

		memset(frames, 0, sizeof(frames));
		frames[count] = MARK;
		ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, count), 0);
		EXPECT_EQ(t, frames[count], MARK);
		for (size_t j = 0; j < count; j++) {
			ASSERT_TRUE(t, frames[j] >= FROM && frames[j] < TO);
			EXPECT_TRUE(t, is_left(frames[j]) && !taken[frames[j]]);
			taken[frames[j]] = true;
		}
		left -= count;
		EXPECT_EQ(t, mc_frame_free_count(&pool), left);
	}
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &frames[0]), MC_ERR_NO_MEMORY);
	/* No chunk without free frames is still marked partial and searched first. */
	for (mc_pfn_t pfn = 200; pfn < TO; pfn += CHUNK_FRAMES) {
		ASSERT_EQ(t, mc_frame_free(&pool, TO - pfn, 0), 0);
		ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, 1), 0);
		EXPECT_EQ(t, frames[0], TO - pfn);
	}
}

/* No chunk is broken, and the array is not written. */
KTEST(frame, a_bulk_of_too_many_does_nothing)
{
	static mc_pfn_t frames[2 * CHUNK_FRAMES + 1];
	struct mc_frame_stats stats;
	mc_pfn_t pfn;

	if (!start(t, 0, 2 * CHUNK_FRAMES))
		return;
	/* Whole chunks are listed now. */
	ASSERT_EQ(t, mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB, &pfn), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, MC_FRAME_ORDER_2MIB), 0);
	frames[0] = 12345;
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, frames, 2 * CHUNK_FRAMES + 1), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, frames[0], 12345);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[MC_FRAME_ORDER_2MIB], 2);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, frames, 2 * CHUNK_FRAMES), 0);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, frames, 1), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_alloc_bulk(&pool, frames, 0), 0);
}

/* The last chunk number means none, so the last 2 MiB of 512 TiB cannot be used. */
KTEST(frame, the_highest_frames)
{
	const mc_pfn_t end = TIB(512) / MC_FRAME_SIZE - CHUNK_FRAMES;
	mc_pfn_t pfn;

	if (!start(t, end - CHUNK_FRAMES, end))
		return;
	EXPECT_EQ(t, mc_frame_add_range(&pool, end, end + 1, &metadata[2600]), MC_ERR_UNSUPPORTED);
	EXPECT_EQ(t, mc_frame_add_range(&pool, end - 1000, end + 1, &metadata[2600]),
		  MC_ERR_UNSUPPORTED);
	EXPECT_EQ(t, mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB, &pfn), 0);
	EXPECT_EQ(t, pfn, end - CHUNK_FRAMES);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, MC_FRAME_ORDER_2MIB), 0);
	EXPECT_EQ(t, mc_frame_alloc_run(&pool, 3, 1, UINT64_MAX, &pfn), 0);
	EXPECT_EQ(t, mc_frame_free_run(&pool, pfn, 3, NULL), 0);
}

/* The chunk in hand is all free when another is broken: single frames come from that. */
KTEST(frame, the_chunk_in_hand_is_not_broken_again)
{
	mc_pfn_t pfn;

	if (!start(t, 0, 4 * CHUNK_FRAMES))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	ASSERT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	ASSERT_EQ(t, mc_frame_alloc_at(&pool, 3 * CHUNK_FRAMES + 5, 1), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, pfn / CHUNK_FRAMES, 3);
}

/* A bulk frees all of a chunk that is not in hand, and a frame of another: single frames come from that. */
KTEST(frame, a_chunk_that_a_bulk_empties_is_not_broken_again)
{
	static mc_pfn_t frames[3 * CHUNK_FRAMES];
	mc_pfn_t pfn;

	if (!start(t, 0, ARRAY_SIZE(frames)))
		return;
	ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, frames, ARRAY_SIZE(frames)), 0);
	ASSERT_TRUE(t, frames[0] / CHUNK_FRAMES < frames[CHUNK_FRAMES] / CHUNK_FRAMES);
	ASSERT_EQ(t, mc_frame_free_bulk(&pool, frames, CHUNK_FRAMES + 1, NULL), 0);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, pfn, frames[CHUNK_FRAMES]);
}

static unsigned int depth_of(const struct frame_range *range)
{
	unsigned int left, right;

	if (!range)
		return 0;
	left = depth_of(range->left);
	right = depth_of(range->right);
	return 1 + (left > right ? left : right);
}

/* As firmware lists memory, or the other way round: a search does not visit one range after another. */
KTEST(frame, ranges_in_order_make_no_deep_tree)
{
	const unsigned int count = 512, words = ARRAY_SIZE(metadata) / 512;

	for (unsigned int downwards = 0; downwards < 2; downwards++) {
		mc_frame_pool_init(&pool, cpus, RIG_CPUS);
		for (unsigned int i = 0; i < count; i++) {
			const mc_pfn_t first = 2 * (downwards ? count - i : i);

			ASSERT_TRUE(t, mc_frame_metadata_size(first, first + 1) <= 8 * words);
			ASSERT_EQ(t,
				  mc_frame_add_range(&pool, first, first + 1, &metadata[i * words]),
				  0);
		}
		/* The best of all trees has a depth of 10, this one 17. */
		EXPECT_TRUE(t, depth_of(pool.root) <= 30);
	}
}
