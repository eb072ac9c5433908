/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_interrupts": the allocator's operations, executed one instruction at a time (the trap
 * flag; SDM Vol. 3, "Single-Step Exception Condition"). After each instruction at which interrupts are
 * on, an interrupt comes, on the same CPU, that allocates and frees. What both hold is compared with
 * an array of owners; and an interrupt that has to wait for a lock, which would be for ever, is found.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <arch/percpu.h>
#include <mercator/ktest.h>

#include "../../mm/frame_layout.h"

#define FIRST     (AREA_FRAMES - 1300)
#define NR_FRAMES 8000
#define HELD_MAX  64

bool host_irq_off, host_irq_stepping;
__thread unsigned int host_cpu_id;

static struct frame_pool pool;
static struct frame_cpu cpus[1];
static uint64_t metadata[3000];

enum owner { NOBODY, MAIN, INTERRUPT };
static uint8_t owners[NR_FRAMES];
static unsigned int nr_wrong, nr_interrupts;
static uint64_t random_state = 88172645463325252;

struct block {
	pfn_t pfn;
	unsigned int order;
};

struct holder {
	struct block blocks[HELD_MAX];
	unsigned int count;
};

/* The main path's blocks are the interrupt's to free as well, while no operation of it is on them. */
static struct holder by_main, by_interrupt;

/* Nobody else runs, so whom is it waiting for? */
void arch_cpu_relax(void)
{
	fprintf(stderr, "an interrupt waits for a lock that the interrupted operation holds\n");
	abort();
}

void arch_barrier_everywhere(void)
{
}

static uint64_t below(uint64_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

static void own(pfn_t pfn, uint64_t count, enum owner from, enum owner to)
{
	for (uint64_t i = 0; i < count; i++) {
		nr_wrong += owners[pfn - FIRST + i] != from;
		owners[pfn - FIRST + i] = (uint8_t)to;
	}
}

static void keep(struct holder *holder, struct block block, enum owner owner)
{
	own(block.pfn, frame_order_count(block.order), NOBODY, owner);
	holder->blocks[holder->count++] = block;
}

static struct block drop(struct holder *holder, enum owner owner)
{
	const unsigned int i = (unsigned int)below(holder->count);
	const struct block block = holder->blocks[i];

	holder->blocks[i] = holder->blocks[--holder->count];
	own(block.pfn, frame_order_count(block.order), owner, NOBODY);
	return block;
}

static void interrupt(void)
{
	struct block block = { .order = below(4) ? 0 : (unsigned int)below(4) };

	nr_interrupts++;
	if (by_interrupt.count < HELD_MAX && below(2)) {
		if (frame_alloc(&pool, block.order, &block.pfn) == 0)
			keep(&by_interrupt, block, INTERRUPT);
	} else if (by_interrupt.count) {
		block = drop(&by_interrupt, INTERRUPT);
		nr_wrong += frame_free(&pool, block.pfn, block.order) != 0;
	}
}

static void on_trap(int signal)
{
	(void)signal;
	host_irq_off = true;
	interrupt();
	host_irq_off = false;
}

static void step_on(void)
{
	host_irq_stepping = true;
	host_irq_trap(true);
}

static void step_off(void)
{
	host_irq_trap(false);
	host_irq_stepping = false;
}

/* One operation of the main path; only the allocator's part of it is stepped through. */

static void alloc_one(unsigned int order)
{
	struct block block = { .order = order };
	int result;

	if (by_main.count == HELD_MAX)
		return;
	step_on();
	result = frame_alloc(&pool, order, &block.pfn);
	step_off();
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
	step_on();
	result = frame_free(&pool, block.pfn, block.order);
	step_off();
	nr_wrong += result != 0;
}

static void bulk(void)
{
	pfn_t frames[200];
	const size_t count = 1 + below(ARRAY_SIZE(frames));
	size_t freed = 0;
	int result;

	step_on();
	result = frame_alloc_bulk(&pool, frames, count);
	step_off();
	if (result)
		return;
	for (size_t i = 0; i < count; i++)
		own(frames[i], 1, NOBODY, MAIN);
	for (size_t i = 0; i < count; i++)
		own(frames[i], 1, MAIN, NOBODY);
	step_on();
	result = frame_free_bulk(&pool, frames, count, &freed);
	step_off();
	nr_wrong += result || freed != count;
}

static void run(void)
{
	const uint64_t count = 1 + below(100);
	uint64_t freed = 0;
	pfn_t pfn;
	int result;

	step_on();
	result = frame_alloc_run(&pool, count, 4, UINT64_MAX, &pfn);
	step_off();
	if (result)
		return;
	own(pfn, count, NOBODY, MAIN);
	own(pfn, count, MAIN, NOBODY);
	step_on();
	result = frame_free_run(&pool, pfn, count, &freed);
	step_off();
	nr_wrong += result || freed != count;
}

static void at(void)
{
	const pfn_t pfn = FIRST + below(NR_FRAMES);
	int result;

	step_on();
	result = frame_alloc_at(&pool, pfn, 1);
	step_off();
	if (result)
		return;
	if (by_main.count < HELD_MAX) {
		keep(&by_main, (struct block){ .pfn = pfn }, MAIN);
		return;
	}
	nr_wrong += owners[pfn - FIRST] != NOBODY;
	step_on();
	result = frame_free(&pool, pfn, 0);
	step_off();
	nr_wrong += result != 0;
}

static void mistake(void)
{
	const pfn_t pfn = FIRST + below(NR_FRAMES);
	int result;

	if (owners[pfn - FIRST] != INTERRUPT || below(8))
		return;
	/* It is not of this order, or at least not aligned to it. */
	step_on();
	result = frame_free(&pool, pfn, FRAME_ORDER_2MIB);
	step_off();
	nr_wrong += result == 0;
}

static void operate(void)
{
	switch (below(16)) {
	case 0: bulk(); break;
	case 1: run(); break;
	case 2: at(); break;
	case 3: mistake(); break;
	case 4: alloc_one(FRAME_ORDER_2MIB); break;
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
	const struct sigaction action = { .sa_handler = on_trap };

	random_state ^= ktest_random(t);
	frame_pool_init(&pool, cpus, 1);
	ASSERT_TRUE(t, frame_metadata_size(FIRST, FIRST + NR_FRAMES) <= sizeof(metadata));
	ASSERT_EQ(t, frame_add_range(&pool, FIRST, FIRST + NR_FRAMES, metadata), 0);
	ASSERT_EQ(t, sigaction(SIGTRAP, &action, NULL), 0);
	for (unsigned int i = 0; i < 1500 && !nr_wrong; i++)
		operate();
	EXPECT_EQ(t, nr_wrong, 0);
	EXPECT_TRUE(t, nr_interrupts > 10000);
	while (by_main.count)
		free_one();
	while (by_interrupt.count) {
		const struct block block = drop(&by_interrupt, INTERRUPT);

		EXPECT_EQ(t, frame_free(&pool, block.pfn, block.order), 0);
	}
	EXPECT_EQ(t, frame_free_count(&pool), NR_FRAMES);
}
