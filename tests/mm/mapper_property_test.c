/* SPDX-License-Identifier: MIT */
/*
 * Suites "mapper_random", and "mapper_random_inactive", where another space is the active one: random
 * operations on a space, held against a plain model (mapper_world.h). The stretches of addresses lie
 * across every kind of boundary. Some operations run out of frames, and must then have changed nothing.
 */
#include <kernel/units.h>

#include "mapper_world.h"

/* Large, and one test runs at a time. */
static struct world world;

static void run_world(struct ktest_run *t, struct world_way way, unsigned int levels,
		      unsigned int unit_level, uint64_t base, unsigned int *nr_worlds)
{
	const unsigned int nr_operations = fixture_random_operations();
	unsigned int next_check = 0;
	uint64_t root_span, pinned;

	if (!world_start(&world, way, levels, unit_level, base))
		return;
	world.space->global_pages = ktest_random_below(t, 4) != 0; /* not every CPU has them */
	for (unsigned int i = 0; i < nr_operations && !t->nr_failures; i++) {
		world_step(t, &world);
		if (i < next_check)
			continue;
		world_finish_batch(&world);
		world_check(t, &world);
		next_check += 64 + next_check / 32; /* long runs are for what is rare */
	}
	world_finish_batch(&world);
	world_check(t, &world);
	world.fingerprint = fixture_fingerprint(&world.fixture);

	/* Everything away: no table is left but those that are shared. */
	EXPECT_EQ(t,
		  mc_mapper_unmap(world.space, world_address(&world, 0),
				  WORLD_UNITS * world.unit_size, &world.batch),
		  0);
	world_finish_batch(&world);
	EXPECT_STR(t, fixture_audit(&world.fixture), NULL);
	root_span = mc_pt_span(levels);
	pinned = base >> 63 ? (base + (WORLD_UNITS * world.unit_size - 1)) / root_span -
				      base / root_span + 1
			    : 0;
	EXPECT_TRUE(t, world.space->nr_tables <= pinned);
	fixture_finish(&world.fixture);
	*nr_worlds += 1;
}

/*
 * Stretches of WORLD_UNITS units: across boundaries of every level, and at the edges of both halves. In a
 * live space, the kernel itself is at the upper half's end, and with 5 levels in all of its last
 * root entry.
 */
static const struct {
	unsigned int levels, unit_level;
	uint64_t base;
	bool kernel_is_there;
} stretches[] = {
	{ 4, 1, GIB(512) - MIB(3), false },
	{ 4, 1, GIB(7) - MIB(3), false },
	{ 4, 1, 0, false },
	{ 4, 1, TIB(128) - WORLD_UNITS *KIB(4), false },
	{ 4, 1, UINT64_C(0xffff800000000000), false },
	{ 4, 1, -(uint64_t)WORLD_UNITS *KIB(4), true },
	{ 4, 2, GIB(512) - GIB(1) - MIB(256), false },
	{ 4, 2, 0, false },
	{ 4, 2, TIB(128) - WORLD_UNITS *MIB(2), false },
	{ 4, 2, UINT64_C(0xffff800000000000), false },
	{ 4, 2, -(uint64_t)WORLD_UNITS *MIB(2), true },
	{ 4, 3, GIB(256), false },
	{ 4, 3, TIB(128) - WORLD_UNITS *GIB(1), false },
	{ 4, 3, UINT64_C(0xffff800000000000), false },
	{ 5, 1, TIB(256) - MIB(3), false },
	{ 5, 1, UINT64_C(0x0100000000000000) - WORLD_UNITS *KIB(4), false },
	{ 5, 1, UINT64_C(0xff00000000000000), false },
	{ 5, 1, -(uint64_t)WORLD_UNITS *KIB(4), true },
	{ 5, 2, TIB(256) - GIB(1) - MIB(512), false },
	{ 5, 3, TIB(256) - GIB(700), false },
};

void world_run_stretches(struct ktest_run *t, struct world_way way, unsigned int unit_level)
{
	const bool is_live = way.method == MC_ACCESS_RECURSIVE && !way.is_inactive;
	unsigned int nr_worlds = 0;

	for (size_t i = 0; i < ARRAY_SIZE(stretches) && !t->nr_failures; i++)
		if (stretches[i].unit_level == unit_level &&
		    !(is_live && stretches[i].kernel_is_there))
			run_world(t, way, stretches[i].levels, unit_level, stretches[i].base,
				  &nr_worlds);
	if (!nr_worlds)
		ktest_skip(t, "no space of this method can be had here");
}

/* The same operations by one method more: the tables must be those that `want` was made of. */
static void check_same_tables(struct ktest_run *t, struct world_way way, uint64_t state,
			      unsigned int unit_level, uint64_t *want)
{
	unsigned int nr_worlds = 0;

	t->random_state = state;
	run_world(t, way, fixture_live_levels(), unit_level,
		  GIB(512) - 512 * mc_pt_span(unit_level), &nr_worlds);
	EXPECT_EQ(t, nr_worlds, 1);
	if (*want)
		EXPECT_EQ(t, world.fingerprint, *want);
	*want = world.fingerprint;
}

static void check_method(struct ktest_run *t, enum mc_access_method method, uint64_t state,
			 unsigned int unit_level, uint64_t *want)
{
	check_same_tables(t, (struct world_way){ method, false }, state, unit_level, want);
	check_same_tables(t, (struct world_way){ method, true }, state, unit_level, want);
}

KTEST(mapper_random, all_methods_leave_identical_tables)
{
	for (unsigned int unit_level = 1; unit_level <= 2; unit_level++) {
		uint64_t state = ktest_random(t), want = 0;

		IF_OFFSET(check_method(t, MC_ACCESS_OFFSET, state, unit_level, &want);)
		IF_RECURSIVE(check_method(t, MC_ACCESS_RECURSIVE, state, unit_level, &want);)
		IF_GENERIC(check_method(t, MC_ACCESS_GENERIC, state, unit_level, &want);)
		EXPECT_TRUE(t, want != 0);
	}
}

#define RANDOM_TEST(method, METHOD, size, unit_level)                                              \
	KTEST(mapper_random, method##_pages_of_##size)                                             \
	{                                                                                          \
		world_run_stretches(t, (struct world_way){ METHOD, false }, unit_level);           \
	}                                                                                          \
	KTEST(mapper_random_inactive, method##_pages_of_##size)                                    \
	{                                                                                          \
		world_run_stretches(t, (struct world_way){ METHOD, true }, unit_level);            \
	}
#define RANDOM_TESTS(method, METHOD)                                                               \
	RANDOM_TEST(method, METHOD, 4k, 1)                                                         \
	RANDOM_TEST(method, METHOD, 2m, 2)                                                         \
	RANDOM_TEST(method, METHOD, 1g, 3)

IF_OFFSET(RANDOM_TESTS(offset, MC_ACCESS_OFFSET))
IF_RECURSIVE(RANDOM_TESTS(recursive, MC_ACCESS_RECURSIVE))
IF_GENERIC(RANDOM_TESTS(generic, MC_ACCESS_GENERIC))
