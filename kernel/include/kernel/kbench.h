/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks in the kernel, counted by the time-stamp counter. Under QEMU's `-icount
 * shift=0,sleep=off` it counts the guest's instructions, exactly and repeatably; elsewhere it
 * counts time, and the rows are only a hint.
 *
 *	KBENCH(mapper, map_page)
 *	{
 *		... prepare ...
 *		KBENCH_LOOP (b, i, 256)
 *			check(b, mc_mapper_map(... page i ...));
 *		KBENCH_EMPTY_LOOP (b, i, 256)
 *			check(b, nothing_map(... page i ...));
 *	}
 *
 * A benchmark is registered by its definition, like a self-test (kernel/ktest.h). It counts in
 * loops, or between kbench_start() and kbench_stop(); the counts add up. An empty loop makes the
 * same calls of a function that does nothing. Its cost is subtracted, so that the caller's
 * arguments, the call and the return are not counted. The row's second figure, with_call, includes
 * them: only the loop itself is subtracted. A benchmark without an empty loop has only that one.
 */
#ifndef KERNEL_KBENCH_H
#define KERNEL_KBENCH_H

#include <arch/cpu.h>
#include <kernel/options.h>
#include <mercator/types.h>

/* What was counted. */
struct kbench_count {
	uint64_t tsc;
	uint64_t nr_pairs;  /* calls of kbench_start() and kbench_stop() */
	uint64_t nr_rounds; /* of loops */
};

/*
 * Version of the log: changes if its format does, or if rows of the same name mean something else.
 */
#define KBENCH_FORMAT 2

/* One running benchmark. */
struct kbench_run {
	uint64_t started;
	struct kbench_count full, empty;
	uint64_t nr_operations; /* the divisor; each round of a loop is one */
	const char *failed;     /* why the row is invalid; NULL if it is valid */
};

struct kbench {
	const char *suite;
	const char *name;
	void (*run)(struct kbench_run *b);
};

/* As for self-tests: GCC would otherwise reverse a file's order; the section holds pointers. */
#ifdef __clang__
#define KBENCH_IN_ORDER
#else
#define KBENCH_IN_ORDER __attribute__((no_reorder))
#endif

#define KBENCH(suite_, name_)                                                                      \
	static void kbench_##suite_##__##name_(struct kbench_run *b);                              \
	static const struct kbench kbench_entry_##suite_##__##name_ = {                            \
		.suite = #suite_,                                                                  \
		.name = #name_,                                                                    \
		.run = kbench_##suite_##__##name_,                                                 \
	};                                                                                         \
	KBENCH_IN_ORDER __attribute__((                                                            \
		section("kbenches"),                                                               \
		used)) static const struct kbench *const kbench_pointer_##suite_##__##name_ =      \
		&kbench_entry_##suite_##__##name_;                                                 \
	static void kbench_##suite_##__##name_(struct kbench_run *b)

static inline void kbench_start(struct kbench_run *b)
{
	b->started = read_tsc();
}

static inline void kbench_stop(const struct kbench_run *b, struct kbench_count *count)
{
	count->tsc += read_tsc() - b->started;
	count->nr_pairs++;
}

/* The loop is one that the compiler can neither unroll nor drop. */
static inline bool kbench_goes_on(const struct kbench_run *b, uint64_t i, uint64_t rounds,
				  struct kbench_count *count)
{
	__asm__ volatile("" : "+r"(i) : : "memory");
	if (i < rounds)
		return true;
	kbench_stop(b, count);
	count->nr_rounds += rounds;
	return false;
}

#define KBENCH_LOOP(b, i, rounds)                                                                  \
	(b)->nr_operations += (rounds);                                                            \
	KBENCH_COUNTED_LOOP(b, i, rounds, &(b)->full)
#define KBENCH_EMPTY_LOOP(b, i, rounds) KBENCH_COUNTED_LOOP(b, i, rounds, &(b)->empty)
#define KBENCH_COUNTED_LOOP(b, i, rounds, count)                                                   \
	kbench_start(b);                                                                           \
	for (uint64_t i = 0; kbench_goes_on((b), i, (rounds), (count)); i++)

/*
 * Run the benchmarks whose `suite.name` fits the glob of `bench[=GLOB]`, if the command line asks
 * for any. Each gives one line on the log:
 *
 *	bench suite.name operations=N per_operation=N.NN with_call=N.NN
 *
 * or, if it could not be measured, `bench suite.name failed: REASON`. The lines before them give
 * the log's format, the CPU and its clock; the last one gives the number of rows:
 *
 *	bench format=2
 *	bench cpu="..." hypervisor="..." levels=4
 *	bench clock hertz=2495998000 source="..." invariant=yes emulated=no
 *	bench done rows=N failed=N
 *
 * False if one failed, if the glob fits none, or if this kernel or this CPU cannot measure.
 */
bool kbench_run(const struct options *options);

/* The rows alone, for one glob, or for all benchmarks if it is "". */
bool kbench_run_matching(const char *glob);

#endif
