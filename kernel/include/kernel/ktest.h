/* SPDX-License-Identifier: MIT */
/*
 * Self-tests, one source for the kernel and for the host.
 *
 *	KTEST(memmap, merges_neighbours)
 *	{
 *		ASSERT_EQ(t, count, 1);
 *		EXPECT_TRUE(t, map[0].end == 0x3000);
 *	}
 *
 * A test is registered by its definition, beside the code it tests or under tests/. Tests of one
 * suite may be spread over files. The runner prints KTAP version 1 (Linux,
 * Documentation/dev-tools/ktap.rst): one nested subtest per suite.
 *
 * EXPECT_* records a failure and goes on; ASSERT_* also returns, so use it in the test function,
 * not in helpers. A test with no failure has passed. The suite "deliberate" fails on purpose: it
 * runs only if a glob begins with its name.
 */
#ifndef KERNEL_KTEST_H
#define KERNEL_KTEST_H

#include <mercator/types.h>

/* One running test. Tests only pass it to the macros and functions below. */
struct ktest_run {
	const struct ktest *test;
	unsigned int nr_failures;
	const char *skip_reason; /* NULL unless skipped */
	uint64_t random_state;
};

struct ktest {
	const char *suite;
	const char *name;
	void (*run)(struct ktest_run *t);
};

/* GCC would otherwise place a file's tests in reverse; clang keeps their order by itself. */
#ifdef __clang__
#define KTEST_IN_ORDER
#else
#define KTEST_IN_ORDER __attribute__((no_reorder))
#endif

/* The section holds pointers, so that the linker's padding between objects cannot tear it. */
#define KTEST(suite_, name_)                                                                       \
	static void ktest_##suite_##__##name_(struct ktest_run *t);                                \
	static const struct ktest ktest_entry_##suite_##__##name_ = {                              \
		.suite = #suite_,                                                                  \
		.name = #name_,                                                                    \
		.run = ktest_##suite_##__##name_,                                                  \
	};                                                                                         \
	KTEST_IN_ORDER __attribute__((                                                             \
		section("ktests"),                                                                 \
		used)) static const struct ktest *const ktest_pointer_##suite_##__##name_ =        \
		&ktest_entry_##suite_##__##name_;                                                  \
	static void ktest_##suite_##__##name_(struct ktest_run *t)

struct ktest_options {
	const char *glob; /* which tests: `suite.name`, with * and ?; NULL for all */
	uint64_t seed;    /* seed of the random tests; each test derives its own from it */
};

struct ktest_summary {
	unsigned int nr_passed;
	unsigned int nr_failed;
	unsigned int nr_skipped;
};

/*
 * Run the tests that the options select, in the order of suites' first registration, and print
 * KTAP. A glob that matches nothing runs nothing: the summary is all zero, and the caller decides
 * what that means.
 */
struct ktest_summary ktest_run_all(const struct ktest_options *options);

/* "suite.name" of the test that is running now, for a panic's report; NULL when none is. */
const struct ktest *ktest_current(void);

/* A diagnostic line, `# text`, inside the test's output. */
__attribute__((format(printf, 2, 3))) void ktest_note(struct ktest_run *t, const char *format, ...);

/* Report the test as skipped, with the reason; the test function should then return. */
void ktest_skip(struct ktest_run *t, const char *reason);

/*
 * The test's own random numbers: repeatable from `seed=N`, independent of which other tests run.
 * ktest_random_below() is uniform over [0, bound); bound must not be 0.
 */
uint64_t ktest_random(struct ktest_run *t);
uint64_t ktest_random_below(struct ktest_run *t, uint64_t bound);

/* Collect the errors and warnings between these calls; the second returns them, a line each. */
void ktest_log_begin(void);
const char *ktest_log_end(void);

/* The functions behind the macros; each returns whether the expectation held. */
bool ktest_expect(struct ktest_run *t, bool ok, const char *file, int line, const char *text);
bool ktest_expect_eq(struct ktest_run *t, uint64_t got, uint64_t want, const char *file, int line,
		     const char *text);
bool ktest_expect_str(struct ktest_run *t, const char *got, const char *want, const char *file,
		      int line, const char *text);

#define EXPECT_TRUE(t, condition)                                                                  \
	ktest_expect((t), (condition), __FILE__, __LINE__, #condition " is false")
#define EXPECT_EQ(t, got, want)                                                                    \
	ktest_expect_eq((t), (uint64_t)(got), (uint64_t)(want), __FILE__, __LINE__,                \
			#got " is not " #want)
#define EXPECT_STR(t, got, want)                                                                   \
	ktest_expect_str((t), (got), (want), __FILE__, __LINE__, #got " is not " #want)

/* Expect that the statement logs these errors and warnings, a line each; they are not shown. */
#define EXPECT_LOGGED(t, statement, text)                                                          \
	do {                                                                                       \
		ktest_log_begin();                                                                 \
		statement;                                                                         \
		ktest_expect_str((t), ktest_log_end(), (text), __FILE__, __LINE__, #statement);    \
	} while (0)

#define FAIL(t, text) ktest_expect((t), false, __FILE__, __LINE__, (text))

#define KTEST_RETURN_UNLESS(expectation)                                                           \
	do {                                                                                       \
		if (!(expectation))                                                                \
			return;                                                                    \
	} while (0)
#define ASSERT_TRUE(t, condition) KTEST_RETURN_UNLESS(EXPECT_TRUE(t, condition))
#define ASSERT_EQ(t, got, want)   KTEST_RETURN_UNLESS(EXPECT_EQ(t, got, want))
#define ASSERT_STR(t, got, want)  KTEST_RETURN_UNLESS(EXPECT_STR(t, got, want))

#endif
