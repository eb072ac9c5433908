/* SPDX-License-Identifier: MIT */
/*
 * The same test for each access method: what a file of such tests shares. Each of those files has a
 * space of its own.
 *
 *	METHODS_TEST(mapper, a_name)	in the suites mapper_offset, mapper_recursive, mapper_generic,
 *	{				and mapper_offset_inactive ...: while another space is active
 *		if (!begin(t, ANY_LEVELS))
 *			return;
 *		...
 *	}
 */
#ifndef TESTS_MAPPER_METHODS_H
#define TESTS_MAPPER_METHODS_H

#include "mapper_fixture.h"

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;
static enum mc_access_method method;
static bool is_inactive;

/* As many levels as a live space has, else 4. */
#define ANY_LEVELS 0

/*
 * A space of the method under test, with 4, 5 or ANY_LEVELS; false, and the test skipped, if there
 * can be none here. A test may begin again any number of times.
 */
static bool begin(struct ktest_run *t, unsigned int levels)
{
	fixture_finish(&fixture);
	if (levels == ANY_LEVELS)
		levels = method == MC_ACCESS_RECURSIVE ? fixture_live_levels() : 4;
	if (is_inactive ? fixture_init_inactive(&fixture, method, levels)
			: fixture_init(&fixture, method, levels))
		return true;
	ktest_skip(t, "no such space of this method can be had here");
	return false;
}

/* Where the upper half begins: nothing is there, in a live space neither. */
__attribute__((unused)) static uint64_t upper_base(void)
{
	const unsigned int levels = space->root.levels;

	return mc_virt_raw(mc_pt_canonical(mc_virt_addr(mc_pt_span(levels + 1) / 2), levels));
}

static void run_with(struct ktest_run *t, enum mc_access_method with_method, bool with_inactive,
		     void (*body)(struct ktest_run *t))
{
	method = with_method;
	is_inactive = with_inactive;
	body(t);
	fixture_finish(&fixture);
}

#define METHOD_TEST(suite, method, METHOD, name)                                                   \
	KTEST(suite##_##method, name)                                                              \
	{                                                                                          \
		run_with(t, METHOD, false, suite##_test_##name);                                   \
	}                                                                                          \
	KTEST(suite##_##method##_inactive, name)                                                   \
	{                                                                                          \
		run_with(t, METHOD, true, suite##_test_##name);                                    \
	}
#define METHODS_TEST(suite, name)                                                                  \
	static void suite##_test_##name(struct ktest_run *t);                                      \
	IF_OFFSET(METHOD_TEST(suite, offset, MC_ACCESS_OFFSET, name))                              \
	IF_RECURSIVE(METHOD_TEST(suite, recursive, MC_ACCESS_RECURSIVE, name))                     \
	IF_GENERIC(METHOD_TEST(suite, generic, MC_ACCESS_GENERIC, name))                           \
	static void suite##_test_##name(struct ktest_run *t)

#endif
