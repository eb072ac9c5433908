/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_threads": threads as CPUs, on one pool that is too small for them, so that they
 * compete for the last frames. The checker is an array of owners without synchronisation of its
 * own: no frame may have two, and under ThreadSanitizer the allocator alone must order each change
 * of owner.
 */
#include <pthread.h>
#include <stdlib.h>

#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "../../mm/frame/layout.h"

#define NR_THREADS 3
#define FIRST      (UINT64_C(0x40000) - 1300)
#define NR_FRAMES  4000
#define HELD_MAX   2600

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[NR_THREADS];
static uint64_t metadata[2][NR_FRAMES];
static uint8_t owner[NR_FRAMES];
static unsigned int nr_rounds;

struct block {
	mc_pfn_t pfn;
	unsigned int order;
};

struct worker {
	unsigned int id; /* from 1 */
	uint64_t random;
	struct block held[HELD_MAX];
	unsigned int nr_held;
	unsigned int nr_wrong;
	pthread_t thread;
};

/* Blocks on their way from one thread to another. */
static struct block mailbox[64];
static unsigned int nr_mail;
static pthread_mutex_t mailbox_mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t pick(struct worker *worker, uint64_t bound)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return worker->random % bound;
}

static void own(struct worker *worker, mc_pfn_t pfn, unsigned int order, unsigned int from,
		unsigned int to)
{
	for (mc_pfn_t i = pfn - FIRST; i < pfn - FIRST + mc_frame_order_count(order); i++) {
		worker->nr_wrong += i >= NR_FRAMES || owner[i] != from;
		owner[i] = (uint8_t)to;
	}
}

static void take(struct worker *worker, mc_pfn_t pfn, unsigned int order)
{
	own(worker, pfn, order, 0, worker->id);
	worker->held[worker->nr_held++] = (struct block){ pfn, order };
}

static void alloc(struct worker *worker)
{
	const unsigned int order = pick(worker, 16) ? 0 : (unsigned int)pick(worker, 10);
	mc_pfn_t frames[40], pfn;
	const size_t count = 1 + pick(worker, ARRAY_SIZE(frames));

	if (worker->nr_held + ARRAY_SIZE(frames) > HELD_MAX)
		return;
	switch (pick(worker, 64)) {
	case 0:
		if (mc_frame_alloc_bulk(&pool, frames, count))
			break;
		for (size_t i = 0; i < count; i++)
			take(worker, frames[i], 0);
		break;
	case 1:
		if (mc_frame_alloc_run(&pool, count, 2, UINT64_MAX, &pfn))
			break;
		for (size_t i = 0; i < count; i++)
			take(worker, pfn + i, 0);
		break;
	case 2: (void)mc_frame_usage(&pool, 0, UINT64_MAX); break;
	default:
		if (mc_frame_alloc(&pool, order, &pfn) == 0)
			take(worker, pfn, order);
		break;
	}
}

static struct block take_out(struct worker *worker)
{
	const unsigned int i = (unsigned int)pick(worker, worker->nr_held);
	const struct block block = worker->held[i];

	worker->held[i] = worker->held[--worker->nr_held];
	return block;
}

static void release(struct worker *worker)
{
	struct block block;

	if (!worker->nr_held)
		return;
	block = take_out(worker);
	own(worker, block.pfn, block.order, worker->id, 0);
	worker->nr_wrong += mc_frame_free(&pool, block.pfn, block.order) != 0;
}

/* Post one of our blocks, and get one that may be another thread's. */
static void exchange(struct worker *worker)
{
	struct block block;

	if (!worker->nr_held)
		return;
	block = take_out(worker);
	own(worker, block.pfn, block.order, worker->id, 0x80);
	pthread_mutex_lock(&mailbox_mutex);
	if (nr_mail < ARRAY_SIZE(mailbox)) {
		mailbox[nr_mail++] = block;
		block = mailbox[pick(worker, nr_mail)];
		for (unsigned int i = 0; i < nr_mail; i++)
			if (mailbox[i].pfn == block.pfn)
				mailbox[i] = mailbox[nr_mail - 1];
		nr_mail -= nr_mail > ARRAY_SIZE(mailbox) / 2;
		if (nr_mail && mailbox[nr_mail - 1].pfn == block.pfn)
			nr_mail--;
	}
	pthread_mutex_unlock(&mailbox_mutex);
	own(worker, block.pfn, block.order, 0x80, worker->id);
	worker->held[worker->nr_held++] = block;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	host_cpu_id = worker->id - 1;
	for (unsigned int i = 0; i < nr_rounds; i++) {
		/* Turns of taking and giving, not all threads at once. */
		const bool greedy = (i / 4000 + worker->id) % 3 != 0;

		if (pick(worker, 16) == 0)
			exchange(worker);
		else if (pick(worker, 16) < (greedy ? 10u : 4u))
			alloc(worker);
		else
			release(worker);
	}
	while (worker->nr_held)
		release(worker);
	return NULL;
}

/* Two ranges, which share a chunk at the boundary of an area. */
static void start(struct ktest_run *t)
{
	const mc_pfn_t middle = FIRST + 1000;

	mc_frame_pool_init(&pool, cpus, NR_THREADS);
	EXPECT_EQ(t, mc_frame_add_range(&pool, FIRST, middle, metadata[0]), 0);
	EXPECT_EQ(t, mc_frame_add_range(&pool, middle, FIRST + NR_FRAMES, metadata[1]), 0);
}

KTEST(frame_threads, no_frame_is_owned_twice)
{
	static struct worker workers[NR_THREADS];
	const char *wanted = getenv("FRAME_ROUNDS");
	struct mc_frame_stats stats;

	nr_rounds = wanted ? (unsigned int)strtoul(wanted, NULL, 0) : 60000;
	start(t);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		workers[i] = (struct worker){ .id = i + 1, .random = ktest_random(t) | 1 };
		ASSERT_EQ(t, pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		EXPECT_EQ(t, workers[i].nr_wrong, 0);
	}
	for (; nr_mail; nr_mail--)
		EXPECT_EQ(
			t,
			mc_frame_free(&pool, mailbox[nr_mail - 1].pfn, mailbox[nr_mail - 1].order),
			0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, NR_FRAMES);
	EXPECT_EQ(t, mc_frame_free_count(&pool), NR_FRAMES);
}

/* Any thread can allocate every frame, although others own chunks and then do nothing. */
static pthread_barrier_t turn;

static void *claim_and_sleep(void *argument)
{
	struct worker *worker = argument;
	mc_pfn_t pfn;

	host_cpu_id = worker->id - 1;
	worker->nr_wrong += mc_frame_alloc(&pool, 0, &pfn) != 0;
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
	worker->nr_wrong += mc_frame_free(&pool, pfn, 0) != 0;
	return NULL;
}

KTEST(frame_threads, idle_caches_keep_nothing_back)
{
	struct worker *idle = calloc(1, sizeof(*idle));
	static mc_pfn_t held[NR_FRAMES];
	unsigned int count = 0;
	mc_pfn_t pfn;

	ASSERT_TRUE(t, idle);
	start(t);
	idle->id = 2;
	pthread_barrier_init(&turn, NULL, 2);
	ASSERT_EQ(t, pthread_create(&idle->thread, NULL, claim_and_sleep, idle), 0);
	pthread_barrier_wait(&turn);
	while (count < NR_FRAMES && mc_frame_alloc(&pool, 0, &held[count]) == 0)
		count++;
	EXPECT_EQ(t, count, NR_FRAMES - 1);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, mc_frame_free_bulk(&pool, held, count, NULL), 0);
	pthread_barrier_wait(&turn);
	pthread_join(idle->thread, NULL);
	EXPECT_EQ(t, idle->nr_wrong, 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), NR_FRAMES);
	free(idle);
}

/* If two threads free the same frame at the same time, exactly one succeeds. */
struct duel {
	pthread_t thread;
	unsigned int cpu;
	unsigned int nr_freed, nr_double, nr_other;
};

static mc_pfn_t contested;
static unsigned int nr_ready;
#define DUELS 20000

/* Both leave this at nearly the same moment, which a pthread barrier does not give. */
static void meet(unsigned int *round)
{
	*round += 2;
	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&nr_ready, __ATOMIC_SEQ_CST) < *round)
		mc_cpu_relax();
}

static void *duel(void *argument)
{
	struct duel *self = argument;
	unsigned int round = 0;

	host_cpu_id = self->cpu;
	for (unsigned int i = 0; i < DUELS; i++) {
		int result;

		if (self->cpu == 0)
			self->nr_other += mc_frame_alloc(&pool, 0, &contested) != 0;
		meet(&round);
		result = mc_frame_free(&pool, contested, 0);
		self->nr_freed += result == 0;
		self->nr_double += result == MC_ERR_DOUBLE_FREE;
		meet(&round);
	}
	return NULL;
}

KTEST(frame_threads, one_of_two_frees_is_right)
{
	struct duel duels[2] = { { .cpu = 0 }, { .cpu = 1 } };

	start(t);
	nr_ready = 0;
	for (unsigned int i = 0; i < 2; i++)
		ASSERT_EQ(t, pthread_create(&duels[i].thread, NULL, duel, &duels[i]), 0);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(duels[i].thread, NULL);
	EXPECT_EQ(t, duels[0].nr_freed + duels[1].nr_freed, DUELS);
	EXPECT_EQ(t, duels[0].nr_double + duels[1].nr_double, DUELS);
	EXPECT_EQ(t, duels[0].nr_other, 0);
	EXPECT_EQ(t, mc_frame_free_count(&pool), NR_FRAMES);
}

/*
 * One thread allocates, the other frees what the first hands over, into the words that the first
 * takes frames from: a bit that is set while its neighbour is cleared must not undo that.
 */
#define PIPE_SLOTS  256
#define PIPE_FRAMES 2000000

static struct {
	mc_pfn_t slots[PIPE_SLOTS];
	uint32_t nr_put, nr_got;
} pipe_of_frames;

static void *free_from_pipe(void *argument)
{
	struct duel *self = argument;

	host_cpu_id = self->cpu;
	for (uint32_t i = 0; i < PIPE_FRAMES; i++) {
		while (__atomic_load_n(&pipe_of_frames.nr_put, __ATOMIC_ACQUIRE) == i)
			mc_cpu_relax();
		self->nr_other +=
			mc_frame_free(&pool, pipe_of_frames.slots[i % PIPE_SLOTS], 0) != 0;
		__atomic_store_n(&pipe_of_frames.nr_got, i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

KTEST(frame_threads, frames_freed_by_another_are_not_lost)
{
	struct duel other = { .cpu = 1 };
	struct mc_frame_stats stats;
	unsigned int nr_bad = 0;

	start(t);
	pipe_of_frames.nr_put = pipe_of_frames.nr_got = 0;
	ASSERT_EQ(t, pthread_create(&other.thread, NULL, free_from_pipe, &other), 0);
	for (uint32_t i = 0; i < PIPE_FRAMES; i++) {
		while (i - __atomic_load_n(&pipe_of_frames.nr_got, __ATOMIC_ACQUIRE) == PIPE_SLOTS)
			mc_cpu_relax();
		nr_bad += mc_frame_alloc(&pool, 0, &pipe_of_frames.slots[i % PIPE_SLOTS]) != 0;
		__atomic_store_n(&pipe_of_frames.nr_put, i + 1, __ATOMIC_RELEASE);
	}
	pthread_join(other.thread, NULL);
	EXPECT_EQ(t, nr_bad, 0);
	EXPECT_EQ(t, other.nr_other, 0);
	mc_frame_stats(&pool, &stats);
	EXPECT_EQ(t, stats.nr_free, NR_FRAMES);
}
