/* SPDX-License-Identifier: MIT */
/* Running the self-tests at start. */
#ifndef MERCATOR_SELFTEST_H
#define MERCATOR_SELFTEST_H

#include <stdbool.h>

/*
 * Run what `selftest[=GLOB]` and `seed=N` on the command line ask for, report on the log and in the
 * screen's banner. True if all passed, or if none were asked for; a glob that fits no test fails.
 */
bool selftest_run(const char *command_line);

#endif
