/* SPDX-License-Identifier: MIT */
/*
 * The self-test runner (kernel/ktest.h), the same in the kernel and on the host. Output is KTAP
 * version 1 (Linux, Documentation/dev-tools/ktap.rst): one nested subtest per suite, two spaces of
 * indentation, diagnostics as "# " lines before the result that they belong to.
 */
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/log.h>
#include <kernel/string.h>

/* The bounds of section "ktests", from the linker. */
extern const struct ktest *const __start_ktests[];
extern const struct ktest *const __stop_ktests[];

#define for_each_ktest(entry)                                                                      \
	for (const struct ktest *const *entry = __start_ktests; entry < __stop_ktests; entry++)

#define TEST_NAME_MAX 128

/* The running test. A panic or a signal handler may read it at any moment. */
static const struct ktest *volatile current;

const struct ktest *ktest_current(void)
{
	return current;
}

/* Tests that fail on purpose run only when they are named. */
#define DELIBERATE "deliberate"

static bool is_selected(const struct ktest *test, const char *glob)
{
	char name[TEST_NAME_MAX];

	if (strcmp(test->suite, DELIBERATE) == 0 &&
	    (!glob || strncmp(glob, DELIBERATE ".", sizeof(DELIBERATE)) != 0))
		return false;
	if (!glob)
		return true;
	fmt_print(name, sizeof(name), "%s.%s", test->suite, test->name);
	return text_matches(glob, name);
}

static unsigned int count_tests(const char *suite, const char *glob)
{
	unsigned int count = 0;

	for_each_ktest (entry)
		count += strcmp((*entry)->suite, suite) == 0 && is_selected(*entry, glob);
	return count;
}

/* A suite runs at the place of its first selected test. */
static bool opens_suite(const struct ktest *const *candidate, const char *glob)
{
	if (!is_selected(*candidate, glob))
		return false;
	for (const struct ktest *const *e = __start_ktests; e < candidate; e++)
		if (strcmp((*e)->suite, (*candidate)->suite) == 0 && is_selected(*e, glob))
			return false;
	return true;
}

/* FNV-1a, so that a test's random numbers do not depend on which tests ran before it. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	while (*text)
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return hash;
}

static void run_test(const struct ktest *test, unsigned int number, uint64_t seed,
		     struct ktest_summary *summary)
{
	struct ktest_run run = { .test = test };

	run.random_state =
		hash_text(hash_text(seed ^ UINT64_C(0xcbf29ce484222325), test->suite), test->name);
	current = test;
	test->run(&run);
	current = NULL;

	if (run.nr_failures) {
		log_result("  not ok %u %s", number, test->name);
		summary->nr_failed++;
	} else if (run.skip_reason) {
		log_result("  ok %u %s # SKIP %s", number, test->name, run.skip_reason);
		summary->nr_skipped++;
	} else {
		log_result("  ok %u %s", number, test->name);
		summary->nr_passed++;
	}
}

static struct ktest_summary run_suite(const char *suite, const struct ktest_options *options)
{
	struct ktest_summary summary = { 0 };
	unsigned int number = 0;

	log_result("  KTAP version 1");
	log_result("  # Subtest: %s", suite);
	log_result("  1..%u", count_tests(suite, options->glob));
	for_each_ktest (entry)
		if (strcmp((*entry)->suite, suite) == 0 && is_selected(*entry, options->glob))
			run_test(*entry, ++number, options->seed, &summary);
	return summary;
}

struct ktest_summary ktest_run_all(const struct ktest_options *options)
{
	struct ktest_summary total = { 0 };
	unsigned int nr_suites = 0, number = 0;

	for_each_ktest (entry)
		nr_suites += opens_suite(entry, options->glob);
	log_result("KTAP version 1");
	log_result("# seed=%lu", options->seed);
	log_result("1..%u", nr_suites);
	for_each_ktest (entry) {
		struct ktest_summary suite;

		if (!opens_suite(entry, options->glob))
			continue;
		suite = run_suite((*entry)->suite, options);
		log_result("%s %u %s", suite.nr_failed ? "not ok" : "ok", ++number,
			   (*entry)->suite);
		total.nr_passed += suite.nr_passed;
		total.nr_failed += suite.nr_failed;
		total.nr_skipped += suite.nr_skipped;
	}
	log_result("# %u passed, %u failed, %u skipped", total.nr_passed, total.nr_failed,
		   total.nr_skipped);
	return total;
}

void ktest_note(struct ktest_run *t, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list arguments;

	(void)t;
	va_start(arguments, format);
	fmt_vprint(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_result("  # %s", text);
}

void ktest_skip(struct ktest_run *t, const char *reason)
{
	t->skip_reason = reason;
}

/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
uint64_t ktest_random(struct ktest_run *t)
{
	uint64_t z = t->random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t ktest_random_below(struct ktest_run *t, uint64_t bound)
{
	/* Values below 2^64 mod bound would bias the result: draw again. */
	const uint64_t reject_below = -bound % bound;
	uint64_t value;

	do
		value = ktest_random(t);
	while (value < reject_below);
	return value % bound;
}

static char logged[4 * LOG_LINE_MAX];

static void take_line(const char *text)
{
	const size_t length = strlen(logged);

	fmt_print(logged + length, sizeof(logged) - length, "%s%s", length ? "\n" : "", text);
}

void ktest_log_begin(void)
{
	logged[0] = '\0';
	log_divert(take_line);
}

const char *ktest_log_end(void)
{
	log_divert(NULL);
	return logged;
}

/* Notes of one test are capped, so that a loop of failures cannot bury the log. */
#define FAILURES_SHOWN 20

static bool note_failure(struct ktest_run *t)
{
	t->nr_failures++;
	if (t->nr_failures == FAILURES_SHOWN + 1)
		ktest_note(t, "more failures follow, not shown");
	return t->nr_failures <= FAILURES_SHOWN;
}

bool ktest_expect(struct ktest_run *t, bool ok, const char *file, int line, const char *text)
{
	if (!ok && note_failure(t))
		ktest_note(t, "%s:%d: %s", file, line, text);
	return ok;
}

bool ktest_expect_eq(struct ktest_run *t, uint64_t got, uint64_t want, const char *file, int line,
		     const char *text)
{
	if (got != want && note_failure(t))
		ktest_note(t, "%s:%d: %s: %#lx (%ld), not %#lx (%ld)", file, line, text, got,
			   (int64_t)got, want, (int64_t)want);
	return got == want;
}

bool ktest_expect_str(struct ktest_run *t, const char *got, const char *want, const char *file,
		      int line, const char *text)
{
	bool equal = got && want ? strcmp(got, want) == 0 : got == want;

	if (!equal && note_failure(t))
		ktest_note(t, "%s:%d: %s: \"%s\", not \"%s\"", file, line, text, got, want);
	return equal;
}
