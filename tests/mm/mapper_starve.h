/* SPDX-License-Identifier: MIT */
/* Running out of frames at every point of an operation, for the tests of each access method. */
#ifndef TESTS_MAPPER_STARVE_H
#define TESTS_MAPPER_STARVE_H

#include "mapper_methods.h"

static int nothing(void)
{
	return 0;
}

/* Run an operation with 0, 1, 2, ... frames to be had, until it succeeds. */
static void starve(struct ktest_run *t, int (*prepare)(void), int (*operation)(void),
		   int failures_wanted)
{
	for (int frames = 0;; frames++) {
		uint64_t before;
		int error;

		if (!begin(t, ANY_LEVELS))
			return;
		ASSERT_EQ(t, prepare(), 0);
		before = fixture_fingerprint(&fixture);
		fixture.failing_after = frames;
		error = operation();
		fixture.failing_after = -1;
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
		if (!error) {
			/* A level more is a table more for what was not mapped at all. */
			if (prepare == nothing)
				frames -= (int)space->root.levels - 4;
			EXPECT_EQ(t, frames, failures_wanted);
			return;
		}
		ASSERT_EQ(t, error, MC_ERR_NO_MEMORY);
		ASSERT_EQ(t, fixture_fingerprint(&fixture), before);
	}
}

#endif
