/* SPDX-License-Identifier: MIT */
/*
 * Suite "memmap": all small maps, and random ones, against two models: a byte-by-byte one over a
 * small universe, and memmap_model.h's over 64-bit addresses.
 */
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/memmap.h>

#include "memmap_model.h"

#define U MC_MEMMAP_USABLE
#define R MC_MEMMAP_RESERVED

#define MAX_RANGES 24
#define NO_LIMIT   UINT64_MAX

/* Static: the kernel's stack is small, and tests run one at a time. */
static struct mc_memmap_range result[MAX_RANGES];
static uint64_t points[MEMMAP_MODEL_POINTS(MAX_RANGES)];

static struct mc_memmap_summary normalise(const struct mc_memmap_range *ranges, size_t count,
					  uint64_t limit)
{
	for (size_t i = 0; i < count; i++)
		result[i] = ranges[i];
	return mc_memmap_normalise(result, count, limit);
}

/* Expect of mc_memmap_find(), with frame alignment, what the normalised ranges say. */
static bool expect_find_agrees(struct ktest_run *t, const struct mc_memmap_range *ranges,
			       size_t count, uint64_t min, uint64_t limit, uint64_t nr_frames)
{
	const struct mc_memmap_summary summary = normalise(ranges, count, limit);
	const uint64_t size = nr_frames * MC_FRAME_SIZE;
	uint64_t found;
	int error = memmap_find_in(ranges, count, size, MC_FRAME_SIZE, min, limit, &found);

	for (size_t i = 0; i < summary.nr_ranges; i++) {
		uint64_t start = result[i].start;

		if (min >= result[i].end)
			continue;
		start = start < min ? align_up(min, MC_FRAME_SIZE) : start;
		if (result[i].end - start >= size)
			return EXPECT_EQ(t, error, 0) && EXPECT_EQ(t, found, start);
	}
	return EXPECT_EQ(t, error, MC_ERR_NOT_FOUND);
}

/* Expect of mc_memmap_normalise() what the model says. */
static bool expect_model(struct ktest_run *t, const struct mc_memmap_range *ranges, size_t count,
			 uint64_t limit)
{
	const struct memmap_model model = memmap_model_make(ranges, count, limit, points);
	const struct mc_memmap_summary summary = normalise(ranges, count, limit);

	return EXPECT_STR(t, memmap_model_check(&model, limit, result, summary), NULL);
}

/* Where a random test failed: the map, so that it can become an example above. */
static void note_map(struct ktest_run *t, const struct mc_memmap_range *ranges, size_t count,
		     uint64_t limit)
{
	ktest_note(t, "limit %#lx", limit);
	for (size_t i = 0; i < count; i++)
		ktest_note(t, "{ %#lx, %#lx, %u },", ranges[i].start, ranges[i].end,
			   ranges[i].type);
}

/* All maps of three ranges whose bounds lie on half frames: every way to touch and overlap. */
#define HALVES 5

static struct mc_memmap_range numbered_range(unsigned int number)
{
	return (struct mc_memmap_range){
		.start = number / 2 % HALVES * (MC_FRAME_SIZE / 2),
		.end = number / 2 / HALVES % HALVES * (MC_FRAME_SIZE / 2),
		.type = number % 2 ? U : R,
	};
}

KTEST(memmap, every_small_map_agrees_with_the_model)
{
	const unsigned int nr = HALVES * HALVES * 2;

	for (unsigned int i = 0; i < nr * nr * nr; i++) {
		const struct mc_memmap_range ranges[] = {
			numbered_range(i % nr),
			numbered_range(i / nr % nr),
			numbered_range(i / nr / nr),
		};
		const uint64_t limit = i % 3 ? NO_LIMIT : MC_FRAME_SIZE;

		/* Which is empty, like start == end, and would be most of the time. */
		if (ranges[0].start > ranges[0].end || ranges[1].start > ranges[1].end ||
		    ranges[2].start > ranges[2].end)
			continue;
		if (!expect_model(t, ranges, 3, limit)) {
			note_map(t, ranges, 3, limit);
			return;
		}
	}
}

/* One flag byte for each byte of a small universe. */
#define NR_FRAMES 8
#define COVERED   1
#define BLOCKED   2

static uint8_t bytes[NR_FRAMES * MC_FRAME_SIZE];

static void mark_bytes(const struct mc_memmap_range *ranges, size_t count)
{
	for (size_t b = 0; b < sizeof(bytes); b++)
		bytes[b] = 0;
	for (size_t i = 0; i < count; i++)
		for (uint64_t b = ranges[i].start; b < ranges[i].end; b++)
			bytes[b] |= ranges[i].type == U ? COVERED : BLOCKED;
}

static bool bytes_usable(uint64_t start, uint64_t size)
{
	for (uint64_t b = start; b < start + size; b++)
		if (b >= sizeof(bytes) || bytes[b] != COVERED)
			return false;
	return true;
}

/* A bound in [0, size): half of them on multiples of size / parts. */
static uint64_t random_bound(struct ktest_run *t, uint64_t size, uint64_t parts)
{
	return ktest_random(t) % 2 ? ktest_random_below(t, parts + 1) * (size / parts)
				   : ktest_random_below(t, size + 1);
}

static size_t random_ranges(struct ktest_run *t, struct mc_memmap_range *ranges, uint64_t size,
			    uint64_t parts)
{
	const size_t count = ktest_random_below(t, MAX_RANGES + 1);

	for (size_t i = 0; i < count; i++)
		ranges[i] = (struct mc_memmap_range){
			.start = random_bound(t, size, parts),
			.end = random_bound(t, size, parts),
			.type = ktest_random_below(t, 3) ? U : R,
		};
	return count;
}

KTEST(memmap, random_maps_agree_byte_by_byte)
{
	struct mc_memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, sizeof(bytes), NR_FRAMES);
		const struct mc_memmap_summary summary = normalise(ranges, count, NO_LIMIT);
		size_t at = 0;

		mark_bytes(ranges, count);
		for (uint64_t frame = 0; frame < NR_FRAMES; frame++) {
			const uint64_t start = frame * MC_FRAME_SIZE;

			while (at < summary.nr_ranges && result[at].end <= start)
				at++;
			ASSERT_EQ(t, at < summary.nr_ranges && result[at].start <= start,
				  bytes_usable(start, MC_FRAME_SIZE));
		}
		ASSERT_TRUE(t, expect_model(t, ranges, count, NO_LIMIT));
	}
}

/* An address that a firmware map might hold, or one that breaks sums. */
static uint64_t random_address(struct ktest_run *t)
{
	static const uint64_t near[] = { 0, MIB(1), GIB(4), TIB(1), UINT64_C(1) << 52, UINT64_MAX };
	const uint64_t address = near[ktest_random_below(t, ARRAY_SIZE(near))];
	const uint64_t distance = ktest_random_below(t, 16) * (ktest_random(t) % 2 ? 0x800 : 1);

	switch (ktest_random_below(t, 4)) {
	case 0: return ktest_random(t);
	case 1: return address - distance;
	default: return address + distance;
	}
}

KTEST(memmap, random_64_bit_maps_agree_with_the_model)
{
	struct mc_memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 2000; round++) {
		const size_t count = ktest_random_below(t, MAX_RANGES + 1);
		const uint64_t limit = random_address(t), min = random_address(t);

		for (size_t i = 0; i < count; i++) {
			const uint64_t start = random_address(t);
			const uint64_t length = random_address(t) - start;
			const uint32_t type = ktest_random_below(t, 4) ? U : R;

			ranges[i] = mc_memmap_from_length(start, length, type);
		}
		if (!expect_model(t, ranges, count, limit) ||
		    !expect_find_agrees(t, ranges, count, min, limit,
					1 + ktest_random_below(t, 4))) {
			note_map(t, ranges, count, limit);
			return;
		}
	}
}

/* Expect that normalising `ranges` gives these ranges and sizes. */
static bool expect_same(struct ktest_run *t, const struct mc_memmap_range *ranges, size_t count,
			uint64_t limit, const struct mc_memmap_range *want,
			struct mc_memmap_summary want_summary)
{
	const struct mc_memmap_summary summary = normalise(ranges, count, limit);
	bool ok = EXPECT_EQ(t, summary.nr_ranges, want_summary.nr_ranges) &&
		  EXPECT_EQ(t, summary.usable, want_summary.usable) &&
		  EXPECT_EQ(t, summary.beyond_limit, want_summary.beyond_limit);

	for (size_t i = 0; ok && i < summary.nr_ranges; i++)
		ok = EXPECT_EQ(t, result[i].start, want[i].start) &&
		     EXPECT_EQ(t, result[i].end, want[i].end);
	return ok;
}

KTEST(memmap, the_order_of_the_ranges_does_not_matter)
{
	struct mc_memmap_range ranges[MAX_RANGES], want[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, GIB(8), 16);
		const struct mc_memmap_summary summary = normalise(ranges, count, GIB(6));

		for (size_t i = 0; i < summary.nr_ranges; i++)
			want[i] = result[i];
		for (size_t i = count; i > 1; i--) {
			const size_t other = ktest_random_below(t, i);
			const struct mc_memmap_range swapped = ranges[i - 1];

			ranges[i - 1] = ranges[other];
			ranges[other] = swapped;
		}
		ASSERT_TRUE(t, expect_same(t, ranges, count, GIB(6), want, summary));
	}
}

KTEST(memmap, normalising_twice_changes_nothing)
{
	struct mc_memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, MIB(1), 16);
		const struct mc_memmap_summary summary = normalise(ranges, count, NO_LIMIT);

		for (size_t i = 0; i < summary.nr_ranges; i++)
			ranges[i] = result[i];
		ASSERT_TRUE(t,
			    expect_same(t, ranges, summary.nr_ranges, NO_LIMIT, ranges, summary));
	}
}

/* In a universe of few bytes, where every place can be tried. */
#define FIND_BYTES 256

KTEST(memmap, find_agrees_byte_by_byte)
{
	struct mc_memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 1000; round++) {
		const size_t count = random_ranges(t, ranges, FIND_BYTES, 16) / (1 + round % 3);
		const uint64_t align = UINT64_C(1) << ktest_random_below(t, 6);
		const uint64_t size = 1 + ktest_random_below(t, 40);
		const uint64_t min = ktest_random_below(t, FIND_BYTES / 2);
		const uint64_t limit = ktest_random_below(t, FIND_BYTES * 2);
		uint64_t found, want = align_up(min, align);
		const int error = memmap_find_in(ranges, count, size, align, min, limit, &found);

		mark_bytes(ranges, count);
		while (want + size <= limit && !bytes_usable(want, size))
			want += align;
		ASSERT_EQ(t, error, want + size <= limit ? 0 : MC_ERR_NOT_FOUND);
		if (!error)
			ASSERT_EQ(t, found, want);
	}
}
