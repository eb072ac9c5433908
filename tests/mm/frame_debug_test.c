/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_debug": what CONFIG_DEBUG_CHECKS adds to the frame allocator; skipped without it. Here
 * frames have bytes. A panic ends a process of its own.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/frame.h>

#define FIRST     UINT64_C(0x777)
#define NR_FRAMES 1500

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[1];
static uint64_t metadata[1000];
static unsigned char memory[NR_FRAMES][MC_FRAME_SIZE];
static struct misuse {
	int error;
	mc_pfn_t pfn;
	unsigned int order;
} last_misuse;

static void *bytes(mc_pfn_t pfn)
{
	return memory[pfn - FIRST];
}

static void on_misuse(int error, mc_pfn_t pfn, unsigned int order)
{
	last_misuse = (struct misuse){ error, pfn, order };
}

static bool start(struct ktest_run *t)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "needs CONFIG_DEBUG_CHECKS");
		return false;
	}
	mc_frame_pool_init(&pool, cpus, 1);
	pool.bytes = bytes;
	pool.on_misuse = on_misuse;
	last_misuse = (struct misuse){ 0 };
	memset(memory, 0x33, sizeof(memory));
	memset(metadata, 0x21, sizeof(metadata));
	EXPECT_TRUE(t, mc_frame_metadata_size(FIRST, FIRST + NR_FRAMES) <= sizeof(metadata));
	EXPECT_EQ(t, mc_frame_add_range(&pool, FIRST, FIRST + NR_FRAMES, metadata), 0);
	return true;
}

static void expect_told(struct ktest_run *t, int error, mc_pfn_t pfn, unsigned int order)
{
	EXPECT_EQ(t, last_misuse.error, error);
	EXPECT_EQ(t, last_misuse.pfn, pfn);
	EXPECT_EQ(t, last_misuse.order, order);
}

KTEST(frame_debug, mistakes_are_told)
{
	mc_pfn_t pfn, frames[2];

	if (!start(t))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), 0);
	expect_told(t, 0, 0, 0);
	EXPECT_EQ(t, mc_frame_free(&pool, pfn, 0), MC_ERR_DOUBLE_FREE);
	expect_told(t, MC_ERR_DOUBLE_FREE, pfn, 0);
	EXPECT_EQ(t, mc_frame_free(&pool, FIRST - 8, 3), MC_ERR_MISALIGNED);
	expect_told(t, MC_ERR_MISALIGNED, FIRST - 8, 3);
	EXPECT_EQ(t, mc_frame_free(&pool, FIRST, 19), MC_ERR_INVALID);
	expect_told(t, MC_ERR_INVALID, FIRST, 19);
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &frames[0]), 0);
	frames[1] = FIRST + NR_FRAMES;
	EXPECT_EQ(t, mc_frame_free_bulk(&pool, frames, 2, NULL), MC_ERR_FOREIGN);
	expect_told(t, MC_ERR_FOREIGN, frames[1], 0);
}

/* Even where single frames and blocks share a chunk, because memory was short. */
KTEST(frame_debug, orders_are_exact_when_mixed)
{
	mc_pfn_t block, pfn, single = 0;

	if (!start(t))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 4, &block), 0);
	while (mc_frame_alloc(&pool, 0, &pfn) == 0)
		single = pfn - pfn % 8 >= FIRST ? pfn - pfn % 8 : single;
	EXPECT_EQ(t, mc_frame_free(&pool, block, 0), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block + 1, 0), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, single, 3), MC_ERR_WRONG_ORDER);
	EXPECT_EQ(t, mc_frame_free(&pool, block, 4), 0);
}

/* In a process of its own, which a panic ends. */
static bool panics(void (*body)(void))
{
	int status = 0;
	const pid_t child = fork();

	if (child == 0) {
		/* The panic's text is not of interest. */
		close(STDERR_FILENO);
		body();
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* Free a frame, perhaps write to it, allocate until it comes again. */
static mc_pfn_t victim;
static bool is_written;

static void reuse(void)
{
	mc_pfn_t pfn;

	if (mc_frame_free(&pool, victim, 0))
		_exit(2);
	if (is_written)
		memory[victim - FIRST][4095] ^= 1;
	while (mc_frame_alloc(&pool, 0, &pfn) == 0)
		continue;
}

KTEST(frame_debug, a_write_to_a_free_frame_is_found)
{
	if (!start(t))
		return;
	ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &victim), 0);
	is_written = false;
	EXPECT_TRUE(t, !panics(reuse));
	is_written = true;
	EXPECT_TRUE(t, panics(reuse));
}

static void give_back_the_lock(void)
{
	mc_spin_unlock(&pool.lock);
}

/* Nor one that another CPU holds. */
static void give_back_anothers_lock(void)
{
	mc_spin_lock(&pool.lock);
	host_cpu_id++;
	mc_spin_unlock(&pool.lock);
}

static void take_and_give_back(void)
{
	mc_spin_lock(&pool.lock);
	mc_spin_unlock(&pool.lock);
}

KTEST(frame_debug, a_lock_that_is_not_held_is_not_given_back)
{
	if (!start(t))
		return;
	EXPECT_TRUE(t, panics(give_back_the_lock));
	EXPECT_TRUE(t, panics(give_back_anothers_lock));
	EXPECT_TRUE(t, !panics(take_and_give_back));
}

/* In each chunk, which was all in use: the first frame that is freed, and the next. */
KTEST(frame_debug, freed_frames_can_be_had_again)
{
	static mc_pfn_t frames[NR_FRAMES];
	const size_t distance = 300, count = NR_FRAMES / distance;
	mc_pfn_t pfn;

	if (!start(t))
		return;
	for (size_t i = 0; i < NR_FRAMES; i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, 0, &frames[i]), 0);
	for (size_t i = 0; i < count; i++)
		EXPECT_EQ(t, mc_frame_free(&pool, FIRST + i * distance, 0), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(cpus[0].slots); i++)
		ASSERT_EQ(t, cpus[0].partial[i], cpus[0].slots[i].nr_free != 0);
	for (size_t i = 0; i < count; i++)
		EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), 0);
	EXPECT_EQ(t, mc_frame_alloc(&pool, 0, &pfn), MC_ERR_NO_MEMORY);
}

KTEST(frame_debug, free_frames_are_never_written_otherwise)
{
	static unsigned char pattern[MC_FRAME_SIZE];
	mc_pfn_t held[100];

	if (!start(t))
		return;
	memset(pattern, 0x33, sizeof(pattern));
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		ASSERT_EQ(t, mc_frame_alloc(&pool, i % 3, &held[i]), 0);
	for (unsigned int i = 0; i < NR_FRAMES; i++)
		ASSERT_EQ(t, memcmp(memory[i], pattern, MC_FRAME_SIZE), 0);
	mc_frame_zero(&pool, held[0], 0);
	EXPECT_EQ(t, memory[held[0] - FIRST][0] | memory[held[0] - FIRST][4095], 0);
}
