/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_tlb": what the mapper invalidates, and when. Only the host can watch: each
 * invalidation is recorded with the number of frames that were allocated at that moment.
 */
#include <kernel/units.h>

#include "../machine/machine.h"
#include "mapper_fixture.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE UINT64_C(0x0000123440000000)

#define EVENTS_MAX 128

static struct {
	bool whole;
	uint64_t address;
	unsigned int nr_allocated;
} events[EVENTS_MAX];

static unsigned int nr_events;
static struct fixture fixture;
static struct mc_space *const space = &fixture.space;

static void watch(bool whole, uint64_t address)
{
	if (nr_events == EVENTS_MAX)
		return;
	events[nr_events].whole = whole;
	events[nr_events].address = address;
	events[nr_events].nr_allocated = fixture.nr_allocated;
	nr_events++;
}

static void start_watching(void)
{
	nr_events = 0;
	host_tlb_watch = watch;
}

static bool was_invalidated(uint64_t address)
{
	for (unsigned int i = 0; i < nr_events; i++)
		if (events[i].whole || events[i].address == address)
			return true;
	return false;
}

static unsigned int nr_flushes(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < nr_events; i++)
		count += events[i].whole;
	return count;
}

static uint64_t window_of(uint64_t address, unsigned int level)
{
	return mc_virt_raw(mc_recursive_table_address(510, 4, mc_virt_addr(address), level));
}

static int map(uint64_t address, uint64_t physical, uint64_t size)
{
	const struct mc_attributes attributes = { RW, MC_MEMORY_WRITE_BACK };

	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size, attributes,
			     NULL);
}

KTEST(mapper_tlb, mapping_what_was_absent_invalidates_nothing)
{
	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	start_watching();
	ASSERT_EQ(t, map(BASE, 0, GIB(1) + MIB(2) + KIB(4)), 0);
	EXPECT_EQ(t, nr_events, 0);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, one_page_is_invalidated_when_the_batch_is_finished)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, KIB(8)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(4)), KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_events, 0);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
	ASSERT_EQ(t, nr_events, 1);
	EXPECT_TRUE(t, !events[0].whole);
	EXPECT_EQ(t, events[0].address, BASE + KIB(4));
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, addresses_in_the_upper_half_are_canonical)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(UINT64_C(0xfffffffffffff000), 0, KIB(4)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(
		t,
		mc_mapper_unmap(space, mc_virt_addr(UINT64_C(0xfffffffffffff000)), KIB(4), &batch),
		0);
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, was_invalidated(UINT64_C(0xfffffffffffff000)));
	host_tlb_watch = NULL;
}

/*
 * Three tables go. They leave the window at once, as other tables may be linked there next; their
 * frames stay until the batch is finished, and with it the page is invalidated.
 */
KTEST(mapper_tlb, tables_leave_the_window_at_once_and_are_released_later)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_events, 3);
	for (unsigned int level = 1; level <= 3; level++)
		EXPECT_TRUE(t, was_invalidated(window_of(BASE, level)));
	EXPECT_TRUE(t, !was_invalidated(BASE));
	EXPECT_EQ(t, space->nr_tables, 0);
	EXPECT_EQ(t, fixture.nr_allocated, 4);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, fixture.nr_allocated, 1);
	EXPECT_TRUE(t, was_invalidated(BASE));
	for (unsigned int i = 0; i < nr_events; i++)
		EXPECT_EQ(t, events[i].nr_allocated, 4);
	host_tlb_watch = NULL;
}

/* Without a window, the CPU may still remember the table entry: any INVLPG makes it forget. */
KTEST(mapper_tlb, an_unlinked_table_is_forgotten_at_once_without_a_window_too)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	EXPECT_TRUE(t, was_invalidated(BASE));
	mc_tlb_batch_finish(&batch);
	host_tlb_watch = NULL;
}

/* Reserved entries are in no TLB, but the table that held them may be in a paging-structure cache. */
KTEST(mapper_tlb, a_table_of_reserved_entries_is_invalidated_too)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	ASSERT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(BASE), KIB(4), 1, NULL), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, was_invalidated(BASE));
	EXPECT_EQ(t, events[0].nr_allocated, 4);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, protecting_invalidates_what_changed_and_nothing_else)
{
	const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	const struct mc_attributes same = { RW, MC_MEMORY_WRITE_BACK };
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, KIB(16)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	/* One page, and several. */
	ASSERT_EQ(t, mc_mapper_protect(space, mc_virt_addr(BASE), KIB(4), same, &batch, NULL), 0);
	ASSERT_EQ(t, mc_mapper_protect(space, mc_virt_addr(BASE), KIB(16), same, &batch, NULL), 0);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	ASSERT_EQ(t,
		  mc_mapper_protect(space, mc_virt_addr(BASE + KIB(4)), KIB(8), read_only, &batch,
				    NULL),
		  0);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, nr_events, 2);
	EXPECT_TRUE(t, was_invalidated(BASE + KIB(4)));
	EXPECT_TRUE(t, was_invalidated(BASE + KIB(8)));
	host_tlb_watch = NULL;
}

/* Before the parts change, while both sizes still say the same. */
KTEST(mapper_tlb, a_split_page_is_invalidated_at_once)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, MIB(2)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(4)), KIB(4), &batch), 0);
	EXPECT_TRUE(t, was_invalidated(BASE));
	EXPECT_TRUE(t, was_invalidated(window_of(BASE, 1)));
	EXPECT_TRUE(t, !was_invalidated(BASE + KIB(4)));
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, was_invalidated(BASE + KIB(4)));
	host_tlb_watch = NULL;
}

/* Its memory is where the window would show the tables below it: a CPU that guesses has seen it. */
KTEST(mapper_tlb, a_huge_page_that_goes_or_changes_leaves_the_window_too)
{
	const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };

	/* Alone in its table or not, in the lower half or the last of all, protected or unmapped. */
	for (unsigned int i = 0; i < 16; i++) {
		const unsigned int level = i & 1 ? 3 : 2;
		const uint64_t size = mc_pt_span(level), base = i & 2 ? -size : BASE;
		struct mc_tlb_batch batch;

		fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
		ASSERT_EQ(t, map(base, 0, size), 0);
		if (i & 4)
			ASSERT_EQ(t, map(base ^ size, size, size), 0);
		mc_tlb_batch_begin(&batch, space);
		start_watching();
		EXPECT_EQ(t,
			  i & 8 ? mc_mapper_unmap(space, mc_virt_addr(base), size, &batch)
				: mc_mapper_protect(space, mc_virt_addr(base), size, read_only,
						    &batch, NULL),
			  0);
		mc_tlb_batch_finish(&batch);
		EXPECT_TRUE(t, was_invalidated(base));
		for (unsigned int below = 1; below < level; below++)
			EXPECT_TRUE(t, was_invalidated(window_of(base, below)));
	}
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, splitting_1_gib_clears_both_levels_of_the_window)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, GIB(1)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + MIB(2)), MIB(2), &batch), 0);
	EXPECT_TRUE(t, was_invalidated(window_of(BASE, 1)));
	EXPECT_TRUE(t, was_invalidated(window_of(BASE, 2)));
	mc_tlb_batch_finish(&batch);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, merging_invalidates_the_small_pages_before_it_releases_their_table)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->largest_leaf = 1;
	ASSERT_EQ(t, map(BASE, 0, MIB(2)), 0);
	space->largest_leaf = 2;
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_merge(space, mc_virt_addr(BASE), MIB(2), &batch), 0);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	EXPECT_EQ(t, fixture.nr_allocated, 3);
	ASSERT_EQ(t, nr_events, 2);
	EXPECT_EQ(t, events[0].address, window_of(BASE, 1));
	EXPECT_TRUE(t, events[1].whole);
	EXPECT_EQ(t, events[1].nr_allocated, 4);
	host_tlb_watch = NULL;
}

/* Else the CPU could have 2 MiB as they were, and 4 KiB of them as they are now. */
KTEST(mapper_tlb, what_is_owed_is_paid_before_a_page_is_split)
{
	const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	const struct mc_attributes writable = { RW, MC_MEMORY_WRITE_BACK };
	struct mc_tlb_batch batch;

	for (int unmapping = 0; unmapping <= 1; unmapping++) {
		int error;

		fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
		ASSERT_EQ(t, map(BASE, 0, MIB(2)), 0);
		mc_tlb_batch_begin(&batch, space);
		ASSERT_EQ(t,
			  mc_mapper_protect(space, mc_virt_addr(BASE), MIB(2), read_only, &batch,
					    NULL),
			  0);
		start_watching();
		if (unmapping)
			error = mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch);
		else
			error = mc_mapper_protect(space, mc_virt_addr(BASE), KIB(4), writable,
						  &batch, NULL);
		EXPECT_EQ(t, error, 0);
		/* The page and its place in the window; and both again, when it is split. */
		ASSERT_EQ(t, nr_events, 4);
		for (unsigned int i = 0; i < nr_events; i++)
			EXPECT_EQ(t, events[i].address, i % 2 ? window_of(BASE, 1) : BASE);
		mc_tlb_batch_finish(&batch);
	}
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, what_is_owed_is_paid_before_pages_are_merged)
{
	const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->largest_leaf = 1;
	ASSERT_EQ(t, map(BASE, 0, MIB(2)), 0);
	space->largest_leaf = 2;
	mc_tlb_batch_begin(&batch, space);
	ASSERT_EQ(t, mc_mapper_protect(space, mc_virt_addr(BASE), MIB(2), read_only, &batch, NULL),
		  0);
	start_watching();
	ASSERT_EQ(t, mc_mapper_merge(space, mc_virt_addr(BASE), MIB(2), &batch), 0);
	ASSERT_EQ(t, nr_events, 3);
	EXPECT_TRUE(t, events[0].whole);
	EXPECT_EQ(t, events[1].address, window_of(BASE, 1));
	EXPECT_TRUE(t, events[2].whole);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, many_pages_are_one_flush_of_everything)
{
	for (uint64_t pages = MC_TLB_BATCH_PAGES_MAX - 1; pages <= MC_TLB_BATCH_PAGES_MAX + 1;
	     pages++) {
		struct mc_tlb_batch batch;

		fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
		ASSERT_EQ(t, map(BASE, 0, MIB(1)), 0);
		mc_tlb_batch_begin(&batch, space);
		start_watching();
		ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), pages * KIB(4), &batch), 0);
		mc_tlb_batch_finish(&batch);
		EXPECT_EQ(t, nr_events, pages <= MC_TLB_BATCH_PAGES_MAX ? pages : 1);
		EXPECT_EQ(t, events[0].whole, pages > MC_TLB_BATCH_PAGES_MAX);
	}
	host_tlb_watch = NULL;
}

/* Pages that are added one by one count like a range. */
KTEST(mapper_tlb, many_single_pages_are_one_flush_of_everything)
{
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, map(BASE, 0, KIB(8) * (MC_TLB_BATCH_PAGES_MAX + 1)), 0);
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	for (uint64_t i = 0; i <= MC_TLB_BATCH_PAGES_MAX; i++)
		ASSERT_EQ(t,
			  mc_mapper_unmap(space, mc_virt_addr(BASE + i * KIB(8)), KIB(4), &batch),
			  0);
	mc_tlb_batch_finish(&batch);
	ASSERT_EQ(t, nr_events, 1);
	EXPECT_TRUE(t, events[0].whole);
	host_tlb_watch = NULL;
}

/* More tables than a batch can hold: it flushes by itself, and only then releases. */
KTEST(mapper_tlb, a_full_batch_flushes_before_it_releases)
{
	const uint64_t size = MIB(2) * (MC_TLB_BATCH_FRAMES_MAX + 4);
	unsigned int tables;
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->largest_leaf = 1;
	ASSERT_EQ(t, map(BASE, 0, size), 0);
	tables = (unsigned int)space->nr_tables;
	mc_tlb_batch_begin(&batch, space);
	start_watching();
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), size, &batch), 0);
	EXPECT_EQ(t, nr_flushes(), 1);
	EXPECT_EQ(t, fixture.nr_allocated, tables + 1 - MC_TLB_BATCH_FRAMES_MAX);
	for (unsigned int i = 0; i < nr_events && !events[i].whole; i++)
		EXPECT_EQ(t, events[i].nr_allocated, tables + 1);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, nr_flushes(), 2);
	EXPECT_EQ(t, fixture.nr_allocated, 1);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	host_tlb_watch = NULL;
}
