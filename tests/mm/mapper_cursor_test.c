/* SPDX-License-Identifier: MIT */
/*
 * Suites "cursor_offset", "cursor_recursive" and "cursor_generic": each rule of mercator/cursor.h by an
 * example, for every access method. The random tests (mapper_property_test.c) use cursors too.
 */
#include <arch/layout.h>
#include <kernel/units.h>
#include <mercator/cursor.h>

#include "mapper_starve.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE UINT64_C(0x0000123440000000) /* aligned to 1 GiB, in the lower half */

#define CURSOR_TEST(name) METHODS_TEST(cursor, name)

static struct mc_cursor cursor;

static struct mc_attributes with(unsigned int rights)
{
	return (struct mc_attributes){ .rights = rights };
}

static int open_at(uint64_t address, uint64_t size)
{
	return mc_cursor_open(&cursor, space, mc_virt_addr(address), size);
}

static int map(unsigned int level, uint64_t physical)
{
	return mc_cursor_map(&cursor, level, mc_phys_addr(physical), with(RW), NULL);
}

static int seek(uint64_t address)
{
	return mc_cursor_seek(&cursor, mc_virt_addr(address));
}

/* Each has a batch of its own, which is finished. */
static int unmap(unsigned int level)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_cursor_unmap(&cursor, level, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int protect(unsigned int level, unsigned int rights)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_cursor_protect(&cursor, level, with(rights), &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

static void expect_page(struct ktest_run *t, uint64_t address, uint64_t physical, uint64_t size)
{
	struct mc_translation got;

	if (!EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &got), 0))
		return;
	EXPECT_EQ(t, mc_phys_raw(got.address), physical);
	EXPECT_EQ(t, got.page_size, size);
}

CURSOR_TEST(pages_are_mapped_one_after_the_other)
{
	struct mc_translation got;
	unsigned int found;
	mc_pt_entry_t entry;

	if (!begin(t, ANY_LEVELS))
		return;
	/* Across the end of a table. */
	ASSERT_EQ(t, open_at(BASE + MIB(2) - KIB(16), KIB(32)), 0);
	for (uint64_t i = 0; i < 8; i++) {
		EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(&cursor)),
			  BASE + MIB(2) - KIB(16) + i * KIB(4));
		EXPECT_EQ(t, mc_cursor_left(&cursor), KIB(32) - i * KIB(4));
		EXPECT_EQ(t, mc_cursor_translate(&cursor, &got), MC_ERR_NOT_FOUND);
		EXPECT_EQ(t, map(1, GIB(i + 1)), 0);
	}
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	EXPECT_EQ(t, map(1, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(1), MC_ERR_RANGE);
	EXPECT_EQ(t, protect(1, RW), MC_ERR_RANGE);
	EXPECT_EQ(t, mc_cursor_translate(&cursor, &got), MC_ERR_RANGE);
	EXPECT_EQ(t, mc_cursor_read_entry(&cursor, 1, &entry, &found), MC_ERR_RANGE);
	mc_cursor_close(&cursor);
	for (uint64_t i = 0; i < 8; i++)
		expect_page(t, BASE + MIB(2) - KIB(16) + i * KIB(4), GIB(i + 1), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* Where pointers to tables stay good (mm/pagetable/access.h: keeps()), the next page's entry is in hand. */
CURSOR_TEST(beside_a_page_no_table_is_looked_for)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, MIB(2)), 0);
	for (uint64_t i = 0; i < 3; i++)
		ASSERT_EQ(t, map(1, GIB(i)), 0);
	EXPECT_TRUE(t, (cursor.entry != NULL) == !(method == MC_ACCESS_RECURSIVE && is_inactive));
	mc_cursor_close(&cursor);
}

CURSOR_TEST(every_operation_moves_behind_its_page_unless_it_fails)
{
	struct mc_conflict conflict = { 0 };

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, GIB(2)), 0);
	EXPECT_EQ(t, map(1, GIB(1)), 0);
	EXPECT_EQ(t, map(1, GIB(2)), 0);
	EXPECT_EQ(t, protect(1, MC_RIGHT_READ), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(&cursor)), BASE + KIB(8));

	/* Beside a page, and for itself: where the table is in hand, and where it is not. */
	EXPECT_EQ(t, seek(BASE), 0);
	EXPECT_EQ(t, protect(1, MC_RIGHT_READ), 0);
	for (int again = 0; again <= 1; again++) {
		EXPECT_EQ(t, mc_cursor_map(&cursor, 1, mc_phys_addr(0), with(RW), &conflict),
			  MC_ERR_EXISTS);
		EXPECT_EQ(t, mc_virt_raw(conflict.address), BASE + KIB(4));
		EXPECT_EQ(t, conflict.level, 1);
		EXPECT_EQ(t, mc_phys_raw(mc_pt_leaf_address(conflict.entry, 1)), GIB(2));
		EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(&cursor)), BASE + KIB(4));
		EXPECT_EQ(t, seek(BASE + MIB(2)), 0);
		EXPECT_EQ(t, seek(BASE + KIB(4)), 0);
	}
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(&cursor)), BASE + KIB(8));
	/* A hole is no error, whether there is a table or not. */
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, seek(BASE + MIB(4)), 0);
	EXPECT_EQ(t, unmap(2), 0);
	EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(&cursor)), BASE + MIB(6));

	/* The first page, which is smaller, is in the way of a huge one. */
	EXPECT_EQ(t, seek(BASE), 0);
	EXPECT_EQ(t, mc_cursor_map(&cursor, 2, mc_phys_addr(0), with(RW), &conflict),
		  MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_virt_raw(conflict.address), BASE);
	EXPECT_EQ(t, conflict.level, 1);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

CURSOR_TEST(wrong_pages_are_refused)
{
	unsigned int found;
	mc_pt_entry_t entry;
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	space->largest_leaf = 2;
	space->physical_limit = MIB(512);
	before = fixture_fingerprint(&fixture);
	ASSERT_EQ(t, open_at(BASE + MIB(1), GIB(1)), 0);
	EXPECT_EQ(t, map(0, 0), MC_ERR_INVALID);
	EXPECT_EQ(t, map(4, 0), MC_ERR_INVALID);
	EXPECT_EQ(t, unmap(0), MC_ERR_INVALID);
	EXPECT_EQ(t, unmap(4), MC_ERR_INVALID);
	EXPECT_EQ(t, protect(0, RW), MC_ERR_INVALID);
	EXPECT_EQ(t, map(2, 0), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, unmap(2), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, protect(2, RW), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(1, 0x800), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(1, MIB(512)), MC_ERR_RANGE);
	EXPECT_EQ(t, mc_cursor_map(&cursor, 1, mc_phys_addr(0), with(MC_RIGHT_WRITE), NULL),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, protect(1, RW | MC_RIGHT_EXECUTE), MC_ERR_INVALID);
	EXPECT_EQ(t, seek(BASE + GIB(1)), 0);
	EXPECT_EQ(t, map(3, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, map(2, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(2), MC_ERR_RANGE);
	EXPECT_EQ(t, protect(2, RW), MC_ERR_RANGE);
	EXPECT_EQ(t, seek(BASE + MIB(2)), 0);
	EXPECT_EQ(t, map(2, MIB(1)), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(2, MIB(512)), MC_ERR_RANGE);
	EXPECT_EQ(t, mc_cursor_read_entry(&cursor, 0, &entry, &found), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_cursor_read_entry(&cursor, space->root.levels + 1, &entry, &found),
		  MC_ERR_INVALID);
	mc_cursor_close(&cursor);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);

	/* The CPU has no such pages; and its memory has no room for one. */
	ASSERT_EQ(t, open_at(BASE, GIB(1)), 0);
	EXPECT_EQ(t, map(3, 0), MC_ERR_UNSUPPORTED);
	space->largest_leaf = 3;
	EXPECT_EQ(t, map(3, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, mc_cursor_read_entry(&cursor, 1, &entry, &found), 0);
	EXPECT_EQ(t, entry.raw, 0);
	mc_cursor_close(&cursor);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
}

/* The same where the table is in hand, and nothing has to be looked up. */
CURSOR_TEST(wrong_pages_are_refused_beside_right_ones)
{
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	space->physical_limit = GIB(4);
	ASSERT_EQ(t, open_at(BASE, MIB(2)), 0);
	/* The first makes the table; the second finds it. */
	ASSERT_EQ(t, map(1, GIB(1)), 0);
	ASSERT_EQ(t, map(1, GIB(2)), 0);
	before = fixture_fingerprint(&fixture);
	EXPECT_EQ(t, map(1, 0x800), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, map(1, GIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, map(2, 0), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, map(0, 0), MC_ERR_INVALID);
	EXPECT_EQ(t, unmap(1), 0);
	EXPECT_EQ(t, mc_cursor_map(&cursor, 1, mc_phys_addr(0), with(0), NULL), MC_ERR_INVALID);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	EXPECT_EQ(t, map(1, GIB(4) - KIB(4)), 0);
	EXPECT_EQ(t, mc_cursor_map(&cursor, 1, mc_phys_addr(0), with(MC_RIGHT_READ), NULL), 0);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/*
 * Protecting a hole has found the table, and what cannot be mapped there must not become possible by
 * that: larger pages than the CPU has, and than there can be memory for.
 */
CURSOR_TEST(pages_that_cannot_be_are_refused_in_a_table_that_is_there)
{
	uint64_t before;

	for (unsigned int level = 2; level <= MC_PT_LEAF_MAX; level++) {
		if (!begin(t, ANY_LEVELS))
			return;
		/* Beside the hole, for the table's sake. */
		ASSERT_EQ(t, open_at(BASE, 2 * mc_pt_span(level)), 0);
		ASSERT_EQ(t, map(1, GIB(1)), 0);
		before = fixture_fingerprint(&fixture);
		EXPECT_EQ(t, seek(BASE + mc_pt_span(level)), 0);
		space->largest_leaf = level - 1;
		EXPECT_EQ(t, protect(level, RW), MC_ERR_NOT_FOUND);
		EXPECT_EQ(t, map(level, 0), MC_ERR_UNSUPPORTED);
		space->largest_leaf = level;
		space->physical_limit = mc_pt_span(level) / 2;
		EXPECT_EQ(t, protect(level, RW), MC_ERR_NOT_FOUND);
		EXPECT_EQ(t, map(level, 0), MC_ERR_RANGE);
		mc_cursor_close(&cursor);
		EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	}
}

CURSOR_TEST(seeking_goes_anywhere_in_the_range)
{
	static const uint64_t places[] = {
		MIB(1),
		MIB(1) + KIB(8),
		MIB(1) + KIB(4),
		0,
		KIB(4),
		MIB(2) - KIB(4),
		MIB(2),
		GIB(1),
		MIB(4),
		GIB(1) + KIB(4),
		GIB(512),
		KIB(8),
		GIB(513) - KIB(4),
	};

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, GIB(513)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_EQ(t, seek(BASE + places[i]), 0);
		EXPECT_EQ(t, map(1, GIB(i + 1)), 0);
		expect_page(t, BASE + places[i], GIB(i + 1), KIB(4));
	}
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	EXPECT_EQ(t, seek(BASE - KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, seek(BASE + GIB(513) + KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, seek(BASE + 1), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	EXPECT_EQ(t, seek(BASE + GIB(513)), 0);
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	mc_cursor_close(&cursor);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		expect_page(t, BASE + places[i], GIB(i + 1), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* The range ends inside a huge page's place: no such page may reach beyond it. */
CURSOR_TEST(the_end_of_the_range_is_the_end)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, MIB(5)), 0);
	EXPECT_EQ(t, map(2, GIB(1)), 0);
	EXPECT_EQ(t, map(2, GIB(2)), 0);
	EXPECT_EQ(t, map(2, GIB(3)), MC_ERR_RANGE);
	/* With the table in hand. */
	EXPECT_EQ(t, seek(BASE), 0);
	EXPECT_EQ(t, protect(2, MC_RIGHT_READ), 0);
	EXPECT_EQ(t, map(2, GIB(3)), MC_ERR_EXISTS);
	EXPECT_EQ(t, seek(BASE + MIB(4)), 0);
	EXPECT_EQ(t, map(2, GIB(3)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(1, GIB(3)), 0);
	EXPECT_EQ(t, seek(BASE + MIB(5) - KIB(4)), 0);
	EXPECT_EQ(t, map(1, GIB(3)), 0);
	EXPECT_EQ(t, map(1, GIB(3)), MC_ERR_RANGE);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* With the table of huge pages in hand, to the middle of one. */
CURSOR_TEST(a_seek_into_a_huge_page_is_seen)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, MIB(64)), 0);
	EXPECT_EQ(t, map(2, GIB(1)), 0);
	EXPECT_EQ(t, map(2, GIB(2)), 0);
	EXPECT_EQ(t, seek(BASE + MIB(7)), 0);
	EXPECT_EQ(t, map(2, GIB(3)), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(1, GIB(3)), 0);
	mc_cursor_close(&cursor);
	expect_page(t, BASE + MIB(7), GIB(3), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

CURSOR_TEST(pages_of_all_sizes)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, GIB(8)), 0);
	EXPECT_EQ(t, map(3, GIB(1)), 0);
	EXPECT_EQ(t, map(3, GIB(4)), 0);
	EXPECT_EQ(t, map(2, GIB(7)), 0);
	EXPECT_EQ(t, map(2, GIB(8)), 0);
	EXPECT_EQ(t, map(1, GIB(9)), 0);
	EXPECT_EQ(t, map(1, GIB(10)), 0);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	expect_page(t, BASE + GIB(1), GIB(4), GIB(1));
	expect_page(t, BASE + GIB(2), GIB(7), MIB(2));
	expect_page(t, BASE + GIB(2) + MIB(4) + KIB(4), GIB(10), KIB(4));

	/* A part of a huge page splits it. */
	EXPECT_EQ(t, seek(BASE + MIB(2) + KIB(4)), 0);
	EXPECT_EQ(t, protect(1, MC_RIGHT_READ), 0);
	EXPECT_EQ(t, unmap(1), 0);
	expect_page(t, BASE + MIB(2) + KIB(4), GIB(1) + MIB(2) + KIB(4), KIB(4));
	expect_page(t, BASE + MIB(4), GIB(1) + MIB(4), MIB(2));
	/* And a whole table of smaller pages goes as one page of the size above. */
	EXPECT_EQ(t, seek(BASE + MIB(2)), 0);
	EXPECT_EQ(t, unmap(2), 0);
	EXPECT_EQ(t, seek(BASE), 0);
	EXPECT_EQ(t, unmap(3), 0);
	EXPECT_EQ(t, unmap(3), 0);
	EXPECT_EQ(t, unmap(3), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* What the cursor remembers of them must go with them. */
CURSOR_TEST(tables_that_become_empty_are_freed)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, GIB(1)), 0);
	for (uint64_t round = 0; round < 3; round++) {
		EXPECT_EQ(t, seek(BASE), 0);
		for (uint64_t i = 0; i < 4; i++)
			EXPECT_EQ(t, map(1, GIB(round + i)), 0);
		EXPECT_EQ(t, space->nr_tables, space->root.levels - 1);
		EXPECT_EQ(t, seek(BASE + KIB(4)), 0);
		EXPECT_EQ(t, unmap(1), 0);
		EXPECT_EQ(t, unmap(1), 0);
		EXPECT_EQ(t, unmap(1), 0);
		EXPECT_EQ(t, seek(BASE), 0);
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
		EXPECT_EQ(t, unmap(1), 0);
		EXPECT_EQ(t, space->nr_tables, 0);
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
	}
	mc_cursor_close(&cursor);
}

static void change_attributes(struct ktest_run *t, uint64_t base, const unsigned int rights[4])
{
	struct mc_translation got;

	ASSERT_EQ(t, open_at(base, MIB(1)), 0);
	for (uint64_t i = 0; i < 16; i++)
		EXPECT_EQ(t,
			  mc_cursor_map(&cursor, 1, mc_phys_addr(GIB(i)), with(rights[i / 2 % 4]),
					NULL),
			  0);
	for (uint64_t i = 0; i < 16; i++) {
		EXPECT_EQ(t, seek(base + i * KIB(4)), 0);
		EXPECT_EQ(t, mc_cursor_translate(&cursor, &got), 0);
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_WRITE),
			  !!(rights[i / 2 % 4] & MC_RIGHT_WRITE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_EXECUTE),
			  !!(rights[i / 2 % 4] & MC_RIGHT_EXECUTE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_USER),
			  !!(rights[i / 2 % 4] & MC_RIGHT_USER));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_GLOBAL), false);
	}
	mc_cursor_close(&cursor);
}

CURSOR_TEST(attributes_may_change_from_page_to_page)
{
	static const unsigned int lower[] = { MC_RIGHT_READ, MC_RIGHT_READ | MC_RIGHT_EXECUTE,
					      RW | MC_RIGHT_USER, RW };
	static const unsigned int upper[] = { RW | MC_RIGHT_GLOBAL, MC_RIGHT_READ, RW,
					      MC_RIGHT_READ | MC_RIGHT_GLOBAL };

	if (!begin(t, ANY_LEVELS))
		return;
	space->global_pages = false;
	change_attributes(t, BASE, lower);
	change_attributes(t, upper_base(), upper);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* The last page of all: the range ends at 2^64. And a shared table, whose live entries nobody counts. */
CURSOR_TEST(the_upper_half)
{
	if (!begin(t, 4))
		return;
	ASSERT_EQ(t, open_at(upper_base(), GIB(4)), 0);
	for (uint64_t i = 0; i < 4; i++)
		EXPECT_EQ(t, map(3, GIB(i)), 0);
	EXPECT_EQ(t, seek(upper_base()), 0);
	for (uint64_t i = 0; i < 4; i++)
		EXPECT_EQ(t, unmap(3), 0);
	EXPECT_EQ(t, space->nr_tables, 1); /* which is shared, and stays */
	EXPECT_EQ(t, seek(upper_base()), 0);
	EXPECT_EQ(t, mc_cursor_map(&cursor, 1, mc_phys_addr(0), with(RW | MC_RIGHT_USER), NULL),
		  MC_ERR_INVALID);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	if (method == MC_ACCESS_RECURSIVE)
		return; /* the kernel is at the end */
	ASSERT_EQ(t, open_at(-MIB(4), MIB(4)), 0);
	EXPECT_EQ(t, mc_cursor_left(&cursor), MIB(4));
	EXPECT_EQ(t, seek(-KIB(8)), 0);
	EXPECT_EQ(t, map(1, GIB(1)), 0);
	EXPECT_EQ(t, map(1, GIB(2)), 0);
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	EXPECT_EQ(t, map(1, GIB(3)), MC_ERR_RANGE);
	mc_cursor_close(&cursor);
	expect_page(t, -KIB(4), GIB(2), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

CURSOR_TEST(a_range_that_is_refused_opens_nothing)
{
	uint8_t *bytes = (uint8_t *)&cursor;

	if (!begin(t, 4))
		return;
	/* Whatever it held before. */
	for (size_t i = 0; i < sizeof(cursor); i++)
		bytes[i] = (uint8_t)i;
	EXPECT_EQ(t, open_at(BASE, 0), MC_ERR_INVALID);
	EXPECT_EQ(t, open_at(BASE + 1, KIB(4)), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, open_at(UINT64_C(1) << 47, KIB(4)), MC_ERR_INVALID);
	EXPECT_EQ(t, open_at(TIB(128) - KIB(4), KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, open_at(SLOT_BASE(FIXTURE_RECURSIVE_SLOT), KIB(4)), MC_ERR_RANGE);
	ASSERT_EQ(t, mc_cursor_left(&cursor), 0);
	mc_cursor_close(&cursor);
	/* The lock is free. */
	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(0), KIB(4), with(RW), NULL),
		  0);
	EXPECT_EQ(t, open_at(BASE, KIB(4)), 0);
	EXPECT_EQ(t, mc_cursor_left(&cursor), KIB(4));
	mc_cursor_close(&cursor);
	EXPECT_EQ(t, mc_cursor_left(&cursor), 0);
	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(0), KIB(4), with(RW), NULL),
		  MC_ERR_EXISTS);
}

/* The same pages, by the mapper and by a cursor: the same results, tables and frames after each. */
#define NR_STEPS 150

struct outcome {
	int error;
	uint64_t fingerprint;
};

struct page_step {
	unsigned int level, operation;
	uint64_t address, physical;
	unsigned int rights;
};

static struct page_step random_step(struct ktest_run *t)
{
	const unsigned int level = 1 + (unsigned int)ktest_random_below(t, 4) % 3;
	const uint64_t near = ktest_random_below(t, 2) ? GIB(1) - MIB(2) : 0;
	uint64_t address = BASE + near + ktest_random_below(t, 6) * mc_pt_span(level);

	return (struct page_step){
		.level = level,
		.operation = (unsigned int)ktest_random_below(t, 4),
		.address = align_down(address, mc_pt_span(level)),
		.physical = GIB(ktest_random_below(t, 4)) + ktest_random_below(t, 2) * KIB(4),
		.rights = ktest_random_below(t, 2) ? RW : MC_RIGHT_READ,
	};
}

static int by_mapper(const struct page_step *s, struct mc_tlb_batch *batch)
{
	const mc_virt_addr_t address = mc_virt_addr(s->address);

	switch (s->operation) {
	case 0:
		return mc_mapper_protect(space, address, mc_pt_span(s->level), with(s->rights),
					 batch, NULL);
	case 1: return mc_mapper_unmap(space, address, mc_pt_span(s->level), batch);
	default:
		/* A range would take smaller pages instead. */
		if (!is_aligned(s->physical, mc_pt_span(s->level)))
			return MC_ERR_MISALIGNED;
		return mc_mapper_map(space, address, mc_phys_addr(s->physical),
				     mc_pt_span(s->level), with(s->rights), NULL);
	}
}

static int by_cursor(const struct page_step *s, struct mc_tlb_batch *batch)
{
	int error = seek(s->address);

	if (error)
		return error;
	switch (s->operation) {
	case 0: return mc_cursor_protect(&cursor, s->level, with(s->rights), batch, NULL);
	case 1: return mc_cursor_unmap(&cursor, s->level, batch);
	default:
		return mc_cursor_map(&cursor, s->level, mc_phys_addr(s->physical), with(s->rights),
				     NULL);
	}
}

static void run_steps(struct ktest_run *t,
		      int (*step)(const struct page_step *s, struct mc_tlb_batch *),
		      struct outcome *outcomes)
{
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		const struct page_step s = random_step(t);
		struct mc_tlb_batch batch;

		fixture.failing_after = (int)ktest_random_below(t, 8) - 2;
		mc_tlb_batch_begin(&batch, space);
		outcomes[i].error = step(&s, &batch);
		mc_tlb_batch_finish(&batch);
		outcomes[i].fingerprint = fixture_fingerprint(&fixture);
	}
}

CURSOR_TEST(a_cursor_does_what_the_mapper_does)
{
	static struct outcome want[NR_STEPS], got[NR_STEPS];
	const uint64_t state = ktest_random(t);

	t->random_state = state;
	if (!begin(t, ANY_LEVELS))
		return;
	run_steps(t, by_mapper, want);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	t->random_state = state;
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, open_at(BASE, GIB(8)), 0);
	run_steps(t, by_cursor, got);
	mc_cursor_close(&cursor);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		ASSERT_EQ(t, got[i].error, want[i].error);
		ASSERT_EQ(t, got[i].fingerprint, want[i].fingerprint);
	}
}

static int map_1_gib(void)
{
	return mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(GIB(1)), GIB(1), with(RW),
			     NULL);
}

static int at_page(unsigned int level, int (*operation)(unsigned int level))
{
	int error = open_at(BASE, GIB(1));

	if (!error)
		error = operation(level);
	mc_cursor_close(&cursor);
	return error;
}

static int map_here(unsigned int level)
{
	return map(level, 0);
}

static int protect_here(unsigned int level)
{
	return protect(level, MC_RIGHT_READ);
}

static int map_4_kib(void)
{
	return at_page(1, map_here);
}

static int map_2_mib(void)
{
	return at_page(2, map_here);
}

static int map_a_page_of_1_gib(void)
{
	return at_page(3, map_here);
}

static int unmap_4_kib(void)
{
	return at_page(1, unmap);
}

static int unmap_2_mib(void)
{
	return at_page(2, unmap);
}

static int protect_4_kib(void)
{
	return at_page(1, protect_here);
}

static int protect_2_mib(void)
{
	return at_page(2, protect_here);
}

CURSOR_TEST(out_of_frames_changes_nothing)
{
	starve(t, nothing, map_4_kib, 3);
	starve(t, nothing, map_2_mib, 2);
	starve(t, nothing, map_a_page_of_1_gib, 1);
	starve(t, map_1_gib, unmap_4_kib, 2);
	starve(t, map_1_gib, unmap_2_mib, 1);
	starve(t, map_1_gib, protect_4_kib, 2);
	starve(t, map_1_gib, protect_2_mib, 1);
}
