/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_interrupts": the allocator's operations, executed one instruction at a time (the
 * trap flag; SDM Vol. 3, "Single-Step Exception Condition"). After each instruction with interrupts
 * enabled, an interrupt on the same CPU allocates and frees. What both hold is compared with an
 * array of owners; an interrupt that would wait for a lock (for ever) is detected.
 */
#include <kernel/ktest.h>
#include <kernel/units.h>

#include "../../mm/frame/layout.h"
#include "frame_interrupts.h"

#define FIRST     (AREA_FRAMES - 1300)
#define NR_FRAMES 8000
#define HELD_MAX  64

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[1];
static uint64_t metadata[3000];

enum owner { NOBODY, MAIN, INTERRUPT };
static uint8_t owners[NR_FRAMES];
static unsigned int nr_wrong, nr_waiting, nr_left_off, nr_interrupts;
static uint64_t random_state = 88172645463325252;

struct block {
	mc_pfn_t pfn;
	unsigned int order;
};

struct holder {
	struct block blocks[HELD_MAX];
	unsigned int count;
};

/* The interrupt may also free the main path's blocks while no operation works on them. */
static struct holder by_main, by_interrupt;

/* What was taken so that little is left. */
static mc_pfn_t aside[NR_FRAMES];
static size_t nr_aside;

static uint64_t below(uint64_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

static void own(mc_pfn_t pfn, uint64_t count, enum owner from, enum owner to)
{
	for (uint64_t i = 0; i < count; i++) {
		nr_wrong += owners[pfn - FIRST + i] != from;
		owners[pfn - FIRST + i] = (uint8_t)to;
	}
}

static void own_all(const mc_pfn_t *frames, size_t count, enum owner from, enum owner to)
{
	for (size_t i = 0; i < count; i++)
		own(frames[i], 1, from, to);
}

static void keep(struct holder *holder, struct block block, enum owner owner)
{
	own(block.pfn, mc_frame_order_count(block.order), NOBODY, owner);
	holder->blocks[holder->count++] = block;
}

static struct block drop(struct holder *holder, enum owner owner)
{
	const unsigned int i = (unsigned int)below(holder->count);
	const struct block block = holder->blocks[i];

	holder->blocks[i] = holder->blocks[--holder->count];
	own(block.pfn, mc_frame_order_count(block.order), owner, NOBODY);
	return block;
}

static void interrupt(void)
{
	struct block block = { .order = below(4) ? 0 : (unsigned int)below(4) };

	nr_interrupts++;
	/* No other CPU could release it: a deadlock. */
	if (pool.lock.locked) {
		nr_waiting++;
		return;
	}
	if (by_interrupt.count < HELD_MAX && below(2)) {
		if (mc_frame_alloc(&pool, block.order, &block.pfn) == 0)
			keep(&by_interrupt, block, INTERRUPT);
	} else if (by_interrupt.count) {
		block = drop(&by_interrupt, INTERRUPT);
		nr_wrong += mc_frame_free(&pool, block.pfn, block.order) != 0;
	}
}

/* The operation must have left them as they were. */
static void end_interrupts(void)
{
	nr_left_off += !interrupts_off();
}

/* One operation of the main path; only the allocator's part of it is stepped through. */

static void alloc_one(unsigned int order)
{
	struct block block = { .order = order };
	int result;

	if (by_main.count == HELD_MAX)
		return;
	interrupts_on();
	result = mc_frame_alloc(&pool, order, &block.pfn);
	end_interrupts();
	if (!result)
		keep(&by_main, block, MAIN);
}

static void free_one(void)
{
	struct block block;
	int result;

	if (!by_main.count)
		return;
	block = drop(&by_main, MAIN);
	interrupts_on();
	result = mc_frame_free(&pool, block.pfn, block.order);
	end_interrupts();
	nr_wrong += result != 0;
}

static void bulk(void)
{
	mc_pfn_t frames[200];
	const size_t count = 1 + below(ARRAY_SIZE(frames));
	size_t freed = 0;
	int result;

	interrupts_on();
	result = mc_frame_alloc_bulk(&pool, frames, count);
	end_interrupts();
	if (result)
		return;
	own_all(frames, count, NOBODY, MAIN);
	own_all(frames, count, MAIN, NOBODY);
	interrupts_on();
	result = mc_frame_free_bulk(&pool, frames, count, &freed);
	end_interrupts();
	nr_wrong += result || freed != count;
}

static void run(void)
{
	const uint64_t count = 1 + below(100);
	uint64_t freed = 0;
	mc_pfn_t pfn;
	int result;

	interrupts_on();
	result = mc_frame_alloc_run(&pool, count, 4, UINT64_MAX, &pfn);
	end_interrupts();
	if (result)
		return;
	own(pfn, count, NOBODY, MAIN);
	own(pfn, count, MAIN, NOBODY);
	interrupts_on();
	result = mc_frame_free_run(&pool, pfn, count, &freed);
	end_interrupts();
	nr_wrong += result || freed != count;
}

static void at(void)
{
	const mc_pfn_t pfn = FIRST + below(NR_FRAMES);
	int result;

	interrupts_on();
	result = mc_frame_alloc_at(&pool, pfn, 1);
	end_interrupts();
	if (result)
		return;
	if (by_main.count < HELD_MAX) {
		keep(&by_main, (struct block){ .pfn = pfn }, MAIN);
		return;
	}
	nr_wrong += owners[pfn - FIRST] != NOBODY;
	interrupts_on();
	result = mc_frame_free(&pool, pfn, 0);
	end_interrupts();
	nr_wrong += result != 0;
}

static void mistake(void)
{
	const mc_pfn_t pfn = FIRST + below(NR_FRAMES);
	int result;

	if (owners[pfn - FIRST] != INTERRUPT || below(8))
		return;
	/* It is not of this order, or at least not aligned to it. */
	interrupts_on();
	result = mc_frame_free(&pool, pfn, MC_FRAME_ORDER_2MIB);
	end_interrupts();
	nr_wrong += result == 0;
}

/* Leave only a few free frames, so that both must search for more; or free all again. */
static void change_what_is_left(void)
{
	const size_t few = below(40), nr_free = mc_frame_free_count(&pool);

	if (nr_aside) {
		own_all(aside, nr_aside, MAIN, NOBODY);
		nr_wrong += mc_frame_free_bulk(&pool, aside, nr_aside, NULL) != 0;
		nr_aside = 0;
	} else if (nr_free > few && !mc_frame_alloc_bulk(&pool, aside, nr_free - few)) {
		nr_aside = nr_free - few;
		own_all(aside, nr_aside, NOBODY, MAIN);
	}
}

static void operate(void)
{
	if (below(16) == 0)
		change_what_is_left();
	switch (below(16)) {
	case 0: bulk(); break;
	case 1: run(); break;
	case 2: at(); break;
	case 3: mistake(); break;
	case 4: alloc_one(MC_FRAME_ORDER_2MIB); break;
	case 5: alloc_one((unsigned int)below(9)); break;
	case 6:
	case 7:
	case 8:
	case 9: alloc_one(0); break;
	default: free_one(); break;
	}
}

KTEST(frame_interrupts, may_come_at_any_instruction)
{
	struct mc_frame_stats before, after;

	random_state ^= ktest_random(t);
	mc_frame_pool_init(&pool, cpus, 1);
	ASSERT_TRUE(t, mc_frame_metadata_size(FIRST, FIRST + NR_FRAMES) <= sizeof(metadata));
	ASSERT_EQ(t, mc_frame_add_range(&pool, FIRST, FIRST + NR_FRAMES, metadata), 0);
	mc_frame_stats(&pool, &before);
	interrupts_start(interrupt);
	for (unsigned int i = 0; i < INTERRUPTED_OPERATIONS && !nr_wrong; i++)
		operate();
	while (by_main.count)
		free_one();
	if (nr_aside)
		change_what_is_left();
	interrupts_stop();
	EXPECT_EQ(t, nr_wrong, 0);
	EXPECT_EQ(t, nr_waiting, 0);
	EXPECT_EQ(t, nr_left_off, 0);
	EXPECT_TRUE(t, nr_interrupts > 10 * INTERRUPTED_OPERATIONS);
	while (by_interrupt.count) {
		const struct block block = drop(&by_interrupt, INTERRUPT);

		EXPECT_EQ(t, mc_frame_free(&pool, block.pfn, block.order), 0);
	}
	mc_frame_stats(&pool, &after);
	EXPECT_EQ(t, mc_frame_free_count(&pool), NR_FRAMES);
	for (unsigned int order = 0; order < ARRAY_SIZE(after.free_blocks); order++)
		EXPECT_EQ(t, after.free_blocks[order], before.free_blocks[order]);
}

/* A bulk of all there is, and of one more, beside interrupts that want one. */
static mc_pfn_t all[2 * CHUNK_FRAMES + 1];
static unsigned int nr_refused;
static bool has_one;
static mc_pfn_t the_one;

static bool start_small(struct ktest_run *t)
{
	nr_interrupts = nr_wrong = nr_refused = 0;
	has_one = false;
	mc_frame_pool_init(&pool, cpus, 1);
	return EXPECT_TRUE(t, mc_frame_metadata_size(0, 2 * CHUNK_FRAMES) <= sizeof(metadata)) &&
	       EXPECT_EQ(t, mc_frame_add_range(&pool, 0, 2 * CHUNK_FRAMES, metadata), 0);
}

static int interrupted_bulk(size_t count, void (*handler)(void))
{
	int result;

	interrupts_start(handler);
	interrupts_on();
	result = mc_frame_alloc_bulk(&pool, all, count);
	end_interrupts();
	interrupts_stop();
	return result;
}

static void want_one(void)
{
	mc_pfn_t pfn;

	nr_interrupts++;
	if (mc_frame_alloc(&pool, 0, &pfn))
		nr_refused++;
	else
		nr_wrong += mc_frame_free(&pool, pfn, 0) != 0;
}

/* As soon as the bulk has frames. */
static void keep_one(void)
{
	if (!has_one && mc_frame_free_count(&pool) < 2 * CHUNK_FRAMES)
		has_one = mc_frame_alloc(&pool, 0, &the_one) == 0;
}

KTEST(frame_interrupts, a_bulk_of_too_many_is_not_noticed)
{
	if (!start_small(t))
		return;
	EXPECT_EQ(t, interrupted_bulk(2 * CHUNK_FRAMES + 1, want_one), MC_ERR_NO_MEMORY);
	EXPECT_TRUE(t, nr_interrupts > 0);
	EXPECT_EQ(t, nr_refused, 0);
	EXPECT_EQ(t, nr_wrong, 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 2 * CHUNK_FRAMES);
}

KTEST(frame_interrupts, a_bulk_that_comes_too_late_gives_all_back)
{
	struct mc_frame_stats stats;

	if (!start_small(t))
		return;
	EXPECT_EQ(t, interrupted_bulk(2 * CHUNK_FRAMES, keep_one), MC_ERR_NO_MEMORY);
	ASSERT_TRUE(t, has_one);
	EXPECT_EQ(t, mc_frame_free_count(&pool), 2 * CHUNK_FRAMES - 1);
	EXPECT_EQ(t, mc_frame_free(&pool, the_one, 0), 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.free_blocks[MC_FRAME_ORDER_2MIB], 2);
}
