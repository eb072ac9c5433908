/* SPDX-License-Identifier: MIT */
/* `test` and `bench`: the self-tests and the benchmarks, from the prompt. */
#include <arch/cpu.h>
#include <mercator/kbench.h>
#include <mercator/selftest.h>

#include "commands.h"

static enum command_result run_test(unsigned int count, const char *const *arguments)
{
	const bool passed = selftest_run_matching(count ? arguments[0] : "", read_tsc());

	return passed ? COMMAND_OK : COMMAND_CHECK_FAILED;
}

const struct command test_command = {
	.name = "test",
	.arguments = "[GLOB]",
	.summary = "run the self-tests, or those that fit",
	.text = "GLOB is a `suite.name` with * and ?: test mapper.* or test *.walk*\n",
	.most = 1,
	.run = run_test,
};

static enum command_result run_bench(unsigned int count, const char *const *arguments)
{
	return kbench_run_matching(count ? arguments[0] : "") ? COMMAND_OK : COMMAND_CHECK_FAILED;
}

const struct command bench_command = {
	.name = "bench",
	.arguments = "[GLOB]",
	.summary = "run the benchmarks, or those that fit",
	.text = "GLOB is a `suite.name` with * and ?. Costs are counted by the time-stamp\n"
		"counter: under QEMU's -icount these are instructions, on a real CPU time, and\n"
		"in other emulation they mean little.\n",
	.most = 1,
	.run = run_bench,
};
