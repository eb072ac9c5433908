/* SPDX-License-Identifier: MIT */
/*
 * Suite "boot_memory_pieces": pieces of boot memory anywhere, which share frames with each other,
 * with memory that stays and with memory that is not RAM, are freed in any order and compared with
 * a model that checks each frame.
 */
#include <string.h>

#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/units.h>

#define NR_FRAMES 256
#define FIRMWARE  6
#define KEPT      3
#define PIECES    (BOOT_MODULES + 5)
#define RAW       (FIRMWARE + KEPT + PIECES)
#define ROUNDS    300
#define METADATA  (RAW * 256)

static struct mc_memmap_range raw[RAW], pool_ranges[RAW], usable[RAW];
static size_t nr_pool, nr_usable;
static bool is_released[PIECES];
static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[1];
static uint64_t metadata[METADATA / sizeof(uint64_t)];

/* The kernel's, here. */

struct mc_frame_pool *kernel_frames(void)
{
	return &pool;
}

const struct mc_memmap_range *memory_allocatable(size_t *count)
{
	*count = nr_pool;
	return pool_ranges;
}

const struct mc_memmap_range *memory_ranges(size_t *count)
{
	*count = nr_usable;
	return usable;
}

const struct mc_memmap_range *memory_boot(size_t *count)
{
	*count = PIECES;
	return &raw[FIRMWARE + KEPT];
}

bool memory_boot_is_released(size_t piece)
{
	return is_released[piece];
}

void memory_boot_set_released(size_t piece)
{
	is_released[piece] = true;
}

/* Half of them within a frame or two of a boundary, as loaders do; some empty. */
static struct mc_memmap_range any_range(struct ktest_run *t, uint64_t frames_max,
					enum mc_memmap_type type)
{
	uint64_t start = ktest_random(t) % (NR_FRAMES * MC_FRAME_SIZE);
	uint64_t size = ktest_random(t) % (frames_max * MC_FRAME_SIZE);

	if (ktest_random(t) % 2)
		start = align_down(start, MC_FRAME_SIZE);
	if (ktest_random(t) % 4 == 0)
		size = align_up(size, MC_FRAME_SIZE);
	if (ktest_random(t) % 16 == 0)
		size = 0;
	return (struct mc_memmap_range){ start, start + size, type };
}

static void choose(struct ktest_run *t)
{
	char *room = (char *)metadata;

	for (size_t i = 0; i < RAW; i++)
		raw[i] = i < FIRMWARE          ? any_range(t, NR_FRAMES, MC_MEMMAP_USABLE)
			 : i < FIRMWARE + KEPT ? any_range(t, 8, MC_MEMMAP_KERNEL)
					       : any_range(t, 32, MC_MEMMAP_MODULE);
	memcpy(usable, raw, sizeof(raw));
	memcpy(pool_ranges, raw, sizeof(raw));
	nr_usable = mc_memmap_normalise(usable, RAW, UINT64_MAX).nr_ranges;
	nr_pool = mc_memmap_normalise(pool_ranges, FIRMWARE + KEPT, UINT64_MAX).nr_ranges;
	memset(is_released, 0, sizeof(is_released));
	mc_frame_pool_init(&pool, cpus, 1);
	for (size_t i = 0; i < nr_pool; i++) {
		const mc_pfn_t start = pool_ranges[i].start / MC_FRAME_SIZE;
		const mc_pfn_t end = pool_ranges[i].end / MC_FRAME_SIZE;

		ASSERT_EQ(t, mc_frame_add_range(&pool, start, end, room), 0);
		room += mc_frame_metadata_size(start, end);
	}
	ASSERT_TRUE(t, room <= (char *)metadata + sizeof(metadata));
	boot_memory_take();
}

static bool touches(const struct mc_memmap_range *range, uint64_t frame)
{
	return range->start < range->end && range->start < (frame + 1) * MC_FRAME_SIZE &&
	       range->end > frame * MC_FRAME_SIZE;
}

/* Byte by byte: whether it is RAM, with nothing in it that stays. */
static bool belongs_to_the_pool(uint64_t frame)
{
	uint64_t at = frame * MC_FRAME_SIZE;
	bool moved = true;

	while (moved && at < (frame + 1) * MC_FRAME_SIZE) {
		moved = false;
		for (size_t i = 0; i < FIRMWARE; i++) {
			if (raw[i].start <= at && at < raw[i].end) {
				at = raw[i].end;
				moved = true;
			}
		}
	}
	for (size_t i = FIRMWARE; i < FIRMWARE + KEPT; i++)
		if (touches(&raw[i], frame))
			return false;
	return at >= (frame + 1) * MC_FRAME_SIZE;
}

static bool is_held(uint64_t frame)
{
	for (size_t i = 0; i < PIECES; i++)
		if (!is_released[i] && touches(&raw[FIRMWARE + KEPT + i], frame))
			return true;
	return false;
}

static uint64_t check(struct ktest_run *t)
{
	uint64_t nr_free = 0;

	for (uint64_t frame = 0; frame < 2 * NR_FRAMES + 1; frame++) {
		const int error = mc_frame_alloc_at(&pool, frame, 1);
		const int expected = !belongs_to_the_pool(frame) ? MC_ERR_FOREIGN
				     : is_held(frame)            ? MC_ERR_BUSY
								 : 0;

		EXPECT_EQ(t, error, expected);
		if (!error)
			EXPECT_EQ(t, mc_frame_free(&pool, frame, 0), 0);
		nr_free += expected == 0;
	}
	EXPECT_EQ(t, mc_frame_free_count(&pool), nr_free);
	return nr_free;
}

KTEST(boot_memory_pieces, each_frame_is_free_when_nobody_is_in_it)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t nr_free, bytes;

		choose(t);
		nr_free = check(t);
		for (unsigned int i = 0; i < PIECES; i++) {
			const uint64_t before = boot_memory_given_back();
			size_t piece = ktest_random(t) % PIECES;

			while (is_released[piece])
				piece = (piece + 1) % PIECES;
			ASSERT_EQ(t, boot_memory_release(piece, &bytes), 0);
			EXPECT_EQ(t, check(t), nr_free + bytes / MC_FRAME_SIZE);
			EXPECT_EQ(t, boot_memory_given_back(), before + bytes);
			EXPECT_EQ(t, boot_memory_release(piece, NULL), MC_ERR_DOUBLE_FREE);
			nr_free += bytes / MC_FRAME_SIZE;
		}
	}
}

KTEST(boot_memory_pieces, all_modules_at_once)
{
	uint64_t bytes;

	choose(t);
	ASSERT_EQ(t, boot_module_release(2, &bytes), 0);
	EXPECT_TRUE(t, is_released[BOOT_MODULES + 2]);
	boot_modules_release();
	for (size_t i = 0; i < PIECES; i++)
		EXPECT_TRUE(t, is_released[i] == (i >= BOOT_MODULES));
	check(t);
	EXPECT_EQ(t, boot_module_release(PIECES - BOOT_MODULES, NULL), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, boot_memory_release(PIECES, NULL), MC_ERR_NOT_FOUND);
}
