/* SPDX-License-Identifier: MIT */
/* Suite "monitor_bounds": what experiments may touch. */
#include <kernel/ktest.h>
#include <kernel/units.h>

#include "../../kernel/monitor/experiment.h"

static bool allows(uint64_t address, uint64_t size, unsigned int levels)
{
	return experiment_allows(mc_virt_addr(address), size, levels);
}

KTEST(monitor_bounds, addresses_are_the_lower_half_without_its_beginning)
{
	const uint64_t ends[] = { UINT64_C(1) << 47, UINT64_C(1) << 56 };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const unsigned int levels = 4 + (unsigned int)i;
		const uint64_t end = ends[i], whole = end - EXPERIMENTS_START;

		EXPECT_TRUE(t, allows(EXPERIMENTS_START, whole, levels));
		EXPECT_TRUE(t, !allows(EXPERIMENTS_START, whole + 1, levels));
		EXPECT_TRUE(t, !allows(EXPERIMENTS_START, UINT64_MAX, levels));
		EXPECT_TRUE(t, !allows(EXPERIMENTS_START - 1, 2, levels));
		EXPECT_TRUE(t, !allows(0, MC_FRAME_SIZE, levels));
		EXPECT_TRUE(t, allows(end - 8, 8, levels));
		EXPECT_TRUE(t, !allows(end - 4, 8, levels));
		EXPECT_TRUE(t, !allows(end, 0, levels));
		EXPECT_TRUE(t, !allows(end, UINT64_MAX - end, levels));
		EXPECT_TRUE(t, !allows(-MC_FRAME_SIZE, 2 * MC_FRAME_SIZE, levels));
	}
}

KTEST(monitor_bounds, memory_is_a_block_of_ones_own)
{
	const struct own_block blocks[] = { { 10, 2 }, { 12, 1 }, { 5, 3 } };
	const struct {
		uint64_t address, size;
		const struct own_block *block;
	} cases[] = {
		{ 10 * MC_FRAME_SIZE, 1, &blocks[0] },
		{ 10 * MC_FRAME_SIZE, 2 * MC_FRAME_SIZE, &blocks[0] },
		{ 11 * MC_FRAME_SIZE, MC_FRAME_SIZE, &blocks[0] },
		{ 12 * MC_FRAME_SIZE - 1, 1, &blocks[0] },
		{ 12 * MC_FRAME_SIZE, MC_FRAME_SIZE, &blocks[1] },
		{ 5 * MC_FRAME_SIZE, 3 * MC_FRAME_SIZE, &blocks[2] },
		/* Beside each other is not enough: blocks are freed one by one. */
		{ 10 * MC_FRAME_SIZE, 3 * MC_FRAME_SIZE, NULL },
		{ 11 * MC_FRAME_SIZE, 2 * MC_FRAME_SIZE, NULL },
		{ 10 * MC_FRAME_SIZE - 1, 1, NULL },
		{ 13 * MC_FRAME_SIZE, 0, NULL },
		{ 8 * MC_FRAME_SIZE, MC_FRAME_SIZE, NULL },
		{ 4 * MC_FRAME_SIZE, 2 * MC_FRAME_SIZE, NULL },
		{ 5 * MC_FRAME_SIZE, UINT64_MAX, NULL },
		{ -MC_FRAME_SIZE, 7 * MC_FRAME_SIZE, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_TRUE(t,
			    own_find_in(blocks, ARRAY_SIZE(blocks), mc_phys_addr(cases[i].address),
					cases[i].size) == cases[i].block);
	EXPECT_TRUE(t, !own_find_in(blocks, 0, mc_phys_addr(10 * MC_FRAME_SIZE), 1));
}
