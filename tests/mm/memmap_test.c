/* SPDX-License-Identifier: MIT */
/*
 * Suite "memmap": each rule of mercator/memmap.h by an example. memmap_property_test.c goes on.
 */
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/memmap.h>

#include "memmap_model.h"

#define U MC_MEMMAP_USABLE
#define R MC_MEMMAP_RESERVED

#define MAX_RANGES 8
#define NO_LIMIT   UINT64_MAX

/* Static: the kernel's stack is small, and tests run one at a time. */
static struct mc_memmap_range result[MAX_RANGES];

static struct mc_memmap_summary normalise(const struct mc_memmap_range *ranges, size_t count,
					  uint64_t limit)
{
	for (size_t i = 0; i < count; i++)
		result[i] = ranges[i];
	return mc_memmap_normalise(result, count, limit);
}

/* Normalise `ranges` and expect exactly `want`. */
static bool expect_ranges(struct ktest_run *t, const struct mc_memmap_range *ranges, size_t count,
			  uint64_t limit, const struct mc_memmap_range *want, size_t nr_want)
{
	const struct mc_memmap_summary summary = normalise(ranges, count, limit);
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
		const struct mc_memmap_range want_[] = { __VA_ARGS__ };                            \
		if (!expect_ranges((t), (in), ARRAY_SIZE(in), (limit), want_, ARRAY_SIZE(want_)))  \
			FAIL((t), "see above");                                                    \
	} while (0)

KTEST(memmap, lengths_become_ranges)
{
	struct mc_memmap_range range = mc_memmap_from_length(0x1000, 0x2000, 1);

	EXPECT_EQ(t, range.start, 0x1000);
	EXPECT_EQ(t, range.end, 0x3000);
	EXPECT_EQ(t, range.type, U);
	EXPECT_EQ(t, mc_memmap_from_length(0x5000, 0, 2).end, 0x5000);
	EXPECT_EQ(t, mc_memmap_from_length(0x5000, 0, 20).type, 20);
}

KTEST(memmap, wrapping_lengths_are_clamped)
{
	const uint64_t top = UINT64_MAX - 0xfff;

	EXPECT_EQ(t, mc_memmap_from_length(top, 0x1000, 2).end, UINT64_MAX);
	EXPECT_EQ(t, mc_memmap_from_length(top, 0xfff, 2).end, UINT64_MAX);
	EXPECT_EQ(t, mc_memmap_from_length(top, 0x1001, 2).end, UINT64_MAX);
	EXPECT_EQ(t, mc_memmap_from_length(0x1000, UINT64_MAX, 2).end, UINT64_MAX);
	EXPECT_EQ(t, mc_memmap_from_length(0, UINT64_MAX, 2).end, UINT64_MAX);
	EXPECT_EQ(t, mc_memmap_from_length(UINT64_MAX, 1, 2).end, UINT64_MAX);
}

KTEST(memmap, firmware_cannot_use_our_types)
{
	EXPECT_EQ(t, mc_memmap_from_length(0, 1, MC_MEMMAP_KERNEL).type, R);
	EXPECT_EQ(t, mc_memmap_from_length(0, 1, MC_MEMMAP_DEVICE).type, R);
	EXPECT_EQ(t, mc_memmap_from_length(0, 1, MC_MEMMAP_OWN_FIRST - 1).type,
		  MC_MEMMAP_OWN_FIRST - 1);
	EXPECT_EQ(t, mc_memmap_from_length(0, 1, MC_MEMMAP_OWN_LAST + 1).type,
		  MC_MEMMAP_OWN_LAST + 1);
	EXPECT_EQ(t, mc_memmap_from_length(0, 1, UINT32_MAX).type, UINT32_MAX);
}

KTEST(memmap, types_have_names)
{
	EXPECT_STR(t, mc_memmap_type_name(MC_MEMMAP_USABLE), "usable");
	EXPECT_STR(t, mc_memmap_type_name(MC_MEMMAP_DEFECTIVE), "defective");
	EXPECT_STR(t, mc_memmap_type_name(MC_MEMMAP_BOOT_INFORMATION), "boot information");
	EXPECT_STR(t, mc_memmap_type_name(mc_memmap_from_length(0, 0, 20).type), "other");
	EXPECT_STR(t, mc_memmap_type_name(mc_memmap_from_length(0, 0, 0).type), "other");
}

KTEST(memmap, nothing_gives_nothing)
{
	const struct mc_memmap_range empty[] = { { 0x1000, 0x1000, U }, { 0x3000, 0x2000, U } };

	EXPECT_EQ(t, mc_memmap_normalise(NULL, 0, NO_LIMIT).nr_ranges, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).nr_ranges, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).usable, 0);
	EXPECT_EQ(t, normalise(empty, 2, NO_LIMIT).beyond_limit, 0);
}

KTEST(memmap, sorts)
{
	const struct mc_memmap_range in[] = {
		{ 0x9000, 0xa000, U },
		{ 0x1000, 0x2000, U },
		{ 0x5000, 0x7000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x2000, U }, { 0x5000, 0x7000, U },
		      { 0x9000, 0xa000, U });
}

KTEST(memmap, merges_what_touches_or_overlaps)
{
	const struct mc_memmap_range in[] = {
		{ 0x3000, 0x5000, U }, { 0x1000, 0x3000, U }, { 0x4000, 0x8000, U },
		{ 0x2000, 0x3000, U }, { 0x9000, 0xa000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x8000, U }, { 0x9000, 0xa000, U });
}

KTEST(memmap, rounds_inward)
{
	const struct mc_memmap_range in[] = {
		{ 0x1001, 0x3fff, U }, /* one whole frame in it */
		{ 0x5001, 0x6fff, U }, /* none */
		{ 0x8800, 0x8900, U }, /* inside one frame */
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x2000, 0x3000, U });
}

KTEST(memmap, merges_before_it_rounds)
{
	const struct mc_memmap_range in[] = { { 0x1000, 0x1800, U }, { 0x1800, 0x2000, U } };
	const struct mc_memmap_range gap[] = { { 0x1000, 0x1800, U }, { 0x1801, 0x3000, U } };

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x2000, U });
	EXPECT_RANGES(t, gap, NO_LIMIT, { 0x2000, 0x3000, U });
}

KTEST(memmap, other_types_win)
{
	static const uint32_t types[] = { 0, 2, 3, 4, 5, 6, 7, 12, 20, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct mc_memmap_range in[] = {
			{ 0x0000, 0x9000, U },
			mc_memmap_from_length(0x3000, 0x2000, types[i]),
			{ 0x2000, 0x8000, U },
		};

		EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x3000, U }, { 0x5000, 0x9000, U });
	}
}

KTEST(memmap, a_blocked_byte_blocks_its_frame)
{
	const struct mc_memmap_range in[] = {
		{ 0x0000, 0x9000, U },
		{ 0x2fff, 0x3001, MC_MEMMAP_KERNEL }, /* one byte each of two frames */
		{ 0x6123, 0x6124, MC_MEMMAP_MODULE },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x2000, U }, { 0x4000, 0x6000, U },
		      { 0x7000, 0x9000, U });
}

KTEST(memmap, empty_ranges_change_nothing)
{
	const struct mc_memmap_range in[] = {
		{ 0x1000, 0x5000, U },
		{ 0x2800, 0x2800, R }, /* empty */
		{ 0x3800, 0x2000, R }, /* ends before it starts: empty, too */
		{ 0x8000, 0x8000, U },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x1000, 0x5000, U });
}

KTEST(memmap, a_blocker_outlives_those_inside_it)
{
	const struct mc_memmap_range in[] = {
		{ 0x0000, 0x10000, U }, { 0x1000, 0x8000, R }, { 0x2000, 0x3000, R },
		{ 0x4000, 0x5000, U },  { 0x8000, 0x9000, R },
	};

	EXPECT_RANGES(t, in, NO_LIMIT, { 0x0000, 0x1000, U }, { 0x9000, 0x10000, U });
}

KTEST(memmap, one_frame_holes_stay_holes)
{
	const struct mc_memmap_range in[] = {
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
	const struct mc_memmap_range in[] = {
		{ 0, GIB(2), U },
		{ TIB(1), TIB(1) + GIB(6), U },
		{ TIB(1) + GIB(1), TIB(1) + GIB(1) + 1, R },
		{ TIB(2), TIB(3), R },
	};
	struct mc_memmap_summary summary;

	EXPECT_RANGES(t, in, TIB(1), { 0, GIB(2), U });
	EXPECT_RANGES(t, in, TIB(1) + MIB(1), { 0, GIB(2), U }, { TIB(1), TIB(1) + MIB(1), U });
	summary = normalise(in, ARRAY_SIZE(in), TIB(1));
	EXPECT_EQ(t, summary.beyond_limit, GIB(6) - MC_FRAME_SIZE);
	summary = normalise(in, ARRAY_SIZE(in), TIB(1) + MIB(1));
	EXPECT_EQ(t, summary.beyond_limit, GIB(6) - MC_FRAME_SIZE - MIB(1));
	EXPECT_EQ(t, normalise(in, ARRAY_SIZE(in), TIB(1) + GIB(6)).beyond_limit, 0);
	EXPECT_EQ(t, normalise(in, ARRAY_SIZE(in), 0).nr_ranges, 0);
}

KTEST(memmap, a_frame_that_the_limit_divides_lies_beyond)
{
	const struct mc_memmap_range in[] = { { 0x1000, 0x5000, U } };

	EXPECT_RANGES(t, in, 0x3fff, { 0x1000, 0x3000, U });
	EXPECT_EQ(t, normalise(in, 1, 0x3fff).beyond_limit, 0x2000);
	EXPECT_EQ(t, normalise(in, 1, 0x4000).beyond_limit, 0x1000);
	EXPECT_EQ(t, normalise(in, 1, 0x1fff).nr_ranges, 0);
}

KTEST(memmap, the_top_of_the_address_space)
{
	const uint64_t top = UINT64_MAX - 0x2fff;
	const struct mc_memmap_range usable[] = { mc_memmap_from_length(top, 0x3000, 1) };
	const struct mc_memmap_range blocked[] = {
		usable[0],
		mc_memmap_from_length(0x1000, UINT64_MAX, 2), /* wraps: blocks up to the top */
	};

	EXPECT_RANGES(t, usable, NO_LIMIT, { top, top + 0x2000, U });
	EXPECT_EQ(t, normalise(blocked, 2, NO_LIMIT).nr_ranges, 0);
}

KTEST(memmap, find_takes_the_lowest_place)
{
	const struct mc_memmap_range ranges[] = {
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
		  MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(ranges, count, 0x4001, 1, 0, NO_LIMIT, &found),
		  MC_ERR_NOT_FOUND);
}

KTEST(memmap, find_refuses_bad_arguments)
{
	const struct mc_memmap_range all[] = { { 0, UINT64_MAX, U } };
	uint64_t found;

	EXPECT_EQ(t, memmap_find_in(all, 1, 0, 1, 0, NO_LIMIT, &found), MC_ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 0, 0, NO_LIMIT, &found), MC_ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 3, 0, NO_LIMIT, &found), MC_ERR_INVALID);
	EXPECT_EQ(t, memmap_find_in(all, 0, 1, 1, 0, NO_LIMIT, &found), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 1, UINT64_MAX, NO_LIMIT, &found), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 2, 1, UINT64_MAX - 1, NO_LIMIT, &found),
		  MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, 1, 2, UINT64_MAX, NO_LIMIT, &found), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, memmap_find_in(all, 1, UINT64_MAX, 1, 1, NO_LIMIT, &found), MC_ERR_NOT_FOUND);
	ASSERT_EQ(t, memmap_find_in(all, 1, UINT64_MAX, 1, 0, NO_LIMIT, &found), 0);
	EXPECT_EQ(t, found, 0);
}
