/* SPDX-License-Identifier: MIT */
/*
 * The costs of the frame allocator (docs/frames.md has a table). The 4 GiB of memory do not exist:
 * the allocator never touches the frames.
 *
 *	usage: bench-frames [JSON]
 *
 * Exit status: 0 measured, whatever the result; 1 the JSON could not be written.
 */
#include <pthread.h>
#include <stdlib.h>

#include <kernel/units.h>
#include <mercator/frame.h>
#include <mercator/platform.h>

#include "limit.h"
#include "measure.h"

#define FIRST     UINT64_C(0x100000)
#define NR_FRAMES (UINT64_C(1) << 20)
#define BULK      512
#define MANY      4000000
#define NR_CPUS   2

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[NR_CPUS];
static mc_pfn_t held[NR_FRAMES];
static size_t nr_held;
static uint64_t random_state = 1;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static size_t random_below(uint64_t *state, size_t bound)
{
	return (size_t)((unsigned __int128)next_random(state) * bound >> 64);
}

static void must(int result)
{
	if (result) {
		fprintf(stderr, "bench-frames: %s\n", mc_error_name(result));
		abort();
	}
}

static void shuffle(mc_pfn_t *frames, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		const size_t j = random_below(&random_state, i);
		const mc_pfn_t swap = frames[i - 1];

		frames[i - 1] = frames[j];
		frames[j] = swap;
	}
}

/* Set-ups: which frames are in `held`, and what is free. */

static void reset_from(mc_pfn_t first)
{
	static void *metadata;
	const uint64_t size = align_up(mc_frame_metadata_size(first, FIRST + NR_FRAMES), 64);

	free(metadata);
	metadata = aligned_alloc(64, size);
	if (!metadata)
		abort();
	mc_frame_pool_init(&pool, cpus, NR_CPUS);
	must(mc_frame_add_range(&pool, first, FIRST + NR_FRAMES, metadata));
	nr_held = 0;
}

static void reset(void)
{
	reset_from(FIRST);
}

/* Random frames in use, `percent` of all; the same number on the array stack. */
static void fill(unsigned int percent)
{
	const size_t keep = NR_FRAMES * percent / 100;

	reset();
	must(mc_frame_alloc_bulk(&pool, held, NR_FRAMES));
	shuffle(held, NR_FRAMES);
	for (nr_held = NR_FRAMES; nr_held > keep; nr_held--)
		must(mc_frame_free(&pool, held[nr_held - 1], 0));
}

static mc_pfn_t stack_held[NR_FRAMES];

static void fill_stack(size_t keep)
{
	stack_reset(FIRST, NR_FRAMES);
	must(stack_alloc_bulk(stack_held, NR_FRAMES));
	shuffle(stack_held, NR_FRAMES);
	must(stack_free_bulk(stack_held + keep, NR_FRAMES - keep));
}

/* Loops. */

#define TIMED(count, statement)                                                                    \
	do {                                                                                       \
		const uint64_t timed_start = bench_now_ns();                                       \
                                                                                                   \
		statement;                                                                         \
		return (double)(bench_now_ns() - timed_start) / (double)(count);                   \
	} while (0)

static void pairs(unsigned int order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mc_pfn_t pfn;

		must(mc_frame_alloc(&pool, order, &pfn));
		must(mc_frame_free(&pool, pfn, order));
	}
}

static double pair(void)
{
	TIMED(MANY, pairs(0, MANY));
}

static double pair_order_3(void)
{
	TIMED(MANY, pairs(3, MANY));
}

static double pair_2mib(void)
{
	TIMED(MANY, pairs(MC_FRAME_ORDER_2MIB, MANY));
}

static double pair_1gib(void)
{
	TIMED(1000, pairs(MC_FRAME_ORDER_1GIB, 1000));
}

/* Memory that does not begin with a whole 2 MiB, which is usual: single frames come from there. */
static double pair_in_an_edge(void)
{
	reset_from(FIRST + 100);
	TIMED(MANY, pairs(0, MANY));
}

static void stack_pairs(void)
{
	for (size_t i = 0; i < MANY; i++) {
		mc_pfn_t pfn;

		must(stack_alloc(&pfn));
		must(stack_free(pfn));
	}
}

static double stack_pair(void)
{
	TIMED(MANY, stack_pairs());
}

static void nextfit_pairs(void)
{
	for (size_t i = 0; i < MANY; i++) {
		mc_pfn_t pfn;

		must(nextfit_alloc(&pfn));
		must(nextfit_free(pfn));
	}
}

static double nextfit_pair(void)
{
	TIMED(MANY, nextfit_pairs());
}

/* All of memory, from empty, in calls of BULK frames; and back, in the same order. */
static void alloc_all(mc_pfn_t *frames, size_t count, size_t step)
{
	for (size_t i = 0; i + step <= count; i += step)
		must(mc_frame_alloc_bulk(&pool, frames + i, step));
}

static void free_all(const mc_pfn_t *frames, size_t count, size_t step)
{
	for (size_t i = 0; i + step <= count; i += step)
		must(mc_frame_free_bulk(&pool, frames + i, step, NULL));
}

static double bulk_alloc(void)
{
	reset();
	TIMED(NR_FRAMES, alloc_all(held, NR_FRAMES, BULK));
}

static double bulk_free(void)
{
	bulk_alloc();
	TIMED(NR_FRAMES, free_all(held, NR_FRAMES, BULK));
}

static double bulk_free_shuffled(void)
{
	bulk_alloc();
	shuffle(held, NR_FRAMES);
	TIMED(NR_FRAMES, free_all(held, NR_FRAMES, BULK));
}

static void stack_alloc_all(void)
{
	for (size_t i = 0; i < NR_FRAMES; i += BULK)
		must(stack_alloc_bulk(stack_held + i, BULK));
}

static void stack_free_all(void)
{
	for (size_t i = 0; i < NR_FRAMES; i += BULK)
		must(stack_free_bulk(stack_held + i, BULK));
}

static double stack_bulk_alloc(void)
{
	stack_reset(FIRST, NR_FRAMES);
	TIMED(NR_FRAMES, stack_alloc_all());
}

static double stack_bulk_free(void)
{
	stack_bulk_alloc();
	TIMED(NR_FRAMES, stack_free_all());
}

static void alloc_each(void)
{
	for (size_t i = 0; i < NR_FRAMES; i++)
		must(mc_frame_alloc(&pool, 0, &held[i]));
}

static void free_each(void)
{
	for (size_t i = 0; i < NR_FRAMES; i++)
		must(mc_frame_free(&pool, held[i], 0));
}

static double alloc_one_by_one(void)
{
	reset();
	TIMED(NR_FRAMES, alloc_each());
}

static double free_each_timed(void)
{
	TIMED(NR_FRAMES, free_each());
}

static double free_in_order(void)
{
	alloc_one_by_one();
	return free_each_timed();
}

static double free_shuffled(void)
{
	alloc_one_by_one();
	shuffle(held, NR_FRAMES);
	TIMED(NR_FRAMES, free_each());
}

/* Another CPU allocated them, and does nothing now. */
static double free_foreign(void)
{
	double ns;

	alloc_one_by_one();
	host_cpu_id = 1;
	ns = free_each_timed();
	host_cpu_id = 0;
	return ns;
}

static void nextfit_alloc_each(void)
{
	for (size_t i = 0; i < NR_FRAMES; i++)
		must(nextfit_alloc(&stack_held[i]));
}

static double nextfit_alloc_one_by_one(void)
{
	nextfit_reset(FIRST, NR_FRAMES);
	TIMED(NR_FRAMES, nextfit_alloc_each());
}

/*
 * At any fill, the frames to replace are chosen from the same number of frames (all over memory),
 * so that the cache misses of the benchmark's own array stay the same.
 */
#define REPLACED (1 << 17)

static void replace_each(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mc_pfn_t *place = &held[random_below(&random_state, REPLACED)];
		mc_pfn_t pfn;

		must(mc_frame_alloc(&pool, 0, &pfn));
		must(mc_frame_free(&pool, *place, 0));
		*place = pfn;
	}
}

static double replace(void)
{
	TIMED(NR_FRAMES, replace_each(NR_FRAMES));
}

static double replace_at_50(void)
{
	fill(50);
	replace();
	return replace();
}

static double replace_at_99(void)
{
	fill(99);
	replace();
	return replace();
}

static void stack_replace_each(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mc_pfn_t *place = &stack_held[random_below(&random_state, REPLACED)];
		mc_pfn_t pfn;

		must(stack_alloc(&pfn));
		must(stack_free(*place));
		*place = pfn;
	}
}

static double stack_replace(void)
{
	fill_stack(NR_FRAMES / 2);
	stack_replace_each(NR_FRAMES);
	TIMED(NR_FRAMES, stack_replace_each(NR_FRAMES));
}

static double pair_at_50(void)
{
	fill(50);
	return pair();
}

static double pair_at_99(void)
{
	fill(99);
	return pair();
}

/* Allocate and free what is free at this fill, 8192 frames at a time, in calls of BULK. */
#define SOME 8192

static void bulk_some(size_t rounds)
{
	static mc_pfn_t some[SOME];

	for (size_t i = 0; i < rounds; i++) {
		alloc_all(some, SOME, BULK);
		free_all(some, SOME, BULK);
	}
}

static double bulk_at_50(void)
{
	fill(50);
	bulk_some(4);
	TIMED(64 * SOME, bulk_some(64));
}

static double bulk_at_99(void)
{
	fill(99);
	bulk_some(4);
	TIMED(64 * SOME, bulk_some(64));
}

/* Threads. Each does the same work on its own half of memory; the time is that of the slowest. */

struct worker {
	void (*work)(struct worker *worker);
	unsigned int cpu;
	pthread_barrier_t *start;
	mc_pfn_t *frames; /* of its own */
	uint64_t random;
	uint64_t ns;
};

#define HALF (NR_FRAMES / 2)

static void work_pair(struct worker *worker)
{
	(void)worker;
	pairs(0, MANY);
}

static void work_bulk(struct worker *worker)
{
	for (unsigned int i = 0; i < 4; i++) {
		alloc_all(worker->frames, HALF, BULK);
		free_all(worker->frames, HALF, BULK);
	}
}

static void work_free_shuffled(struct worker *worker)
{
	for (size_t i = 0; i < HALF; i++)
		must(mc_frame_free(&pool, worker->frames[i], 0));
}

static void *run_worker(void *argument)
{
	struct worker *worker = argument;
	uint64_t start;

	host_cpu_id = worker->cpu;
	if (worker->work == work_free_shuffled)
		alloc_all(worker->frames, HALF, BULK);
	pthread_barrier_wait(worker->start);
	if (worker->work == work_free_shuffled && worker->cpu == 0)
		shuffle(held, HALF), shuffle(held + HALF, HALF);
	pthread_barrier_wait(worker->start);
	start = bench_now_ns();
	worker->work(worker);
	worker->ns = bench_now_ns() - start;
	return NULL;
}

static double run_threads(void (*work)(struct worker *worker), unsigned int count,
			  double operations)
{
	struct worker workers[NR_CPUS];
	pthread_t threads[NR_CPUS];
	pthread_barrier_t start;
	uint64_t slowest = 0;

	reset();
	pthread_barrier_init(&start, NULL, count);
	for (unsigned int i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.work = work, .cpu = i, .start = &start, .frames = held + i * HALF
		};
		must(-pthread_create(&threads[i], NULL, run_worker, &workers[i]));
	}
	for (unsigned int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		if (workers[i].ns > slowest)
			slowest = workers[i].ns;
	}
	pthread_barrier_destroy(&start);
	return (double)slowest / operations;
}

#define THREAD_LOOPS(name, work, operations)                                                       \
	static double name##_1(void)                                                               \
	{                                                                                          \
		return run_threads(work, 1, operations);                                           \
	}                                                                                          \
	static double name##_2(void)                                                               \
	{                                                                                          \
		return run_threads(work, 2, operations);                                           \
	}

THREAD_LOOPS(threads_pair, work_pair, MANY)
THREAD_LOOPS(threads_bulk, work_bulk, 4.0 * HALF)
THREAD_LOOPS(threads_free, work_free_shuffled, HALF)

static double metadata_bits(uint64_t frames)
{
	return (double)(mc_frame_metadata_size(FIRST, FIRST + frames) - 64) * 8 / (double)frames;
}

int main(int argc, char **argv)
{
	bench_heading();
	stack_reset(FIRST, NR_FRAMES);
	nextfit_reset(FIRST, NR_FRAMES);
	reset();
	bench_compare("pair", pair, stack_pair, 6);
	bench_compare("pair in an edge", pair_in_an_edge, stack_pair, 6);
	bench_compare("bulk alloc, per frame", bulk_alloc, stack_bulk_alloc, 6);
	bench_compare("bulk free, per frame", bulk_free, stack_bulk_free, 6);
	bench_compare("free in random order (limit: in order)", free_shuffled, free_in_order, 2);
	bench_compare("bulk free in random order, per frame", bulk_free_shuffled, NULL, 0);
	bench_compare("free another CPU's frames (limit: one's own)", free_foreign, free_in_order,
		      0);
	bench_compare("replace a random frame", replace_at_50, stack_replace, 3);
	reset();
	stack_reset(FIRST, NR_FRAMES);
	bench_compare("2 MiB pair", pair_2mib, stack_pair, 15);
	bench_compare("order 3 pair", pair_order_3, stack_pair, 0);
	bench_compare("1 GiB pair", pair_1gib, NULL, 0);
	bench_compare("pair at 99 % (limit: at 50 %)", pair_at_99, pair_at_50, 2);
	bench_compare("bulk alloc+free at 99 % (limit: at 50 %)", bulk_at_99, bulk_at_50, 2);
	bench_compare("replace at 99 % (limit: at 50 %)", replace_at_99, replace_at_50, 2.5);
	bench_compare("pair, 2 threads (limit: 1)", threads_pair_2, threads_pair_1, 1.25);
	bench_compare("bulk, 2 threads (limit: 1)", threads_bulk_2, threads_bulk_1, 1.25);
	bench_compare("free in random order, 2 threads (limit: 1)", threads_free_2, threads_free_1,
		      1.5);
	bench_compare("alloc one by one", alloc_one_by_one, nextfit_alloc_one_by_one, 0);
	nextfit_reset(FIRST, NR_FRAMES);
	bench_compare("next-fit bitmap: pair", nextfit_pair, stack_pair, 0);
	bench_value("metadata of 4 GiB beyond 64 bytes", "bits/frame", metadata_bits(NR_FRAMES),
		    1.13);
	bench_value("metadata of 2 MiB beyond 64 bytes", "bits/frame", metadata_bits(512), 1.13);
	bench_value("metadata of a CPU", "bytes", sizeof(struct mc_frame_cpu), 0);
	printf("%u targets missed\n", bench_missed());
	if (argc > 1 && !bench_write_json(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
