/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_walk": what is read from tables: entries at every level, rights that parents take
 * away, walks step by step, visits, and where the table window shows a table. Some entries are
 * changed by hand, as the mapper itself would never write them; so the spaces are not active ones.
 */
#include <kernel/units.h>
#include <mercator/cursor.h>
#include <mercator/physmap.h>

#include "mapper_fixture.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE UINT64_C(0x0000123440000000) /* aligned to 1 GiB, in the lower half */
#define HIGH UINT64_C(0xffff923440000000) /* the same in the upper half */

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;

/* The slot is the same wherever Kconfig has it. */
static void begin(unsigned int levels)
{
	(void)fixture_init(&fixture, MC_ACCESS_OFFSET, levels);
	space->recursive_slot = 510;
}

static int map(uint64_t address, uint64_t physical, uint64_t size, unsigned int rights)
{
	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size,
			     (struct mc_attributes){ .rights = rights }, NULL);
}

/* The entry of `level` for an address, to be changed by hand; the walk must come that far. */
static mc_pt_entry_t *entry_at(uint64_t address, unsigned int level)
{
	struct mc_walk walk;

	if (mc_offset_walk(&space->root, mc_virt_addr(address), &walk))
		return NULL;
	return mc_virt_ptr(mc_virt_of_ptr(walk.steps[space->root.levels - level].pointer));
}

KTEST(mapper_walk, an_entry_is_read_at_its_level_or_where_the_walk_ends)
{
	begin(4);
	ASSERT_EQ(t, map(BASE, GIB(1), MIB(2), RW), 0);
	for (unsigned int level = 1; level <= 4; level++) {
		unsigned int found = 0;
		mc_pt_entry_t entry;

		ASSERT_EQ(t,
			  mc_mapper_read_entry(space, mc_virt_addr(BASE + MIB(1)), level, &entry,
					       &found),
			  0);
		EXPECT_EQ(t, found, level < 2 ? 2 : level);
		EXPECT_EQ(t, entry.raw, entry_at(BASE, found)->raw);
		EXPECT_EQ(t, mc_pt_kind(entry, found), level <= 2 ? MC_PT_LEAF : MC_PT_TABLE);
	}
}

KTEST(mapper_walk, what_is_not_canonical_has_no_entry)
{
	unsigned int level;
	mc_pt_entry_t entry;

	begin(4);
	EXPECT_EQ(t,
		  mc_mapper_read_entry(space, mc_virt_addr(UINT64_C(1) << 47), 1, &entry, &level),
		  MC_ERR_INVALID);
	EXPECT_EQ(t,
		  mc_mapper_read_entry(space, mc_virt_addr(UINT64_C(1) << 48), 4, &entry, &level),
		  MC_ERR_INVALID);
}

static void expect_same(struct ktest_run *t, const struct mc_translation *got,
			const struct mc_translation *wanted)
{
	EXPECT_EQ(t, mc_phys_raw(got->address), mc_phys_raw(wanted->address));
	EXPECT_EQ(t, got->page_size, wanted->page_size);
	EXPECT_EQ(t, mc_translation_has(*got, MC_RIGHT_WRITE),
		  mc_translation_has(*wanted, MC_RIGHT_WRITE));
	EXPECT_EQ(t, mc_translation_has(*got, MC_RIGHT_USER),
		  mc_translation_has(*wanted, MC_RIGHT_USER));
	EXPECT_EQ(t, mc_translation_has(*got, MC_RIGHT_EXECUTE),
		  mc_translation_has(*wanted, MC_RIGHT_EXECUTE));
	EXPECT_EQ(t, mc_translation_has(*got, MC_RIGHT_GLOBAL),
		  mc_translation_has(*wanted, MC_RIGHT_GLOBAL));
}

/* All ways to an answer: the mapper's own, over a walk, and a cursor's for its page. */
static struct mc_translation translate(struct ktest_run *t, uint64_t address)
{
	const uint64_t offset = address % MC_FRAME_SIZE;
	struct mc_translation direct = { 0 }, walked = { 0 }, by_cursor = { 0 };
	struct mc_cursor cursor;
	struct mc_walk walk;

	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &direct), 0);
	EXPECT_EQ(t, mc_offset_walk(&space->root, mc_virt_addr(address), &walk), 0);
	EXPECT_EQ(t, mc_walk_translate(&walk, mc_virt_addr(address), &walked), 0);
	expect_same(t, &walked, &direct);
	EXPECT_EQ(t, mc_cursor_open(&cursor, space, mc_virt_addr(address - offset), MC_FRAME_SIZE),
		  0);
	EXPECT_EQ(t, mc_cursor_translate(&cursor, &by_cursor), 0);
	mc_cursor_close(&cursor);
	by_cursor.address = mc_phys_addr(mc_phys_raw(by_cursor.address) + offset);
	expect_same(t, &by_cursor, &direct);
	return direct;
}

static void check_rights_at(struct ktest_run *t, unsigned int level)
{
	mc_pt_entry_t *entry = entry_at(BASE, level);
	const mc_pt_entry_t before = *entry;

	entry->raw = before.raw & ~MC_PT_W;
	EXPECT_TRUE(t, !mc_translation_has(translate(t, BASE), MC_RIGHT_WRITE) &&
			       mc_translation_has(translate(t, BASE), MC_RIGHT_USER));
	entry->raw = before.raw & ~MC_PT_U;
	EXPECT_TRUE(t, mc_translation_has(translate(t, BASE), MC_RIGHT_WRITE) &&
			       !mc_translation_has(translate(t, BASE), MC_RIGHT_USER));
	*entry = before;

	entry = entry_at(BASE + KIB(4), level);
	entry->raw |= MC_PT_NX;
	EXPECT_TRUE(t, !mc_translation_has(translate(t, BASE + KIB(4)), MC_RIGHT_EXECUTE));
	EXPECT_TRUE(t, mc_translation_has(translate(t, BASE + KIB(4)), MC_RIGHT_USER));
	entry->raw &= ~MC_PT_NX;
	EXPECT_TRUE(t, mc_translation_has(translate(t, BASE + KIB(4)), MC_RIGHT_EXECUTE));
}

KTEST(mapper_walk, one_level_that_refuses_is_enough)
{
	for (unsigned int levels = 4; levels <= 5; levels++) {
		begin(levels);
		ASSERT_EQ(t, map(BASE, GIB(1), KIB(4), RW | MC_RIGHT_USER), 0);
		ASSERT_EQ(t,
			  map(BASE + KIB(4), 0, KIB(4),
			      MC_RIGHT_READ | MC_RIGHT_EXECUTE | MC_RIGHT_USER),
			  0);
		for (unsigned int level = 1; level <= levels; level++)
			check_rights_at(t, level);
	}
}

KTEST(mapper_walk, reserved_entries_translate_to_nothing)
{
	struct mc_translation translation;
	mc_phys_addr_t physical;
	struct mc_walk walk;

	begin(4);
	ASSERT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(BASE), KIB(4), 5, NULL), 0);
	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(BASE), &translation),
		  MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(BASE), &physical),
		  MC_ERR_NOT_FOUND);
	ASSERT_EQ(t, mc_offset_walk(&space->root, mc_virt_addr(BASE), &walk), 0);
	EXPECT_EQ(t, walk.nr_steps, 4);
	EXPECT_EQ(t, walk.steps[3].kind, MC_PT_MARKER);
	EXPECT_EQ(t, mc_walk_translate(&walk, mc_virt_addr(BASE), &translation), MC_ERR_NOT_FOUND);
}

/* From the root down to the leaf, each step where the one above it points. */
static void check_steps(struct ktest_run *t, uint64_t address, unsigned int leaf_level)
{
	mc_phys_addr_t table = space->root.table;
	struct mc_walk walk;

	ASSERT_EQ(t, mc_offset_walk(&space->root, mc_virt_addr(address), &walk), 0);
	ASSERT_EQ(t, walk.nr_steps, space->root.levels + 1 - leaf_level);
	for (unsigned int i = 0; i < walk.nr_steps; i++) {
		const struct mc_walk_step *step = &walk.steps[i];
		const mc_pt_entry_t *entries = mc_physmap_pointer(table);

		EXPECT_EQ(t, step->level, space->root.levels - i);
		EXPECT_EQ(t, mc_phys_raw(step->table), mc_phys_raw(table));
		EXPECT_TRUE(t, step->pointer == &entries[address >> (3 + 9 * step->level) & 511]);
		EXPECT_EQ(t, step->entry.raw, step->pointer->raw);
		EXPECT_EQ(t, step->kind, step->level == leaf_level ? MC_PT_LEAF : MC_PT_TABLE);
		table = mc_pt_table_address(step->entry);
	}
	translate(t, address);
}

KTEST(mapper_walk, steps_lead_from_the_root_to_the_leaf)
{
	for (unsigned int levels = 4; levels <= 5; levels++) {
		begin(levels);
		ASSERT_EQ(t, map(BASE, GIB(1), GIB(1) + MIB(2) + KIB(4), RW), 0);
		check_steps(t, BASE + 0x12345678, 3);
		check_steps(t, BASE + GIB(1) + 0x1fffff, 2);
		check_steps(t, BASE + GIB(1) + MIB(2) + 0xabc, 1);
	}
}

KTEST(mapper_walk, walks_that_cannot_begin_or_go_on_say_so)
{
	struct mc_walk walk = { .nr_steps = 3 };

	begin(4);
	ASSERT_EQ(t, map(BASE, 0, KIB(4), RW), 0);
	EXPECT_EQ(t, mc_offset_walk(&space->root, mc_virt_addr(UINT64_C(1) << 47), &walk),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, walk.nr_steps, 0);

	/* A table at the end of all physical addresses: the physical map does not reach it. */
	*entry_at(BASE, 3) = mc_pt_make_table(mc_phys_addr(MC_PT_ADDRESS_MASK), true);
	EXPECT_EQ(t, mc_offset_walk(&space->root, mc_virt_addr(BASE), &walk), MC_ERR_RANGE);
	EXPECT_EQ(t, walk.nr_steps, 2);
}

#define SEEN_MAX 16

struct seen {
	struct {
		uint64_t address;
		unsigned int level;
		mc_pt_entry_t entry;
	} all[SEEN_MAX];
	unsigned int count;
	unsigned int stop_at; /* refuse what is seen as this one */
};

static int see(void *context, mc_virt_addr_t address, unsigned int level, mc_pt_entry_t entry)
{
	struct seen *seen = context;

	if (seen->count == SEEN_MAX)
		return MC_ERR_NO_SPACE;
	seen->all[seen->count].address = mc_virt_raw(address);
	seen->all[seen->count].level = level;
	seen->all[seen->count].entry = entry;
	seen->count++;
	return seen->count == seen->stop_at ? MC_ERR_BUSY : 0;
}

static void expect_seen(struct ktest_run *t, const struct seen *seen, unsigned int index,
			uint64_t address, unsigned int level, mc_pt_entry_t entry)
{
	EXPECT_EQ(t, seen->all[index].address, address);
	EXPECT_EQ(t, seen->all[index].level, level);
	EXPECT_EQ(t, seen->all[index].entry.raw, entry.raw);
}

KTEST(mapper_walk, visits_tell_leaves_and_reserved_entries_but_no_holes)
{
	struct seen seen = { 0 };

	begin(4);
	ASSERT_EQ(t, map(HIGH, GIB(1), MIB(2), RW), 0);
	ASSERT_EQ(t, map(HIGH + MIB(2), 0, KIB(4), RW), 0);
	ASSERT_EQ(t,
		  mc_mapper_reserve(space, mc_virt_addr(HIGH + MIB(2) + KIB(8)), KIB(4), 3, NULL),
		  0);
	ASSERT_EQ(t,
		  mc_mapper_visit(space, mc_virt_addr(HIGH + MIB(1)), GIB(600), MC_VISIT_PAGES, see,
				  &seen),
		  0);
	ASSERT_EQ(t, seen.count, 3);
	expect_seen(t, &seen, 0, HIGH, 2, *entry_at(HIGH, 2));
	expect_seen(t, &seen, 1, HIGH + MIB(2), 1, *entry_at(HIGH + MIB(2), 1));
	expect_seen(t, &seen, 2, HIGH + MIB(2) + KIB(8), 1, mc_pt_make_marker(3));

	/* Nothing that lies outside of the range, though in the same table. */
	seen = (struct seen){ 0 };
	ASSERT_EQ(t,
		  mc_mapper_visit(space, mc_virt_addr(HIGH + MIB(2) + KIB(4)), KIB(4),
				  MC_VISIT_PAGES, see, &seen),
		  0);
	EXPECT_EQ(t, seen.count, 0);
}

KTEST(mapper_walk, visits_refuse_the_ranges_that_all_refuse)
{
	struct seen seen = { 0 };

	begin(4);
	ASSERT_EQ(t, map(BASE, 0, KIB(4), RW), 0);
	EXPECT_EQ(t, mc_mapper_visit(space, mc_virt_addr(BASE), 0, MC_VISIT_PAGES, see, &seen),
		  MC_ERR_INVALID);
	EXPECT_EQ(
		t,
		mc_mapper_visit(space, mc_virt_addr(BASE + 1), KIB(4), MC_VISIT_PAGES, see, &seen),
		MC_ERR_MISALIGNED);
	EXPECT_EQ(t, mc_mapper_visit(space, mc_virt_addr(0), TIB(129), MC_VISIT_PAGES, see, &seen),
		  MC_ERR_RANGE);
	EXPECT_EQ(t, seen.count, 0);
}

/* The address with these indices, in the root first. */
static uint64_t address_of(uint64_t pml4, uint64_t pdpt, uint64_t pd)
{
	return mc_virt_raw(mc_pt_canonical(mc_virt_addr(pml4 << 39 | pdpt << 30 | pd << 21), 4));
}

/* Two branches, of which one has the slot's index where it means nothing, and the slot itself. */
static int make_tables(void)
{
	mc_pt_entry_t *root = mc_physmap_pointer(space->root.table);
	int error;

	begin(4);
	error = map(address_of(1, 510, 510), 0, KIB(4), RW);
	if (!error)
		error = map(address_of(511, 0, 7), 0, KIB(4), RW);
	root[510].raw = mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS;
	return error;
}

KTEST(mapper_walk, tables_are_visited_from_the_top_and_the_slot_is_not)
{
	const uint64_t lower = address_of(1, 510, 510), upper = address_of(511, 0, 7);
	struct seen seen = { 0 };

	ASSERT_EQ(t, make_tables(), 0);
	ASSERT_EQ(t, mc_mapper_visit_all(space, MC_VISIT_TABLES, see, &seen), 0);
	ASSERT_EQ(t, seen.count, 6);
	expect_seen(t, &seen, 0, address_of(1, 0, 0), 4, *entry_at(lower, 4));
	expect_seen(t, &seen, 1, address_of(1, 510, 0), 3, *entry_at(lower, 3));
	expect_seen(t, &seen, 2, lower, 2, *entry_at(lower, 2));
	expect_seen(t, &seen, 3, address_of(511, 0, 0), 4, *entry_at(upper, 4));
	expect_seen(t, &seen, 4, address_of(511, 0, 0), 3, *entry_at(upper, 3));
	expect_seen(t, &seen, 5, upper, 2, *entry_at(upper, 2));
}

KTEST(mapper_walk, a_visit_of_tables_ends_when_the_visitor_says_so)
{
	ASSERT_EQ(t, make_tables(), 0);
	for (unsigned int i = 1; i <= 6; i++) {
		struct seen seen = { .stop_at = i };

		EXPECT_EQ(t, mc_mapper_visit_all(space, MC_VISIT_TABLES, see, &seen), MC_ERR_BUSY);
		EXPECT_EQ(t, seen.count, i);
	}
}

/* Worked out by hand: the slot's index `level` times, then the address's own from the top. */
KTEST(mapper_walk, the_window_shows_tables_where_the_indices_say)
{
	static const struct {
		uint64_t slot, levels, address, level, window;
	} cases[] = {
		{ 510, 4, 0x0000123456789abc, 1, 0xffffff091a2b3000 },
		{ 510, 4, 0x0000123456789abc, 2, 0xffffff7f848d1000 },
		{ 510, 4, 0x0000123456789abc, 3, 0xffffff7fbfc24000 },
		{ 510, 4, 0x0000123456789abc, 4, 0xffffff7fbfdfe000 },
		{ 510, 4, 0xffffffffffffffff, 1, 0xffffff7ffffff000 },
		{ 510, 4, 0xffffffffffffffff, 3, 0xffffff7fbfdff000 },
		{ 256, 4, 0xffffffffffffffff, 2, 0xffff80403ffff000 },
		{ 256, 4, 0xffffffffffffffff, 4, 0xffff804020100000 },
		{ 510, 5, 0x00ab123456789abc, 1, 0xfffe55891a2b3000 },
		{ 510, 5, 0x00ab123456789abc, 4, 0xfffeff7fbfcab000 },
		{ 510, 5, 0x00ab123456789abc, 5, 0xfffeff7fbfdfe000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(t,
			  mc_virt_raw(mc_recursive_table_address(
				  (unsigned int)cases[i].slot, (unsigned int)cases[i].levels,
				  mc_virt_addr(cases[i].address), (unsigned int)cases[i].level)),
			  cases[i].window);
}
