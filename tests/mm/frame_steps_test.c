/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_steps": there is always a free frame, and it is found although it moves. CPU 0
 * searches for it one instruction at a time (the trap flag; SIGTRAP after each). After some of
 * them, the one of the other two CPUs that has no free frame frees one, and then the other
 * allocates its last one. Both do that in their caches, without the lock; so nothing moves while
 * CPU 0 keeps them out.
 */
#include <kernel/ktest.h>
#include <mercator/platform.h>

#include "../../mm/frame/internal.h"
#include "../host/long.h"
#include "../machine/steps.h"

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[3];
static uint64_t metadata[400];
static mc_pfn_t
	held[3][CHUNK_FRAMES]; /* by each CPU; the first is the one that it frees and allocates */
static unsigned int rich;      /* the CPU that has what is free */
static unsigned int period, nr_steps, nr_moves, nr_wrong;

/* Whether a CPU can use its cache, and still owns a chunk. */
static bool is_in(struct mc_frame_cpu *cpu)
{
	if (!cache_enter(cpu))
		return false;
	cache_leave(cpu);
	return cpu->hand != SLOT_NONE;
}

static void move(void)
{
	const unsigned int poor = 3 - rich;

	if (!is_in(&cpus[1]) || !is_in(&cpus[2]))
		return;
	host_cpu_id = poor;
	nr_wrong += mc_frame_free(&pool, held[poor][0], 0) != 0;
	host_cpu_id = rich;
	nr_wrong += mc_frame_alloc(&pool, 0, &held[rich][0]) != 0;
	host_cpu_id = 0;
	rich = poor;
	nr_moves++;
}

static void after_instruction(void)
{
	if (++nr_steps % period == 0)
		move();
}

/* Two chunks, each owned by a CPU, which holds nr_held of its frames; but the second frees one. */
static void start(struct ktest_run *t, size_t nr_held)
{
	mc_frame_pool_init(&pool, cpus, 3);
	ASSERT_TRUE(t, mc_frame_metadata_size(0, 2 * CHUNK_FRAMES) <= sizeof(metadata));
	ASSERT_EQ(t, mc_frame_add_range(&pool, 0, 2 * CHUNK_FRAMES, metadata), 0);
	for (unsigned int cpu = 1; cpu <= 2; cpu++) {
		host_cpu_id = cpu;
		ASSERT_EQ(t, mc_frame_alloc_bulk(&pool, held[cpu], nr_held), 0);
	}
	ASSERT_EQ(t, mc_frame_free(&pool, held[2][0], 0), 0);
	rich = 2;
	host_cpu_id = 0;
}

static void check_found(struct ktest_run *t, size_t nr_held, int (*operation)(void))
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "with CONFIG_DEBUG_CHECKS every free takes the lock");
		return;
	}
	for (period = 1; period <= 16; period += host_long() ? 1 : 3) {
		start(t, nr_held);
		nr_steps = nr_moves = nr_wrong = 0;
		EXPECT_EQ(t, host_run_in_steps(operation, after_instruction), 0);
		EXPECT_TRUE(t, nr_moves > 3);
		EXPECT_EQ(t, nr_wrong, 0);
	}
}

static int alloc_frame(void)
{
	return mc_frame_alloc(&pool, 0, &held[0][0]);
}

static int alloc_run(void)
{
	return mc_frame_alloc_run(&pool, 1, 1, UINT64_MAX, &held[0][0]);
}

static int alloc_bulk(void)
{
	return mc_frame_alloc_bulk(&pool, held[0], 1);
}

static int alloc_chunk(void)
{
	return mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB, &held[0][0]);
}

static int alloc_chunk_as_run(void)
{
	return mc_frame_alloc_run(&pool, CHUNK_FRAMES, CHUNK_FRAMES, UINT64_MAX, &held[0][0]);
}

static int alloc_half_chunk(void)
{
	return mc_frame_alloc(&pool, MC_FRAME_ORDER_2MIB - 1, &held[0][0]);
}

KTEST(frame_steps, a_frame)
{
	check_found(t, CHUNK_FRAMES, alloc_frame);
}

KTEST(frame_steps, a_run_of_one_frame)
{
	check_found(t, CHUNK_FRAMES, alloc_run);
}

KTEST(frame_steps, a_bulk_of_one_frame)
{
	check_found(t, CHUNK_FRAMES, alloc_bulk);
}

/* All of a chunk is free, but for one frame of the other's. */
KTEST(frame_steps, a_chunk)
{
	check_found(t, 1, alloc_chunk);
}

KTEST(frame_steps, a_run_of_a_chunk)
{
	check_found(t, 1, alloc_chunk_as_run);
}

KTEST(frame_steps, half_a_chunk)
{
	check_found(t, 1, alloc_half_chunk);
}
