/* SPDX-License-Identifier: MIT */
/*
 * The host's test program: the same tests and the same runner as in the kernel, printing to
 * standard output. Built with ASan and UBSan.
 *
 *	usage: host-tests [--seed=N] [--operations=N] [--window=pointers] [GLOB]
 *
 * --operations: how many a random test does on one address space. --window=pointers: the table
 * window is not memory (window.c), for speed.
 *
 * Exit status: 0 all passed, 1 some failed, 2 nothing matched or bad usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kernel/ktest.h>

#include "../machine/machine.h"

uint64_t machine_seed = 1;
unsigned int machine_operations = 2000;
bool machine_window_is_memory = true;

int main(int argc, char **argv)
{
	struct ktest_options options = { .seed = 1 };
	struct ktest_summary summary;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--seed=", 7) == 0) {
			options.seed = strtoull(argv[i] + 7, NULL, 0);
		} else if (strncmp(argv[i], "--operations=", 13) == 0) {
			machine_operations = (unsigned int)strtoul(argv[i] + 13, NULL, 0);
		} else if (strcmp(argv[i], "--window=pointers") == 0) {
			machine_window_is_memory = false;
		} else if (argv[i][0] != '-' && !options.glob) {
			options.glob = argv[i];
		} else {
			fprintf(stderr, "usage: host-tests [--seed=N] [--operations=N] "
					"[--window=pointers] [GLOB]\n");
			return 2;
		}
	}
	machine_seed = options.seed;
	summary = ktest_run_all(&options);
	if (summary.nr_failed)
		return 1;
	if (summary.nr_passed)
		return 0;
	fprintf(stderr, "host-tests: no test ran: is there one whose suite.name fits '%s'?\n",
		options.glob ? options.glob : "*");
	return 2;
}
