/* SPDX-License-Identifier: MIT */
/* Running the benchmarks (kernel/kbench.h). */
#include <arch/cpu_features.h>
#include <kernel/fmt.h>
#include <kernel/kbench.h>
#include <kernel/log.h>
#include <kernel/string.h>
#include <mercator/platform.h>

/* The bounds of section "kbenches", from the linker. */
extern const struct kbench *const __start_kbenches[];
extern const struct kbench *const __stop_kbenches[];

#define BENCH_NAME_MAX 128
#define EMPTY_ROUNDS   1024

/* The cost of counting itself: of a start/stop pair, and of a round of a loop. */
struct overhead {
	uint64_t pair, round;
};

static struct overhead measure_overhead(void)
{
	struct kbench_run b = { 0 };
	uint64_t pair;

	kbench_start(&b);
	kbench_stop(&b, &b.full);
	pair = b.full.tsc;
	KBENCH_EMPTY_LOOP (&b, i, EMPTY_ROUNDS)
		;
	return (struct overhead){ pair, (b.empty.tsc - pair) / EMPTY_ROUNDS };
}

/* In hundredths. */
static uint64_t per_operation(const struct kbench_run *b, uint64_t subtracted)
{
	return b->full.tsc > subtracted ? (b->full.tsc - subtracted) * 100 / b->nr_operations : 0;
}

static bool run_bench(const struct kbench *bench, const char *name, struct overhead overhead)
{
	struct kbench_run b = { 0 };
	uint64_t counting, with_call, alone;

	bench->run(&b);
	if (!b.failed && !b.nr_operations)
		b.failed = "nothing was counted";
	if (b.failed) {
		log_result("bench %s failed: %s", name, b.failed);
		return false;
	}
	counting = b.full.nr_pairs * overhead.pair + b.full.nr_rounds * overhead.round;
	with_call = per_operation(&b, counting);
	alone = b.empty.nr_pairs ? per_operation(&b, b.empty.tsc) : with_call;
	log_result("bench %s operations=%lu per_operation=%lu.%02lu with_call=%lu.%02lu", name,
		   b.nr_operations, alone / 100, alone % 100, with_call / 100, with_call % 100);
	return true;
}

/* The header for programs that read the log (tests/bench/report/kernel.py). */
static void describe_log(void)
{
	const struct cpu_features *cpu = cpu_features();

	log_result("bench format=%d", KBENCH_FORMAT);
	log_result("bench cpu=\"%s %s\" hypervisor=\"%s\" levels=%u", cpu->vendor, cpu->brand,
		   cpu->hypervisor, mc_active_root().levels);
	log_result("bench clock hertz=%lu source=\"%s\" invariant=%s emulated=%s", cpu->tsc_hertz,
		   cpu->tsc_source, cpu->tsc_invariant ? "yes" : "no",
		   cpu->is_emulated ? "yes" : "no");
	if (cpu->is_emulated)
		log_warn(
			"this CPU is emulated: ticks are no times here, only -icount means something");
}

static bool run_all(const char *glob, unsigned int *nr_run, unsigned int *nr_failed)
{
	const struct overhead overhead = measure_overhead();

	*nr_run = *nr_failed = 0;

	for (const struct kbench *const *e = __start_kbenches; e < __stop_kbenches; e++) {
		char name[BENCH_NAME_MAX];

		fmt_print(name, sizeof(name), "%s.%s", (*e)->suite, (*e)->name);
		if (*glob && !text_matches(glob, name))
			continue;
		++*nr_run;
		*nr_failed += !run_bench(*e, name, overhead);
	}
	if (!*nr_run)
		log_error("no benchmark fits \"%s\"", glob);
	return *nr_run && !*nr_failed;
}

static bool can_measure(void)
{
	if (!IS_ENABLED(CONFIG_BENCH))
		log_error("this kernel is built without benchmarks (CONFIG_BENCH)");
	else if (!cpu_features()->tsc)
		log_error("this CPU has no time-stamp counter, by which benchmarks count");
	return IS_ENABLED(CONFIG_BENCH) && cpu_features()->tsc;
}

bool kbench_run_matching(const char *glob)
{
	unsigned int nr_run, nr_failed;

	return can_measure() && run_all(glob, &nr_run, &nr_failed);
}

bool kbench_run(const struct options *options)
{
	unsigned int nr_run, nr_failed;
	bool passed;

	if (!options->bench)
		return true;
	if (!can_measure())
		return false;
	describe_log();
	passed = run_all(options->bench_glob, &nr_run, &nr_failed);
	log_result("bench done rows=%u failed=%u", nr_run - nr_failed, nr_failed);
	return passed;
}
