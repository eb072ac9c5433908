/* SPDX-License-Identifier: MIT */
/* Running the self-tests at start (kernel/selftest.h). */
#include <arch/cpu_features.h>
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/log.h>
#include <kernel/screen.h>
#include <kernel/selftest.h>

static void show_result(bool good, const char *text)
{
	if (!good)
		log_error("%s", text);
	if (IS_ENABLED(CONFIG_SCREEN))
		screen_banner(good, text);
}

bool selftest_run_matching(const char *glob, uint64_t seed)
{
	const struct ktest_options options = { .glob = *glob ? glob : NULL, .seed = seed };
	struct ktest_summary summary;
	char text[LOG_LINE_MAX];

	if (!IS_ENABLED(CONFIG_SELFTESTS)) {
		show_result(false, "this kernel is built without self-tests (CONFIG_SELFTESTS)");
		return false;
	}
	summary = ktest_run_all(&options);
	if (!summary.nr_passed && !summary.nr_failed && !summary.nr_skipped) {
		fmt_print(text, sizeof(text), "no self-test fits \"%s\"", glob);
		show_result(false, text);
		return false;
	}
	if (summary.nr_failed)
		fmt_print(text, sizeof(text), "FAILED: %u of %u self-tests", summary.nr_failed,
			  summary.nr_failed + summary.nr_passed);
	else
		fmt_print(text, sizeof(text), "PASSED: all %u self-tests, %u skipped",
			  summary.nr_passed, summary.nr_skipped);
	show_result(!summary.nr_failed, text);
	return !summary.nr_failed;
}

bool selftest_run(const struct options *options)
{
	if (!options->selftest) {
		log_info("no self-tests asked for: `selftest` on the command line runs them");
		return true;
	}
	/* By default each run has another seed; the KTAP header shows it. */
	return selftest_run_matching(options->selftest_glob,
				     options->has_seed ? options->seed : cpu_ticks());
}
