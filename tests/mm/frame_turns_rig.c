/* SPDX-License-Identifier: MIT */
/* The interleavings of two CPUs, and the checks after each (frame_turns_rig.h). */
#include <kernel/string.h>

#include "../host/long.h"
#include "../machine/turns.h"
#include "frame_turns_rig.h"

struct world world;

void expect(bool ok)
{
	world.nr_wrong += !ok;
}

void hold(unsigned int cpu, mc_pfn_t pfn)
{
	const bool is_free = pfn < world.end && !world.holder[pfn];

	expect(is_free);
	if (is_free)
		world.holder[pfn] = (uint8_t)(cpu + 1);
}

static bool nobody_is_in(void)
{
	for (unsigned int i = 0; i < NR_CPUS; i++)
		if (world.cpus[i].busy || world.cpus[i].revoked)
			return false;
	return !world.pool.lock.locked;
}

/* What is more than a frame is not freed as frames. */
static void free_blocks(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		const mc_pfn_t start = world.got[i].start;

		if (!world.order[i])
			continue;
		expect(mc_frame_free(&world.pool, start, world.order[i]) == 0);
		memset(&world.holder[start], 0, mc_frame_order_count(world.order[i]));
	}
}

/* Take all that is free, and no more; then give everything back. */
static bool all_can_be_had(void)
{
	static mc_pfn_t frames[FRAMES_MAX];
	const size_t nr_free = mc_frame_free_count(&world.pool);
	struct mc_frame_stats stats;
	size_t count = 0;

	host_cpu_id = 0;
	expect(mc_frame_alloc_bulk(&world.pool, frames, nr_free) == 0);
	for (size_t i = 0; i < nr_free; i++)
		hold(0, frames[i]);
	expect(mc_frame_alloc(&world.pool, 0, &frames[0]) == MC_ERR_NO_MEMORY);
	free_blocks();
	for (mc_pfn_t pfn = 0; pfn < world.end; pfn++)
		if (world.holder[pfn])
			frames[count++] = pfn;
	expect(mc_frame_free_bulk(&world.pool, frames, count, NULL) == 0);
	mc_frame_stats(&world.pool, &stats);
	return stats.nr_free == world.end &&
	       stats.free_blocks[MC_FRAME_ORDER_2MIB] == world.end / CHUNK_FRAMES;
}

static bool is_well(void)
{
	for (unsigned int i = 0; i < 2; i++)
		for (mc_pfn_t pfn = world.got[i].start; pfn < world.got[i].end; pfn++)
			hold(i, pfn);
	for (size_t i = 0; i < world.nr_bulk; i++)
		hold(FIRST, world.bulk[i]);
	return nobody_is_in() && all_can_be_had() && !world.nr_wrong;
}

/* A moment to come back to. */
struct moment {
	struct world world;
	struct host_cpus cpus;
};

static void remember(struct moment *moment)
{
	moment->world = world;
	moment->cpus = host_cpus;
}

static void come_back(const struct moment *moment)
{
	world = moment->world;
	host_cpus = moment->cpus;
}

static const struct contest *contest;
static unsigned int nr_orders, nr_wrong;
static unsigned int stopped, nr_instructions; /* who was, and after how many */

/* Run this CPU to its end, and then the other; if one waits, the other goes on. */
static void finish(unsigned int cpu)
{
	unsigned int nr_waits = 0;

	while (!host_cpus.cpus[0].is_done || !host_cpus.cpus[1].is_done) {
		const enum turn_end end = host_turn(cpu, 0);

		if (end != TURN_PAUSED)
			cpu = !cpu;
		/* A deadlock, or an endless wait. */
		if (end == TURN_WAITING && ++nr_waits > 100)
			break;
	}
	nr_orders++;
	nr_wrong += nr_waits > 100 || !contest->is_right() || !is_well();
}

/* Who stands still sees the other do something as a whole, and goes on. */
static void second_once(void)
{
	host_turn(SECOND, 0);
	finish(FIRST);
}

static void first_to_the_end(void)
{
	finish(FIRST);
}

/*
 * From now on, stop this CPU after each of its instructions until it is done, or waits; then let
 * something happen, and undo it. Returns the number of instructions.
 */
static unsigned int at_each(unsigned int cpu, struct moment *moment, void (*happen)(void))
{
	unsigned int count = 0;

	while (!nr_wrong && host_turn(cpu, 1) == TURN_OVER) {
		remember(moment);
		stopped = cpu;
		nr_instructions = ++count;
		happen();
		come_back(moment);
	}
	return count;
}

void compete(struct ktest_run *t, const struct contest *which)
{
	static struct moment beginning, place, moment;
	/*
	 * The number of places at which the first is stopped while the second is interrupted, too.
	 */
	const unsigned int nr_places = host_long() ? 20 : 1;
	unsigned int first, second;

	contest = which;
	nr_orders = nr_wrong = 0;
	contest->prepare();
	ASSERT_EQ(t, world.nr_wrong, 0);
	host_cpus_start(contest->first, contest->second);
	remember(&beginning);
	second = at_each(SECOND, &moment, first_to_the_end);
	come_back(&beginning);
	first = at_each(FIRST, &moment, second_once);
	for (unsigned int i = 0; i < nr_places && !nr_wrong; i++) {
		come_back(&beginning);
		host_turn(FIRST,
			  1 + (first * i + (unsigned int)ktest_random_below(t, first)) / nr_places);
		remember(&place);
		at_each(SECOND, &moment, first_to_the_end);
		come_back(&place);
		host_turn(SECOND, 0);
		at_each(FIRST, &moment, second_once);
	}
	ktest_note(t, "%u and %u instructions, %u orders", first, second, nr_orders);
	if (!EXPECT_EQ(t, nr_wrong, 0))
		ktest_note(t, "CPU %u was stopped after %u", stopped, nr_instructions);
	EXPECT_TRUE(t, first > 20 && second > 20 && nr_orders > first + second);
}
