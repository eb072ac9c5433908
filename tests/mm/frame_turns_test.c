/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_turns": two CPUs on one pool, in every interleaving that matters
 * (frame_turns_rig.h). Nearly all is taken, and the free frames move; but at every moment there are
 * enough for both, so neither may get MC_ERR_NO_MEMORY. And both want the same frame, or free it.
 */
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "../machine/turns.h"
#include "frame_turns_rig.h"

static struct mc_frame_pool *const pool = &world.pool;

static void free_one(unsigned int cpu, mc_pfn_t pfn)
{
	world.holder[pfn] = 0;
	host_cpu_id = cpu;
	expect(mc_frame_free(pool, pfn, 0) == 0);
}

static mc_pfn_t alloc_one(unsigned int cpu)
{
	mc_pfn_t pfn = 0;

	host_cpu_id = cpu;
	expect(mc_frame_alloc(pool, 0, &pfn) == 0);
	hold(cpu, pfn);
	return pfn;
}

/* For the set-up: allocate `count` frames; `hand` gets the first of them. */
static void alloc_some(unsigned int cpu, size_t count)
{
	static mc_pfn_t frames[FRAMES_MAX];

	host_cpu_id = cpu;
	expect(mc_frame_alloc_bulk(pool, frames, count) == 0);
	for (size_t i = 0; i < count; i++)
		hold(cpu, frames[i]);
	for (size_t i = 0; i < TIMES && i < count; i++)
		world.hand[cpu][i] = frames[i];
}

static void start(mc_pfn_t end)
{
	memset(&world, 0, sizeof(world));
	world.end = end;
	mc_frame_pool_init(pool, world.cpus, NR_CPUS);
	expect(mc_frame_metadata_size(0, end) <= sizeof(world.metadata) &&
	       mc_frame_add_range(pool, 0, end, world.metadata) == 0);
}

/* What there is to begin with. */

/* CPUs 1 and 2 own a chunk each, the second perhaps an edge; there, one frame is free. */
static void start_with_one(mc_pfn_t end)
{
	start(end);
	alloc_some(1, CHUNK_FRAMES);
	alloc_some(2, end - CHUNK_FRAMES);
	free_one(2, world.hand[2][0]);
	world.rich = 2;
}

static void one_is_free(void)
{
	start_with_one(2 * CHUNK_FRAMES);
}

static void one_is_free_in_an_edge(void)
{
	start_with_one(CHUNK_FRAMES + 150);
}

/* CPU 1's frames are of a shared chunk: it frees and allocates them under the lock. */
static void one_is_free_and_a_chunk_shared(void)
{
	one_is_free();
	free_one(2, world.hand[1][0]);
	world.hand[1][0] = alloc_one(1);
}

/* CPU 1 owns both chunks, and has the one with a free frame in hand. */
static void one_is_free_in_hand(void)
{
	start(2 * CHUNK_FRAMES);
	alloc_some(1, 2 * CHUNK_FRAMES);
	free_one(1, 2 * CHUNK_FRAMES - 1);
}

static void a_few_are_free(void)
{
	one_is_free();
	free_one(1, world.hand[1][1]);
	free_one(2, world.hand[2][1]);
	free_one(2, world.hand[2][1] + 1);
}

/* CPUs 1 and 2 have a chunk in hand each, one of which is all free. */
static void a_chunk_is_free(void)
{
	start(2 * CHUNK_FRAMES);
	alloc_some(1, 1);
	alloc_some(2, 1);
	free_one(2, world.hand[2][0]);
	world.rich = 2;
}

static void many_chunks_have_one(void)
{
	start(FRAMES_MAX);
	alloc_some(1, FRAMES_MAX);
	for (mc_pfn_t pfn = CHUNK_FRAMES - 1; pfn < FRAMES_MAX; pfn += CHUNK_FRAMES)
		free_one(1, pfn);
}

/* A frame that both will free, of a chunk that this CPU owns. */
static void one_is_contested(unsigned int owner)
{
	start(CHUNK_FRAMES);
	alloc_some(owner, TIMES);
	world.contested = world.hand[owner][0];
}

static void one_is_contested_of_the_first(void)
{
	one_is_contested(0);
}

static void one_is_contested_of_another(void)
{
	one_is_contested(2);
}

/* CPU 0 owns all there is, and has all free of a chunk that it does not have in hand, but one. */
static void a_chunk_but_one_is_free(void)
{
	start(2 * CHUNK_FRAMES + 100);
	alloc_some(0, world.end);
	world.contested = 5;
	for (mc_pfn_t pfn = 0; pfn < CHUNK_FRAMES; pfn++)
		if (pfn != world.contested)
			free_one(0, pfn);
	expect(world.cpus[0].hand != 0);
}

/* CPU 0 owns a chunk with free frames; the other is whole. */
static void one_is_broken(void)
{
	start(2 * CHUNK_FRAMES);
	alloc_some(0, 20);
}

/* CPU 1 owns the chunk with the lowest free frames, and will take them. */
static void the_lowest_are_free(void)
{
	start(2 * CHUNK_FRAMES);
	alloc_some(1, 20);
	for (mc_pfn_t pfn = 0; pfn < 6; pfn++)
		free_one(1, pfn);
	world.contested = 1;
}

/* CPUs 0 and 1 own a chunk each, and hold frames of the other's. */
static void frames_are_exchanged(void)
{
	start(2 * CHUNK_FRAMES);
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		alloc_some(cpu, 20);
	for (unsigned int i = 0; i < ARRAY_SIZE(world.bulk); i++)
		world.bulk[i] = world.hand[0][0] + 10 + i;
	for (unsigned int i = 0; i < TIMES; i++) {
		const mc_pfn_t pfn = world.hand[0][i];

		world.hand[0][i] = world.hand[1][i];
		world.hand[1][i] = pfn;
	}
}

/* What the first does. */

static void say(unsigned int cpu, int result, mc_pfn_t pfn, uint64_t count)
{
	world.said[cpu] = result;
	if (!result)
		world.got[cpu] = (struct frames){ pfn, pfn + count };
}

static void want_block(unsigned int cpu, unsigned int order)
{
	mc_pfn_t pfn = 0;
	int result;

	host_cpu_id = cpu;
	result = mc_frame_alloc(pool, order, &pfn);
	say(cpu, result, pfn, mc_frame_order_count(order));
	world.order[cpu] = result ? 0 : order;
}

static void want_run(uint64_t count)
{
	mc_pfn_t pfn = 0;
	const int result = mc_frame_alloc_run(pool, count, count, UINT64_MAX, &pfn);

	say(FIRST, result, pfn, count);
}

static void want_bulk(size_t count)
{
	world.said[FIRST] = mc_frame_alloc_bulk(pool, world.bulk, count);
	world.nr_bulk = count;
}

static void first_wants_a_frame(void)
{
	want_block(FIRST, 0);
}

static void first_wants_half_a_chunk(void)
{
	want_block(FIRST, MC_FRAME_ORDER_2MIB - 1);
}

static void first_wants_a_chunk(void)
{
	want_block(FIRST, MC_FRAME_ORDER_2MIB);
}

static void first_wants_a_run_of_one(void)
{
	want_run(1);
}

static void first_wants_a_run_of_four(void)
{
	want_run(4);
}

static void first_wants_a_run_of_a_chunk(void)
{
	want_run(CHUNK_FRAMES);
}

static void first_wants_a_bulk_of_one(void)
{
	want_bulk(1);
}

static void first_wants_a_bulk_of_four(void)
{
	want_bulk(4);
}

static void first_wants_the_contested(void)
{
	say(FIRST, mc_frame_alloc_at(pool, world.contested, 1), world.contested, 1);
}

static void free_contested(unsigned int cpu)
{
	host_cpu_id = cpu;
	world.holder[world.contested] = 0;
	world.said[cpu] = mc_frame_free(pool, world.contested, 0);
}

static void first_frees_contested(void)
{
	free_contested(FIRST);
}

/* Of its own chunk. */
static void first_frees_a_bulk(void)
{
	const mc_pfn_t *bulk = world.bulk;

	for (unsigned int i = 0; i < ARRAY_SIZE(world.bulk); i++)
		world.holder[bulk[i]] = 0;
	world.said[FIRST] = mc_frame_free_bulk(pool, bulk, ARRAY_SIZE(world.bulk), NULL);
}

static void replace(unsigned int cpu)
{
	for (unsigned int i = 0; i < TIMES; i++) {
		free_one(cpu, world.hand[cpu][i]);
		world.hand[cpu][i] = alloc_one(cpu);
		host_pause();
	}
}

static void first_replaces(void)
{
	replace(FIRST);
}

/* What the second does. */

static void second_replaces(void)
{
	replace(SECOND);
}

/* What is free moves from one CPU to another. */
static void second_moves(void)
{
	for (unsigned int i = 0; i < TIMES; i++) {
		const unsigned int rich = world.rich, poor = 3 - rich;

		free_one(poor, world.hand[poor][0]);
		world.hand[rich][0] = alloc_one(rich);
		world.rich = poor;
		host_pause();
	}
}

static void second_allocates(void)
{
	for (unsigned int i = 0; i < TIMES; i++) {
		world.hand[SECOND][i] = alloc_one(SECOND);
		host_pause();
	}
}

static void second_wants_a_frame(void)
{
	want_block(SECOND, 0);
}

static void second_wants_a_chunk(void)
{
	world.nr_free_before = mc_frame_free_count(pool);
	want_block(SECOND, MC_FRAME_ORDER_2MIB);
}

/* So it looks a second time, while the others are stopped. */
static void second_wants_too_much(void)
{
	mc_pfn_t pfn = 0;

	host_cpu_id = SECOND;
	say(SECOND, mc_frame_alloc_run(pool, world.end + 1, 1, UINT64_MAX, &pfn), pfn, 1);
}

static void second_frees_contested(void)
{
	free_contested(SECOND);
}

/* Whether what they said can be. */

static bool both_succeed(void)
{
	return !world.said[FIRST] && !world.said[SECOND];
}

static bool the_whole_chunk_stays(void)
{
	return !world.said[FIRST] && world.got[FIRST].start < CHUNK_FRAMES &&
	       world.said[SECOND] == MC_ERR_NO_MEMORY;
}

static bool one_has_it(void)
{
	return world.said[FIRST] + world.said[SECOND] == MC_ERR_NO_MEMORY;
}

static bool one_was_right(void)
{
	return world.said[FIRST] + world.said[SECOND] == MC_ERR_DOUBLE_FREE;
}

static bool one_holds_the_contested(void)
{
	const bool second_does = world.holder[world.contested] == SECOND + 1;

	return world.said[FIRST] == (second_does ? MC_ERR_BUSY : 0);
}

/* It can be allocated as soon as it counts as free, even if its free is not finished. */
static bool it_was_there(void)
{
	return !world.said[FIRST] && (!world.said[SECOND] || world.nr_free_before < CHUNK_FRAMES);
}

#define TURNS_TEST(name, prepare, first, second, is_right)                                         \
	KTEST(frame_turns, name)                                                                   \
	{                                                                                          \
		compete(t, &(struct contest){ prepare, first, second, is_right });                 \
	}

TURNS_TEST(a_frame, one_is_free, first_wants_a_frame, second_moves, both_succeed)
TURNS_TEST(a_frame_of_an_edge, one_is_free_in_an_edge, first_wants_a_frame, second_moves,
	   both_succeed)
TURNS_TEST(a_frame_beside_a_shared_chunk, one_is_free_and_a_chunk_shared, first_wants_a_frame,
	   second_moves, both_succeed)
TURNS_TEST(a_frame_that_moves_within_a_cache, one_is_free_in_hand, first_wants_a_frame,
	   second_replaces, both_succeed)
TURNS_TEST(a_frame_of_many, many_chunks_have_one, first_wants_a_frame, second_replaces,
	   both_succeed)
TURNS_TEST(a_bulk_of_one, one_is_free, first_wants_a_bulk_of_one, second_moves, both_succeed)
TURNS_TEST(a_bulk_of_all, a_few_are_free, first_wants_a_bulk_of_four, second_moves, both_succeed)
TURNS_TEST(a_run_of_one, one_is_free, first_wants_a_run_of_one, second_moves, both_succeed)
TURNS_TEST(a_run_of_one_in_an_edge, one_is_free_in_an_edge, first_wants_a_run_of_one, second_moves,
	   both_succeed)
TURNS_TEST(a_run_of_one_beside_a_shared_chunk, one_is_free_and_a_chunk_shared,
	   first_wants_a_run_of_one, second_moves, both_succeed)
TURNS_TEST(a_chunk, a_chunk_is_free, first_wants_a_chunk, second_moves, both_succeed)
TURNS_TEST(half_a_chunk, a_chunk_is_free, first_wants_half_a_chunk, second_moves, both_succeed)
TURNS_TEST(a_run_of_a_chunk, a_chunk_is_free, first_wants_a_run_of_a_chunk, second_moves,
	   both_succeed)
TURNS_TEST(a_run_beside_allocations, the_lowest_are_free, first_wants_a_run_of_four,
	   second_allocates, both_succeed)
TURNS_TEST(a_given_frame, the_lowest_are_free, first_wants_the_contested, second_allocates,
	   one_holds_the_contested)
TURNS_TEST(a_frame_of_ones_own_chunk, one_is_broken, first_wants_a_frame, second_wants_too_much,
	   the_whole_chunk_stays)
TURNS_TEST(the_last_frame, one_is_free, first_wants_a_frame, second_wants_a_frame, one_has_it)
TURNS_TEST(a_frame_freed_twice_by_its_owner, one_is_contested_of_the_first, first_frees_contested,
	   second_frees_contested, one_was_right)
TURNS_TEST(a_frame_freed_twice, one_is_contested_of_another, first_frees_contested,
	   second_frees_contested, one_was_right)
TURNS_TEST(the_last_frame_of_a_chunk, a_chunk_but_one_is_free, first_frees_contested,
	   second_wants_a_chunk, it_was_there)
TURNS_TEST(each_others_frames, frames_are_exchanged, first_replaces, second_replaces, both_succeed)
TURNS_TEST(a_bulk_and_a_frame_of_a_chunk, frames_are_exchanged, first_frees_a_bulk, second_replaces,
	   both_succeed)

static void first_holds_the_lock(void)
{
	mc_spin_lock(&pool->lock);
	host_pause();
	mc_spin_unlock(&pool->lock);
}

/* One by one, and as a bulk. */
static void second_uses_what_it_owns(void)
{
	host_cpu_id = 2;
	free_one(2, world.hand[2][0]);
	world.bulk[0] = alloc_one(2);
	world.bulk[1] = alloc_one(2);
	world.said[SECOND] = mc_frame_free_bulk(pool, world.bulk, 2, NULL) ||
			     mc_frame_alloc_bulk(pool, world.bulk, 2);
}

KTEST(frame_turns, what_a_cpu_owns_takes_no_lock)
{
	start(CHUNK_FRAMES);
	alloc_some(2, 20);
	host_cpus_start(first_holds_the_lock, second_uses_what_it_owns);
	EXPECT_EQ(t, host_turn(FIRST, 0), TURN_PAUSED);
	EXPECT_EQ(t, host_turn(SECOND, 0), TURN_DONE);
	EXPECT_EQ(t, world.said[SECOND], 0);
	EXPECT_EQ(t, host_turn(FIRST, 0), TURN_DONE);
}
