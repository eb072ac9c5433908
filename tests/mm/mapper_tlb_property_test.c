/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_tlb", continued: batches by themselves, and random operations after which every
 * translation that changed must have been invalidated, inside the page that it was.
 */
#include <kernel/units.h>

#include "../machine/machine.h"
#include "mapper_fixture.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE UINT64_C(0x0000123440000000)
#define HIGH UINT64_C(0xffff923440000000) /* the same in the upper half */

#define EVENTS_MAX 512

static struct {
	bool whole;
	uint64_t address;
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
	nr_events++;
}

static bool was_invalidated(uint64_t start, uint64_t size)
{
	for (unsigned int i = 0; i < nr_events; i++)
		if (events[i].whole || events[i].address - start < size)
			return true;
	return false;
}

static int map(uint64_t address, uint64_t physical, uint64_t size)
{
	const struct mc_attributes attributes = { RW, MC_MEMORY_WRITE_BACK };

	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size, attributes,
			     NULL);
}

/* An empty batch for a new space, and a watch on the TLB. */
static void start(struct mc_tlb_batch *batch)
{
	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	mc_tlb_batch_begin(batch, space);
	nr_events = 0;
	host_tlb_watch = watch;
}

KTEST(mapper_tlb, a_batch_invalidates_each_page_of_each_range)
{
	struct mc_tlb_batch batch;

	start(&batch);
	mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE), MIB(2), 3);
	mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE + GIB(4)), KIB(4), 2);
	mc_tlb_batch_finish(&batch);
	ASSERT_EQ(t, nr_events, 5);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(t, events[i].address, BASE + i * MIB(2));
	EXPECT_EQ(t, events[3].address, BASE + GIB(4));
	EXPECT_EQ(t, events[4].address, BASE + GIB(4) + KIB(4));
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, the_threshold_counts_the_pages_of_all_ranges)
{
	for (uint64_t extra = 0; extra <= 1; extra++) {
		struct mc_tlb_batch batch;

		start(&batch);
		mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE), KIB(4), 20);
		mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE + GIB(1)), KIB(4),
				       MC_TLB_BATCH_PAGES_MAX - 20 + extra);
		EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
		mc_tlb_batch_finish(&batch);
		EXPECT_EQ(t, nr_events, extra ? 1 : MC_TLB_BATCH_PAGES_MAX);
		EXPECT_EQ(t, events[0].whole, extra);
	}
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, a_batch_is_empty_only_while_it_owes_nothing)
{
	struct mc_tlb_batch batch;
	mc_pfn_t frame;

	start(&batch);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE), KIB(4), 1);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));

	mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE), KIB(4), MC_TLB_BATCH_PAGES_MAX + 1);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));

	ASSERT_EQ(t, fixture.source.allocate(fixture.source.context, &frame), 0);
	mc_tlb_batch_add_frame(&batch, frame);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	EXPECT_EQ(t, fixture.nr_allocated, 1);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, a_finished_batch_starts_over)
{
	struct mc_tlb_batch batch;

	start(&batch);
	for (int i = 0; i < 3; i++) {
		mc_tlb_batch_add_pages(&batch, mc_virt_addr(BASE), KIB(4),
				       MC_TLB_BATCH_PAGES_MAX - 1);
		nr_events = 0;
		mc_tlb_batch_finish(&batch);
		EXPECT_EQ(t, nr_events, MC_TLB_BATCH_PAGES_MAX - 1);
		nr_events = 0;
		mc_tlb_batch_finish(&batch);
		EXPECT_EQ(t, nr_events, 0);
	}
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, unmapping_holes_owes_nothing)
{
	struct mc_tlb_batch batch;

	start(&batch);
	ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
	EXPECT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(4)), KIB(4), &batch), 0);
	EXPECT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(8)), GIB(2), &batch), 0);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	EXPECT_EQ(t, nr_events, 0);
	host_tlb_watch = NULL;
}

/* Where there is no window, nothing in it is invalidated, neither by unlinking nor by splitting. */
KTEST(mapper_tlb, without_a_slot_only_the_range_is_invalidated)
{
	struct mc_tlb_batch batch;

	start(&batch);
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	ASSERT_EQ(t, map(BASE, 0, MIB(2)), 0);
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(4)), MIB(2) - KIB(4), &batch),
		  0);
	mc_tlb_batch_finish(&batch);
	for (unsigned int i = 0; i < nr_events; i++)
		EXPECT_TRUE(t, events[i].whole || events[i].address - BASE < MIB(2));
	host_tlb_watch = NULL;
}

static enum mc_pt_kind kind_when_invalidated;
static uint64_t watched_address;

static void watch_kind(bool whole, uint64_t address)
{
	unsigned int level;
	mc_pt_entry_t entry;

	if (!whole && address == watched_address &&
	    mc_mapper_read_entry(space, mc_virt_addr(watched_address), 2, &entry, &level) == 0)
		kind_when_invalidated = mc_pt_kind(entry, 2);
}

/* Before that, the CPU would only read the huge leaf again. */
KTEST(mapper_tlb, a_split_page_is_invalidated_after_its_table_is_linked)
{
	struct mc_tlb_batch batch;

	start(&batch);
	ASSERT_EQ(t, map(HIGH, 0, MIB(2)), 0);
	kind_when_invalidated = MC_PT_ABSENT;
	watched_address = HIGH;
	host_tlb_watch = watch_kind;
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(HIGH + KIB(4)), KIB(4), &batch), 0);
	EXPECT_EQ(t, kind_when_invalidated, MC_PT_TABLE);
	mc_tlb_batch_finish(&batch);
	host_tlb_watch = NULL;
}

/* Likewise: before that, the CPU would only remember the table again. */
KTEST(mapper_tlb, a_table_is_invalidated_after_it_is_unlinked)
{
	struct mc_tlb_batch batch;

	start(&batch);
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
	ASSERT_EQ(t, map(BASE + MIB(2), 0, KIB(4)), 0);
	kind_when_invalidated = MC_PT_TABLE;
	watched_address = BASE;
	host_tlb_watch = watch_kind;
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	EXPECT_EQ(t, kind_when_invalidated, MC_PT_ABSENT);
	mc_tlb_batch_finish(&batch);
	host_tlb_watch = NULL;
}

#define UNITS 1024

struct seen {
	int error;
	struct mc_translation translation;
	enum mc_memory_type type;
};

static struct seen seen[UNITS];

static struct seen look(uint64_t address)
{
	struct seen now = { 0 };
	unsigned int level;
	mc_pt_entry_t entry;

	now.error = mc_mapper_translate(space, mc_virt_addr(address), &now.translation);
	if (!now.error && !mc_mapper_read_entry(space, mc_virt_addr(address), 1, &entry, &level))
		now.type = mc_pt_memory_type(entry);
	return now;
}

static bool is_same(const struct seen *a, const struct seen *b)
{
	const struct mc_translation *x = &a->translation, *y = &b->translation;

	return a->error == b->error && mc_phys_raw(x->address) == mc_phys_raw(y->address) &&
	       x->page_size == y->page_size &&
	       mc_translation_has(*x, MC_RIGHT_WRITE) == mc_translation_has(*y, MC_RIGHT_WRITE) &&
	       mc_translation_has(*x, MC_RIGHT_USER) == mc_translation_has(*y, MC_RIGHT_USER) &&
	       mc_translation_has(*x, MC_RIGHT_EXECUTE) ==
		       mc_translation_has(*y, MC_RIGHT_EXECUTE) &&
	       mc_translation_has(*x, MC_RIGHT_GLOBAL) == mc_translation_has(*y, MC_RIGHT_GLOBAL) &&
	       a->type == b->type;
}

static int do_random(struct ktest_run *t, mc_virt_addr_t address, uint64_t size,
		     struct mc_tlb_batch *batch)
{
	const struct mc_attributes attributes = {
		.rights = ktest_random_below(t, 2) ? RW : MC_RIGHT_READ,
		.type = (enum mc_memory_type)ktest_random_below(t, 4),
	};

	switch (ktest_random_below(t, 4)) {
	case 0: return mc_mapper_unmap(space, address, size, batch);
	case 1: return mc_mapper_protect(space, address, size, attributes, batch, NULL);
	case 2: return mc_mapper_merge(space, address, size, batch);
	default:
		return mc_mapper_map(space, address, mc_phys_addr(mc_virt_raw(address) % GIB(64)),
				     size, attributes, NULL);
	}
}

static void step(struct ktest_run *t, uint64_t base, uint64_t unit)
{
	uint64_t first = ktest_random_below(t, UNITS);
	uint64_t count = 1 + ktest_random_below(t, ktest_random_below(t, 4) ? 8 : UNITS);
	struct mc_tlb_batch batch;

	if (count > UNITS - first)
		count = UNITS - first;
	for (unsigned int i = 0; i < UNITS; i++)
		seen[i] = look(base + i * unit);
	nr_events = 0;
	mc_tlb_batch_begin(&batch, space);
	/* Most fail, with a conflict or a hole: then nothing may have changed either. */
	if (do_random(t, mc_virt_addr(base + first * unit), count * unit, &batch))
		EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
	for (unsigned int i = 0; i < UNITS; i++) {
		uint64_t size = seen[i].translation.page_size;
		struct seen now = look(base + i * unit);

		if (!seen[i].error && !is_same(&now, &seen[i]))
			EXPECT_TRUE(t, was_invalidated(align_down(base + i * unit, size), size));
	}
}

static void run(struct ktest_run *t, uint64_t base, uint64_t unit)
{
	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	host_tlb_watch = watch;
	for (int i = 0; i < 400 && !t->nr_failures; i++)
		step(t, base, unit);
	host_tlb_watch = NULL;
}

KTEST(mapper_tlb, every_translation_that_changed_was_invalidated)
{
	run(t, BASE, KIB(4));
	run(t, BASE, MIB(2));
	run(t, BASE, GIB(1));
	run(t, HIGH, KIB(4));
	run(t, HIGH, MIB(2));
	run(t, HIGH, GIB(1));
}
