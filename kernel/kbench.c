/* SPDX-License-Identifier: MIT */
/* Running the benchmarks (mercator/kbench.h). */
#include <mercator/command_line.h>
#include <mercator/fmt.h>
#include <mercator/kbench.h>
#include <mercator/log.h>
#include <mercator/string.h>

/* The bounds of section "kbenches", from the linker. */
extern const struct kbench *const __start_kbenches[];
extern const struct kbench *const __stop_kbenches[];

#define BENCH_NAME_MAX 128
#define EMPTY_ROUNDS   1024

/* What counting costs without anything to count: once a count, and once a round. */
struct overhead {
	uint64_t count, round;
};

static struct overhead measure_overhead(void)
{
	struct kbench_run none = { 0 }, empty = { 0 };

	kbench_start(&none);
	kbench_stop(&none);
	KBENCH_LOOP (&empty, i, EMPTY_ROUNDS)
		;
	return (struct overhead){
		.count = none.counted,
		.round = (empty.counted - none.counted) / EMPTY_ROUNDS,
	};
}

static bool run_bench(const struct kbench *bench, const char *name, struct overhead overhead)
{
	struct kbench_run b = { 0 };
	uint64_t subtracted, hundredths;

	bench->run(&b);
	subtracted = b.nr_counts * overhead.count + b.nr_rounds * overhead.round;
	if (!b.failed && (!b.nr_operations || b.counted < subtracted))
		b.failed = "nothing was counted";
	if (b.failed) {
		log_result("bench %s failed: %s", name, b.failed);
		return false;
	}
	b.counted -= subtracted;
	hundredths = b.counted * 100 / b.nr_operations;
	log_result("bench %s operations=%lu counted=%lu per_operation=%lu.%02lu", name,
		   b.nr_operations, b.counted, hundredths / 100, hundredths % 100);
	return true;
}

static bool run_all(const char *glob)
{
	const struct overhead overhead = measure_overhead();
	unsigned int nr_run = 0, nr_failed = 0;

	for (const struct kbench *const *e = __start_kbenches; e < __stop_kbenches; e++) {
		char name[BENCH_NAME_MAX];

		fmt_print(name, sizeof(name), "%s.%s", (*e)->suite, (*e)->name);
		if (*glob && !text_matches(glob, name))
			continue;
		nr_run++;
		nr_failed += !run_bench(*e, name, overhead);
	}
	if (!nr_run)
		log_error("no benchmark fits \"%s\"", glob);
	return nr_run && !nr_failed;
}

bool kbench_run(const char *command_line)
{
	char glob[64];

	if (!command_line_find(command_line, "bench", glob, sizeof(glob)))
		return true;
	if (IS_ENABLED(CONFIG_BENCH))
		return run_all(glob);
	log_error("this kernel is built without benchmarks (CONFIG_BENCH)");
	return false;
}
