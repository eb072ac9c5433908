/* SPDX-License-Identifier: MIT */
/*
 * Suite "frames": the machine's real memory through the kernel's pool. On machines of up to 128 MiB,
 * every frame is allocated, written, read back and freed; on larger ones, a sample. The test writes
 * only to frames that it holds, so it needs no others to be quiet.
 */
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/units.h>

#define ALL_UP_TO  (MIB(128) / MC_FRAME_SIZE)
#define NR_SAMPLES 4096

#define WORDS (MC_FRAME_SIZE / sizeof(uint64_t))

static uint64_t *bytes(mc_pfn_t pfn)
{
	return frame_bytes(pfn);
}

/*
 * A different pattern in each frame and each word, to detect two frames that are the same memory.
 */
static uint64_t pattern(mc_pfn_t pfn, size_t word)
{
	return pfn * UINT64_C(0x9e3779b97f4a7c15) + word;
}

static void write_frame(mc_pfn_t pfn)
{
	uint64_t *words = bytes(pfn);

	for (size_t i = 0; i < WORDS; i++)
		words[i] = pattern(pfn, i);
}

static bool frame_is_intact(mc_pfn_t pfn)
{
	const uint64_t *words = bytes(pfn);

	for (size_t i = 0; i < WORDS; i++)
		if (words[i] != pattern(pfn, i))
			return false;
	return true;
}

/* Frames that are held, as a list through their own last word, so that there is no bound. */
static void link_frame(mc_pfn_t pfn, mc_pfn_t next)
{
	bytes(pfn)[WORDS - 1] = next;
}

static mc_pfn_t unlink_frame(mc_pfn_t pfn)
{
	const mc_pfn_t next = bytes(pfn)[WORDS - 1];

	bytes(pfn)[WORDS - 1] = pattern(pfn, WORDS - 1);
	return next;
}

KTEST(frames, every_frame_holds_its_contents)
{
	struct mc_frame_pool *pool = kernel_frames();
	const uint64_t nr_free = mc_frame_free_count(pool);
	const bool all = mc_frame_total(pool) <= ALL_UP_TO;
	const uint64_t want = all ? nr_free : NR_SAMPLES;
	struct mc_frame_stats before, after;
	uint64_t count = 0, nr_bad = 0;
	mc_pfn_t list = 0, pfn = 0;

	mc_frame_stats(pool, &before);
	while (count < want && mc_frame_alloc(pool, 0, &pfn) == 0) {
		write_frame(pfn);
		link_frame(pfn, list);
		list = pfn;
		count++;
	}
	EXPECT_EQ(t, count, want);
	if (all)
		EXPECT_EQ(t, mc_frame_alloc(pool, 0, &pfn), MC_ERR_NO_MEMORY);
	for (; count; count--) {
		pfn = list;
		list = unlink_frame(pfn);
		nr_bad += !frame_is_intact(pfn);
		nr_bad += mc_frame_free(pool, pfn, 0) != 0;
	}
	EXPECT_EQ(t, nr_bad, 0);
	EXPECT_EQ(t, mc_frame_free_count(pool), nr_free);
	mc_frame_stats(pool, &after);
	EXPECT_EQ(t, after.nr_free, before.nr_free);
	EXPECT_TRUE(t, after.free_blocks[9] + after.free_blocks[18] * 512 >=
			       before.free_blocks[9] + before.free_blocks[18] * 512);
}

/* Poison may be written and checked through the temporary page: its users must not notice. */
KTEST(frames, a_pointer_stays_good_while_others_are_allocated_and_freed)
{
	struct mc_frame_pool *pool = kernel_frames();
	mc_pfn_t pfn, other;
	uint64_t *words;

	ASSERT_EQ(t, mc_frame_alloc(pool, 0, &pfn), 0);
	write_frame(pfn);
	words = bytes(pfn);
	for (unsigned int order = 0; order <= 3; order++) {
		ASSERT_EQ(t, mc_frame_alloc(pool, order, &other), 0);
		EXPECT_EQ(t, words[order], pattern(pfn, order));
		words[order]++;
		EXPECT_EQ(t, mc_frame_free(pool, other, order), 0);
		EXPECT_EQ(t, words[order], pattern(pfn, order) + 1);
		words[order]--;
	}
	EXPECT_TRUE(t, frame_is_intact(pfn));
	EXPECT_EQ(t, mc_frame_free(pool, pfn, 0), 0);
}

/* A frame in each gibibyte, wherever it is free there. */
KTEST(frames, memory_far_apart_can_be_used)
{
	struct mc_frame_pool *pool = kernel_frames();
	const uint64_t nr_free = mc_frame_free_count(pool);
	struct mc_frame_stats stats;
	unsigned int count = 0;
	mc_pfn_t start, end = 0;

	while (count < 64 && mc_frame_range_stats(pool, end, &start, &end, &stats) == 0) {
		const mc_pfn_t places[] = { start, start + (end - start) / 2, end - 1 };

		for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
			if (mc_frame_alloc_at(pool, places[i], 1))
				continue;
			write_frame(places[i]);
			EXPECT_TRUE(t, frame_is_intact(places[i]));
			EXPECT_EQ(t, mc_frame_free(pool, places[i], 0), 0);
			count++;
		}
	}
	EXPECT_TRUE(t, count > 0);
	EXPECT_EQ(t, mc_frame_free_count(pool), nr_free);
}

KTEST(frames, a_run_for_dma_below_16_mib)
{
	struct mc_frame_pool *pool = kernel_frames();
	uint64_t freed;
	mc_pfn_t pfn;

	ASSERT_EQ(t, mc_frame_alloc_run(pool, 16, 16, MIB(16) / MC_FRAME_SIZE, &pfn), 0);
	EXPECT_TRUE(t, is_aligned(pfn, 16) && pfn + 16 <= MIB(16) / MC_FRAME_SIZE);
	mc_frame_zero(pool, pfn, 4);
	EXPECT_EQ(t, bytes(pfn)[0], 0);
	EXPECT_EQ(t, bytes(pfn + 15)[WORDS - 1], 0);
	EXPECT_EQ(t, mc_frame_free_run(pool, pfn, 16, &freed), 0);
	EXPECT_EQ(t, freed, 16);
}
