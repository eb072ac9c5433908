/* SPDX-License-Identifier: MIT */
/*
 * Suite "memmap": each rule of mercator/memmap.h by an example, then random maps against two
 * models: a byte-by-byte one over a small universe, and memmap_model.h's over 64-bit addresses.
 */
#include <mercator/ktest.h>
#include <mercator/memmap.h>
#include <mercator/string.h>

#include "memmap_model.h"

#define U MEMMAP_USABLE
#define R MEMMAP_RESERVED

#define MAX_RANGES 24
#define NO_LIMIT   UINT64_MAX

/* Static: the kernel's stack is small, and tests run one at a time. */
static struct memmap_range result[MAX_RANGES];
static uint64_t points[MEMMAP_MODEL_POINTS(MAX_RANGES)];

static struct memmap_summary normalise(const struct memmap_range *ranges, size_t count,
				       uint64_t limit)
{
	for (size_t i = 0; i < count; i++)
		result[i] = ranges[i];
	return memmap_normalise(result, count, limit);
}

/* Normalise `ranges` and expect exactly `want`. */
static bool expect_ranges(struct ktest_run *t, const struct memmap_range *ranges, size_t count,
			  uint64_t limit, const struct memmap_range *want, size_t nr_want)
{
	const struct memmap_summary summary = normalise(ranges, count, limit);
	uint64_t usable = 0;
	bool ok = EXPECT_EQ(t, summary.nr_ranges, nr_want);

	for (size_t i = 0; ok && i < nr_want; i++) {
		ok = EXPECT_EQ(t, result[i].start, want[i].start) &&
		     EXPECT_EQ(t, result[i].end, want[i].end) && EXPECT_EQ(t, result[i].type, U);
		usable += want[i].end - want[i].start;
	}
	return ok && EXPECT_EQ(t, summary.usable, usable);
}

#define EXPECT_RANGES(t, in, limit, ...)                                                           \
	do {                                                                                       \
		const struct memmap_range want_[] = { __VA_ARGS__ };                               \
		if (!expect_ranges((t), (in), ARRAY_SIZE(in), (limit), want_, ARRAY_SIZE(want_)))  \
			FAIL((t), "see above");                                                    \
	} while (0)

KTEST(memmap, lengths_become_ranges)
{
	struct memmap_range range = memmap_from_length(0x1000, 0x2000, 1);

	EXPECT_EQ(t, range.start, 0x1000);
	EXPECT_EQ(t, range.end, 0x3000);
	EXPECT_EQ(t, range.type, U);
	EXPECT_EQ(t, memmap_from_length(0x5000, 0, 2).end, 0x5000);
	EXPECT_EQ(t, memmap_from_length(0x5000, 0, 20).type, 20);
}

KTEST(memmap, wrapping_lengths_are_clamped)
{
	const uint64_t top = UINT64_MAX - 0xfff;

	EXPECT_EQ(t, memmap_from_length(top, 0x1000, 2).end, UINT64_MAX);
	EXPECT_EQ(t, memmap_from_length(top, 0xfff, 2).end, UINT64_MAX);
	EXPECT_EQ(t, memmap_from_length(top, 0x1001, 2).end, UINT64_MAX);
	EXPECT_EQ(t, memmap_from_length(0x1000, UINT64_MAX, 2).end, UINT64_MAX);
	EXPECT_EQ(t, memmap_from_length(0, UINT64_MAX, 2).end, UINT64_MAX);
	EXPECT_EQ(t, memmap_from_length(UINT64_MAX, 1, 2).end, UINT64_MAX);
}

KTEST(memmap, firmware_cannot_use_our_types)
{
	EXPECT_EQ(t, memmap_from_length(0, 1, MEMMAP_KERNEL).type, R);
	EXPECT_EQ(t, memmap_from_length(0, 1, MEMMAP_MEMORY_MAP).type, R);
	EXPECT_EQ(t, memmap_from_length(0, 1, MEMMAP_OWN_FIRST - 1).type, MEMMAP_OWN_FIRST - 1);
	EXPECT_EQ(t, memmap_from_length(0, 1, MEMMAP_OWN_LAST + 1).type, MEMMAP_OWN_LAST + 1);
	EXPECT_EQ(t, memmap_from_length(0, 1, UINT32_MAX).type, UINT32_MAX);
}

KTEST(memmap, types_have_names)
{
	EXPECT_STR(t, memmap_type_name(MEMMAP_USABLE), "usable");
	EXPECT_STR(t, memmap_type_name(MEMMAP_DEFECTIVE), "defective");
	EXPECT_STR(t, memmap_type_name(MEMMAP_BOOT_INFORMATION), "boot information");
	EXPECT_STR(t, memmap_type_name(memmap_from_length(0, 0, 20).type), "other");
	EXPECT_STR(t, memmap_type_name(memmap_from_length(0, 0, 0).type), "other");
}

KTEST(memmap, nothing_gives_nothing)
{
	const struct memmap_range empty[] = { { 0x1000, 0x1000, U }, { 0x3000, 0x2000, U } };

	EXPECT_EQ(t, memmap_normalise(NULL, 0, NO_LIMIT).nr_ranges, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).nr_ranges, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).usable, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).beyond_limit, 0);
}

KTEST(memmap, sorts)
{
	const struct memmap_range in[] = {
		{ 0x9000, 0xa000, U },
		{ 0x1000, 0x2000, U },
		{ 0x5000, 0x7000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x2000, U }, { 0x5000, 0x7000, U },
		      { 0x9000, 0xa000, U });
}

KTEST(memmap, merges_what_touches_or_overlaps)
{
	const struct memmap_range in[] = {
		{ 0x3000, 0x5000, U }, { 0x1000, 0x3000, U }, { 0x4000, 0x8000, U },
		{ 0x2000, 0x3000, U }, { 0x9000, 0xa000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x8000, U }, { 0x9000, 0xa000, U });
}

KTEST(memmap, rounds_inward)
{
	const struct memmap_range in[] = {
		{ 0x1001, 0x3fff, U }, /* one whole frame in it */
		{ 0x5001, 0x6fff, U }, /* none */
		{ 0x8800, 0x8900, U }, /* inside one frame */
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x2000, 0x3000, U });
}

KTEST(memmap, merges_before_it_rounds)
{
	const struct memmap_range in[] = { { 0x1000, 0x1800, U }, { 0x1800, 0x2000, U } };
	const struct memmap_range gap[] = { { 0x1000, 0x1800, U }, { 0x1801, 0x3000, U } };

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x2000, U });
	EXPECT_RANGES(t, gap, NO_LIMIT, { 0x2000, 0x3000, U });
}

KTEST(memmap, other_types_win)
{
	static const uint32_t types[] = { 0, 2, 3, 4, 5, 6, 7, 12, 20, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct memmap_range in[] = {
			{ 0x0000, 0x9000, U },
			memmap_from_length(0x3000, 0x2000, types[i]),
			{ 0x2000, 0x8000, U },
		};

		EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x3000, U }, { 0x5000, 0x9000, U });
	}
}

KTEST(memmap, a_blocked_byte_blocks_its_frame)
{
	const struct memmap_range in[] = {
		{ 0x0000, 0x9000, U },
		{ 0x2fff, 0x3001, MEMMAP_KERNEL }, /* one byte each of two frames */
		{ 0x6123, 0x6124, MEMMAP_MODULE },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x2000, U }, { 0x4000, 0x6000, U },
		      { 0x7000, 0x9000, U });
}

KTEST(memmap, empty_ranges_change_nothing)
{
	const struct memmap_range in[] = {
		{ 0x1000, 0x5000, U },
		{ 0x2800, 0x2800, R }, /* empty */
		{ 0x3800, 0x2000, R }, /* ends before it starts: empty, too */
		{ 0x8000, 0x8000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x5000, U });
}

KTEST(memmap, a_blocker_outlives_those_inside_it)
{
	const struct memmap_range in[] = {
		{ 0x0000, 0x10000, U }, { 0x1000, 0x8000, R }, { 0x2000, 0x3000, R },
		{ 0x4000, 0x5000, U },  { 0x8000, 0x9000, R },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x1000, U }, { 0x9000, 0x10000, U });
}

KTEST(memmap, one_frame_holes_stay_holes)
{
	const struct memmap_range in[] = {
		{ 0x0000, 0x1000, U },
		{ 0x2000, 0x3000, U },
		{ 0x4000, 0x9000, U },
		{ 0x6000, 0x7000, R },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x1000, U }, { 0x2000, 0x3000, U },
		      { 0x4000, 0x6000, U }, { 0x7000, 0x9000, U });
}

KTEST(memmap, ram_beyond_the_limit_is_counted)
{
	const struct memmap_range in[] = {
		{ 0, GIB(2), U },
		{ TIB(1), TIB(1) + GIB(6), U },
		{ TIB(1) + GIB(1), TIB(1) + GIB(1) + 1, R },
		{ TIB(2), TIB(3), R },
	};
	struct memmap_summary summary;

	EXPECT_RANGES(t, in, TIB(1), { 0, GIB(2), U });
	EXPECT_RANGES(t, in, TIB(1) + MIB(1), { 0, GIB(2), U }, { TIB(1), TIB(1) + MIB(1), U });
	summary = normalise(in, ARRAY_SIZE(in), TIB(1));
	EXPECT_EQ(t, summary.beyond_limit, GIB(6) - FRAME_SIZE);
	summary = normalise(in, ARRAY_SIZE(in), TIB(1) + MIB(1));
	EXPECT_EQ(t, summary.beyond_limit, GIB(6) - FRAME_SIZE - MIB(1));
	EXPECT_EQ(t, normalise(in, ARRAY_SIZE(in), TIB(1) + GIB(6)).beyond_limit, 0);
	EXPECT_EQ(t, normalise(in, ARRAY_SIZE(in), 0).nr_ranges, 0);
}

KTEST(memmap, a_frame_that_the_limit_divides_lies_beyond)
{
	const struct memmap_range in[] = { { 0x1000, 0x5000, U } };

	EXPECT_RANGES(t, in, 0x3fff, { 0x1000, 0x3000, U });
	EXPECT_EQ(t, normalise(in, 1, 0x3fff).beyond_limit, 0x2000);
	EXPECT_EQ(t, normalise(in, 1, 0x4000).beyond_limit, 0x1000);
	EXPECT_EQ(t, normalise(in, 1, 0x1fff).nr_ranges, 0);
}

KTEST(memmap, the_top_of_the_address_space)
{
	const uint64_t top = UINT64_MAX - 0x2fff;
	const struct memmap_range usable[] = { memmap_from_length(top, 0x3000, 1) };
	const struct memmap_range blocked[] = {
		usable[0],
		memmap_from_length(0x1000, UINT64_MAX, 2), /* wraps: blocks up to the top */
	};

	EXPECT_RANGES(t, usable, NO_LIMIT, { top, top + 0x2000, U });
	EXPECT_EQ(t, normalise(blocked, 2, NO_LIMIT).nr_ranges, 0);
}

/* Expect of memmap_find(), with frame alignment, what the normalised ranges say. */
static bool expect_find_agrees(struct ktest_run *t, const struct memmap_range *ranges, size_t count,
			       uint64_t min, uint64_t limit, uint64_t nr_frames)
{
	const struct memmap_summary summary = normalise(ranges, count, limit);
	const uint64_t size = nr_frames * FRAME_SIZE;
	uint64_t found;
	int error = memmap_find_in(ranges, count, size, FRAME_SIZE, min, limit, &found);

	for (size_t i = 0; i < summary.nr_ranges; i++) {
		uint64_t start = result[i].start;

		if (min >= result[i].end)
			continue;
		start = start < min ? align_up(min, FRAME_SIZE) : start;
		if (result[i].end - start >= size)
			return EXPECT_EQ(t, error, 0) && EXPECT_EQ(t, found, start);
	}
	return EXPECT_EQ(t, error, ERR_NOT_FOUND);
}

/* Expect of memmap_normalise() what the model says. */
static bool expect_model(struct ktest_run *t, const struct memmap_range *ranges, size_t count,
			 uint64_t limit)
{
	const struct memmap_model model = memmap_model_make(ranges, count, limit, points);
	const struct memmap_summary summary = normalise(ranges, count, limit);

	return EXPECT_STR(t, memmap_model_check(&model, limit, result, summary), NULL);
}

/* Where a random test failed: the map, so that it can become an example above. */
static void note_map(struct ktest_run *t, const struct memmap_range *ranges, size_t count,
		     uint64_t limit)
{
	ktest_note(t, "limit %#lx", limit);
	for (size_t i = 0; i < count; i++)
		ktest_note(t, "{ %#lx, %#lx, %u },", ranges[i].start, ranges[i].end,
			   ranges[i].type);
}

/* All maps of three ranges whose bounds lie on half frames: every way to touch and overlap. */
#define HALVES 5

static struct memmap_range numbered_range(unsigned int number)
{
	return (struct memmap_range){
		.start = number / 2 % HALVES * (FRAME_SIZE / 2),
		.end = number / 2 / HALVES % HALVES * (FRAME_SIZE / 2),
		.type = number % 2 ? U : R,
	};
}

KTEST(memmap, every_small_map_agrees_with_the_model)
{
	const unsigned int nr = HALVES * HALVES * 2;

	for (unsigned int i = 0; i < nr * nr * nr; i++) {
		const struct memmap_range ranges[] = {
			numbered_range(i % nr),
			numbered_range(i / nr % nr),
			numbered_range(i / nr / nr),
		};
		const uint64_t limit = i % 3 ? NO_LIMIT : FRAME_SIZE;

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

static uint8_t bytes[NR_FRAMES * FRAME_SIZE];

static void mark_bytes(const struct memmap_range *ranges, size_t count)
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

static size_t random_ranges(struct ktest_run *t, struct memmap_range *ranges, uint64_t size,
			    uint64_t parts)
{
	const size_t count = ktest_random_below(t, MAX_RANGES + 1);

	for (size_t i = 0; i < count; i++)
		ranges[i] = (struct memmap_range){
			.start = random_bound(t, size, parts),
			.end = random_bound(t, size, parts),
			.type = ktest_random_below(t, 3) ? U : R,
		};
	return count;
}

KTEST(memmap, random_maps_agree_byte_by_byte)
{
	struct memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, sizeof(bytes), NR_FRAMES);
		const struct memmap_summary summary = normalise(ranges, count, NO_LIMIT);
		size_t at = 0;

		mark_bytes(ranges, count);
		for (uint64_t frame = 0; frame < NR_FRAMES; frame++) {
			const uint64_t start = frame * FRAME_SIZE;

			while (at < summary.nr_ranges && result[at].end <= start)
				at++;
			ASSERT_EQ(t, at < summary.nr_ranges && result[at].start <= start,
				  bytes_usable(start, FRAME_SIZE));
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
	struct memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 2000; round++) {
		const size_t count = ktest_random_below(t, MAX_RANGES + 1);
		const uint64_t limit = random_address(t), min = random_address(t);

		for (size_t i = 0; i < count; i++) {
			const uint64_t start = random_address(t);
			const uint64_t length = random_address(t) - start;
			const uint32_t type = ktest_random_below(t, 4) ? U : R;

			ranges[i] = memmap_from_length(start, length, type);
		}
		if (!expect_model(t, ranges, count, limit) ||
		    !expect_find_agrees(t, ranges, count, min, limit,
					1 + ktest_random_below(t, 4))) {
			note_map(t, ranges, count, limit);
			return;
		}
	}
}

KTEST(memmap, the_order_of_the_ranges_does_not_matter)
{
	struct memmap_range ranges[MAX_RANGES], want[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, GIB(8), 16);
		const struct memmap_summary summary = normalise(ranges, count, GIB(6));

		for (size_t i = 0; i < summary.nr_ranges; i++)
			want[i] = result[i];
		for (size_t i = count; i > 1; i--) {
			const size_t other = ktest_random_below(t, i);
			const struct memmap_range swapped = ranges[i - 1];

			ranges[i - 1] = ranges[other];
			ranges[other] = swapped;
		}
		ASSERT_TRUE(t, expect_ranges(t, ranges, count, GIB(6), want, summary.nr_ranges));
		ASSERT_EQ(t, normalise(ranges, count, GIB(6)).beyond_limit, summary.beyond_limit);
	}
}

KTEST(memmap, normalising_twice_changes_nothing)
{
	struct memmap_range ranges[MAX_RANGES];

	for (int round = 0; round < 200; round++) {
		const size_t count = random_ranges(t, ranges, MIB(1), 16);
		const struct memmap_summary summary = normalise(ranges, count, NO_LIMIT);

		for (size_t i = 0; i < summary.nr_ranges; i++)
			ranges[i] = result[i];
		ASSERT_TRUE(t, expect_ranges(t, ranges, summary.nr_ranges, NO_LIMIT, ranges,
					     summary.nr_ranges));
	}
}

KTEST(memmap, find_takes_the_lowest_place)
{
	const struct memmap_range ranges[] = {
		{ 0x8000, 0x9000, U }, { 0x0000, 0x2000, U }, { 0x2000, 0x5000, U },
		{ 0x1800, 0x1801, R }, { 0x9000, 0xc000, U },
	};
	const size_t count = ARRAY_SIZE(ranges);
	uint64_t found = 0;

	ASSERT_EQ(t, memmap_find_in(ranges, count, 0x1800, 1, 0, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0); /* right up to the blocked byte */
	ASSERT_EQ(t, memmap_find_in(ranges, count, 0x1801, 1, 0, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0x1801); /* right behind it, over two ranges */
	ASSERT_EQ(t, memmap_find_in(ranges, count, 0x3800, 1, 0, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0x8000); /* the first that is large enough */
	ASSERT_EQ(t, memmap_find_in(ranges, count, 0x1000, 0x1000, 1, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0x2000);
	ASSERT_EQ(t, memmap_find_in(ranges, count, 0x1000, 0x1000, 0x4001, 0x9000, &found), 0);
	EXPECT_EQ(t, found, 0x8000);
	EXPECT_EQ(t, memmap_find_in(ranges, count, 0x1000, 1, 0x4001, 0x8fff, &found),
		  ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(ranges, count, 0x4001, 1, 0, NO_LIMIT, &found), ERR_NOT_FOUND);
}

KTEST(memmap, find_refuses_bad_arguments)
{
	const struct memmap_range all[] = { { 0, UINT64_MAX, U } };
	uint64_t found;

	EXPECT_EQ(t, memmap_find_in(all, 1, 0, 1, 0, NO_LIMIT, &found), ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 0, 0, NO_LIMIT, &found), ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 3, 0, NO_LIMIT, &found), ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 0, 1, 1, 0, NO_LIMIT, &found), ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 1, UINT64_MAX, NO_LIMIT, &found), ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 2, 1, UINT64_MAX - 1, NO_LIMIT, &found), ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 2, UINT64_MAX, NO_LIMIT, &found), ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, UINT64_MAX, 1, 1, NO_LIMIT, &found), ERR_NOT_FOUND);
	ASSERT_EQ(t, memmap_find_in(all, 1, UINT64_MAX, 1, 0, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0);
}

/* In a universe of few bytes, where every place can be tried. */
#define FIND_BYTES 256

KTEST(memmap, find_agrees_byte_by_byte)
{
	struct memmap_range ranges[MAX_RANGES];

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
		ASSERT_EQ(t, error, want + size <= limit ? 0 : ERR_NOT_FOUND);
		if (!error)
			ASSERT_EQ(t, found, want);
	}
}
