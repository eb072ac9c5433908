/* SPDX-License-Identifier: MIT */
/* Running the self-tests at start. */
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <kernel/options.h>

/*
 * Run the self-tests of `selftest[=GLOB]` and `seed=N` on the command line, and report on the log
 * and in the screen's banner. True if all passed, or if none were requested; a glob that matches no
 * test fails.
 */
bool selftest_run(const struct options *options);

/* Run those whose `suite.name` matches the glob, or all if it is "", and report in the same way. */
bool selftest_run_matching(const char *glob, uint64_t seed);

#endif
