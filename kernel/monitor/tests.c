/* SPDX-License-Identifier: MIT */
/* `test`, `bench` and `audit`: self-tests, benchmarks, invariants, from the prompt. */
#include <arch/cpu_features.h>
#include <kernel/address_space.h>
#include <kernel/kbench.h>
#include <kernel/selftest.h>
#include <kernel/units.h>

#include "commands.h"
#include "experiment.h"

/* Tests and benchmarks switch roots themselves, and return to the kernel's. */
static bool kernel_space_is_active(const char *what)
{
	if (monitor_space() == monitor_space_number(0))
		return true;
	log_error("%s: only in the kernel's space: `space switch 0`", what);
	return false;
}

static enum command_result run_test(unsigned int count, const char *const *arguments)
{
	bool passed;

	if (!kernel_space_is_active("test"))
		return COMMAND_CHECK_FAILED;
	passed = selftest_run_matching(count ? arguments[0] : "", cpu_ticks());
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
	if (!kernel_space_is_active("bench"))
		return COMMAND_CHECK_FAILED;
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

static void show_audit(const struct mc_audit_report *report)
{
	uint64_t nr_tables = 0, nr_leaves = 0;

	for (size_t level = 1; level < ARRAY_SIZE(report->nr_tables); level++)
		nr_tables += report->nr_tables[level];
	for (size_t level = 1; level < ARRAY_SIZE(report->nr_leaves); level++)
		nr_leaves += report->nr_leaves[level];
	say("all is well: %lu tables, %lu leaves, %lu markers", nr_tables, nr_leaves,
	    report->nr_markers);
}

static enum command_result run_audit(unsigned int count, const char *const *arguments)
{
	struct mc_audit_report report;
	const int error = kernel_audit(monitor_space(), &report);

	(void)count;
	(void)arguments;
	if (!error) {
		show_audit(&report);
		return COMMAND_OK;
	}
	if (error == MC_ERR_FORMAT)
		log_error("audit: %s: the %s's entry %016lx for %#lx", report.broken,
			  mc_pt_level_name(report.level), report.entry.raw,
			  mc_virt_raw(report.address));
	else
		log_error("audit: %s", mc_error_text(error));
	return COMMAND_CHECK_FAILED;
}

const struct command audit_command = {
	.name = "audit",
	.arguments = "",
	.summary = "check the page tables' invariants",
	.text = "Each entry is looked at: that tables have one parent and the right count of live\n"
		"entries, that nothing is writable and executable, that no frame of a table is\n"
		"mapped or free, that each region has exactly its mappings (docs/paging.md).\n",
	.run = run_audit,
};
