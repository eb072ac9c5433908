/* SPDX-License-Identifier: MIT */
/*
 * Suite "space_tlb": what is invalidated when several spaces are worked on, to the address, and how
 * often CR3 is loaded. Only the host can watch.
 */
#include <kernel/units.h>

#include "../../mm/pagetable/second_slot.h"
#include "../machine/machine.h"
#include "../machine/tlb.h"
#include "space_rig.h"

#define RW     (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE   UINT64_C(0x0000123440000000)
#define HIGH   UINT64_C(0xffff923440000000) /* in the kernel half */
#define SLOT   FIXTURE_RECURSIVE_SLOT
#define SECOND FIXTURE_SECOND_SLOT

#define EVENTS_MAX 64

static uint64_t events[EVENTS_MAX]; /* pages that were invalidated */
static unsigned int nr_events, nr_flushes, nr_loads;
static uint64_t last_root;
static struct rig rig;
static struct mc_space a, b;

static void watch(bool whole, uint64_t address)
{
	nr_flushes += whole;
	if (!whole && nr_events < EVENTS_MAX)
		events[nr_events++] = address;
}

static void watch_root(uint64_t root)
{
	nr_loads++;
	last_root = root;
}

static void start_watching(void)
{
	nr_events = nr_flushes = nr_loads = 0;
	host_tlb_watch = watch;
	host_root_watch = watch_root;
}

static bool begin(enum mc_access_method method)
{
	second_slot.was_taken = false;
	return rig_begin(&rig, method, 4) && !mc_space_create(&a, rig.kernel) &&
	       !mc_space_create(&b, rig.kernel);
}

static void end(struct ktest_run *t)
{
	host_tlb_watch = NULL;
	host_root_watch = NULL;
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
	rig_end(t, &rig);
}

/* How often an address was invalidated. */
static unsigned int count(uint64_t address)
{
	unsigned int times = 0;

	for (unsigned int i = 0; i < nr_events; i++)
		times += events[i] == address;
	return times;
}

/* An address from its four indices, in the upper half. */
static uint64_t at(uint64_t i4, uint64_t i3, uint64_t i2, uint64_t i1)
{
	return UINT64_C(0xffff000000000000) | i4 << 39 | i3 << 30 | i2 << 21 | i1 << 12;
}

static uint64_t index_of(uint64_t address, unsigned int level)
{
	return mc_pt_index(mc_virt_addr(address), level);
}

static int map(struct mc_space *space, uint64_t address, uint64_t size, unsigned int rights)
{
	const struct mc_attributes attributes = { .rights = rights };

	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(0), size, attributes, NULL);
}

static int unmap(struct mc_space *space, uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(address), size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int protect(struct mc_space *space, uint64_t address, uint64_t size)
{
	const struct mc_attributes attributes = { .rights = MC_RIGHT_READ };
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, mc_virt_addr(address), size, attributes, &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

/* Pages, tables, splits, more than a batch keeps: the CPU has cached none of them. */
static void check_lower_half_is_quiet(struct ktest_run *t, enum mc_access_method method)
{
	struct mc_tlb_batch batch;

	ASSERT_TRUE(t, begin(method));
	start_watching();
	EXPECT_EQ(t, map(&a, BASE, MIB(6), RW), 0);
	EXPECT_EQ(t, protect(&a, BASE + KIB(4), MIB(4)), 0);
	EXPECT_EQ(t, unmap(&a, BASE + KIB(8), KIB(4)), 0);
	EXPECT_EQ(t, unmap(&a, BASE, MIB(6)), 0);
	EXPECT_EQ(t, map(&a, BASE, GIB(1), RW), 0);
	EXPECT_EQ(t, unmap(&a, BASE + MIB(512), KIB(4)), 0);
	EXPECT_EQ(t, map(&a, BASE + MIB(512), KIB(4), RW), 0);
	mc_tlb_batch_begin(&batch, &a);
	EXPECT_EQ(t, mc_mapper_merge(&a, mc_virt_addr(BASE), GIB(1), &batch), 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, unmap(&a, BASE, GIB(1)), 0);
	EXPECT_EQ(t, nr_events + nr_flushes + nr_loads, 0);
	EXPECT_EQ(t, a.nr_tables, 0);
	end(t);
}

KTEST(space_tlb, a_lower_half_that_is_not_active_needs_no_invalidation)
{
	check_lower_half_is_quiet(t, MC_ACCESS_OFFSET);
	check_lower_half_is_quiet(t, MC_ACCESS_GENERIC);
}

/* A page of the kernel half and its PT, by way of a space that is not active. */
KTEST(space_tlb, the_kernel_half_is_invalidated_through_whichever_space)
{
	struct mc_space *const spaces[] = { rig.kernel, &a, &b };

	for (unsigned int i = 0; i < 3; i++) {
		struct mc_space *space;

		ASSERT_TRUE(t, begin(MC_ACCESS_OFFSET));
		space = i ? spaces[i] : rig.kernel;
		ASSERT_EQ(t, map(space, HIGH + MIB(2), KIB(4), RW), 0);
		ASSERT_EQ(t, map(space, HIGH, KIB(8), RW | MC_RIGHT_GLOBAL), 0);
		start_watching();
		EXPECT_EQ(t, unmap(space, HIGH, KIB(4)), 0);
		EXPECT_EQ(t, nr_events, 1);
		EXPECT_EQ(t, events[0], HIGH);
		start_watching();
		EXPECT_EQ(t, unmap(space, HIGH + KIB(4), KIB(4)), 0);
		EXPECT_EQ(t,
			  count(at(SLOT, index_of(HIGH, 4), index_of(HIGH, 3), index_of(HIGH, 2))),
			  1);
		EXPECT_EQ(t, count(HIGH + KIB(4)), 1); /* the page, and with it the table */
		EXPECT_EQ(t, nr_events, 2);
		EXPECT_EQ(t, nr_flushes, 0);
		EXPECT_EQ(t, unmap(space, HIGH + MIB(2), KIB(4)), 0);
		end(t);
	}
}

#ifdef CONFIG_MAPPER_RECURSIVE

/* PT, PD and PDPT go: each at every place at which the second slot shows it, and nowhere else. */
KTEST(space_tlb, tables_leave_the_second_window_at_every_place)
{
	const uint64_t i4 = index_of(BASE, 4), i3 = index_of(BASE, 3), i2 = index_of(BASE, 2);

	ASSERT_TRUE(t, begin(MC_ACCESS_RECURSIVE));
	ASSERT_EQ(t, map(&a, BASE, KIB(4), RW), 0);
	start_watching();
	EXPECT_EQ(t, unmap(&a, BASE, KIB(4)), 0);
	EXPECT_EQ(t, count(at(SECOND, i4, i3, i2)), 1);
	EXPECT_EQ(t, count(at(SECOND, SLOT, i4, i3)), 1);
	EXPECT_EQ(t, count(at(SLOT, SECOND, i4, i3)), 1);
	EXPECT_EQ(t, count(at(SECOND, SLOT, SLOT, i4)), 1);
	EXPECT_EQ(t, count(at(SLOT, SECOND, SLOT, i4)), 1);
	EXPECT_EQ(t, count(at(SLOT, SLOT, SECOND, i4)), 1);
	EXPECT_EQ(t, nr_events, 6);
	EXPECT_EQ(t, nr_flushes + nr_loads, 0);
	end(t);
}

/* What the window has shown in place of a table: of 1 GiB, 2 MiB and 4 KiB. */
KTEST(space_tlb, a_huge_page_leaves_the_second_window)
{
	const uint64_t i4 = index_of(BASE, 4), i3 = index_of(BASE, 3), i2 = index_of(BASE, 2);

	ASSERT_TRUE(t, begin(MC_ACCESS_RECURSIVE));
	ASSERT_EQ(t, map(&a, BASE, GIB(1), RW), 0);
	start_watching();
	EXPECT_EQ(t, protect(&a, BASE, GIB(1)), 0);
	EXPECT_EQ(t, count(at(SECOND, i4, i3, i2)), 1);
	EXPECT_EQ(t, count(at(SECOND, SLOT, i4, i3)), 1);
	EXPECT_EQ(t, count(at(SLOT, SECOND, i4, i3)), 1);
	EXPECT_EQ(t, nr_events, 3);
	/* Split: at once. */
	start_watching();
	EXPECT_EQ(t, protect(&a, BASE + MIB(2), MIB(2)), 0);
	EXPECT_EQ(t, count(at(SECOND, i4, i3, i2)), 1);
	EXPECT_EQ(t, count(at(SECOND, SLOT, i4, i3)), 1);
	EXPECT_EQ(t, count(BASE) + count(BASE + MIB(2)), 0);
	end(t);
}

/* Once the slot was taken, the kernel half's global huge pages may have stayed where it showed them. */
KTEST(space_tlb, the_kernel_half_leaves_both_windows)
{
	const uint64_t i4 = index_of(HIGH, 4), i3 = index_of(HIGH, 3), i2 = index_of(HIGH, 2);

	ASSERT_TRUE(t, begin(MC_ACCESS_RECURSIVE));
	ASSERT_EQ(t, map(rig.kernel, HIGH, MIB(2), RW | MC_RIGHT_GLOBAL), 0);
	start_watching();
	EXPECT_EQ(t, protect(rig.kernel, HIGH, MIB(2)), 0);
	EXPECT_EQ(t, count(at(SLOT, i4, i3, i2)), 1);
	EXPECT_EQ(t, nr_events, 2);
	/* Taken by one, emptied by its end, and for good. */
	ASSERT_EQ(t, map(&a, BASE, KIB(4), RW), 0);
	ASSERT_EQ(t, mc_space_destroy(&a), 0);
	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	start_watching();
	EXPECT_EQ(t, unmap(rig.kernel, HIGH, MIB(2)), 0);
	EXPECT_EQ(t, count(at(SLOT, i4, i3, i2)), 1);
	EXPECT_EQ(t, count(at(SECOND, i4, i3, i2)), 1);
	EXPECT_EQ(t, count(at(SECOND, SLOT, i4, i3)), 1);
	EXPECT_TRUE(t, count(HIGH) > 0);
	end(t);
}

/* Taking what is empty costs nothing; taking it from another loads CR3 once; so does emptying it. */
KTEST(space_tlb, a_new_owner_of_the_second_slot_costs_one_load_of_cr3)
{
	ASSERT_TRUE(t, begin(MC_ACCESS_RECURSIVE));
	start_watching();
	EXPECT_EQ(t, map(&a, BASE, KIB(4), RW), 0);
	EXPECT_EQ(t, map(&a, BASE + KIB(4), KIB(4), RW), 0);
	EXPECT_EQ(t, nr_loads, 0);
	EXPECT_EQ(t, map(&b, BASE, KIB(4), RW), 0);
	EXPECT_EQ(t, nr_loads, 1);
	EXPECT_EQ(t, last_root, mc_phys_raw(rig.kernel->root.table));
	EXPECT_EQ(t, map(&b, BASE + KIB(4), KIB(4), RW), 0);
	EXPECT_EQ(t, nr_loads, 1);
	EXPECT_EQ(t, map(&a, BASE + KIB(8), KIB(4), RW), 0);
	EXPECT_EQ(t, nr_loads, 2);
	/* A change of the active space empties it by the way. */
	EXPECT_EQ(t, mc_space_activate(&b), 0);
	EXPECT_EQ(t, nr_loads, 3);
	EXPECT_EQ(t, nr_flushes, 0);
	end(t);
}

/*
 * A space with another kernel half has a global huge page where the kernel has a table. In the window
 * that page is global too, and a table's place: it must not be what the next owner's table is taken for.
 */
KTEST(space_tlb, a_strangers_global_pages_leave_the_second_window)
{
	const uint64_t place = at(SECOND, index_of(HIGH, 4), index_of(HIGH, 3), index_of(HIGH, 2));
	uint64_t entries[MC_PT_ENTRIES] = { 0 };
	struct mc_space stranger;
	const char *why = NULL;
	mc_pfn_t root;

	ASSERT_TRUE(t, begin(MC_ACCESS_RECURSIVE));
	ASSERT_EQ(t, rig.source.allocate(rig.source.context, &root), 0);
	stranger = *rig.kernel;
	stranger.root.table = mc_phys_of_pfn(root);
	entries[SLOT] = root * MC_FRAME_SIZE | MC_PT_RECURSIVE_FLAGS;
	rig_write_table(stranger.root.table, entries);
	mc_space_set_inactive(&stranger);
	EXPECT_EQ(t, map(rig.kernel, HIGH, KIB(4), RW | MC_RIGHT_GLOBAL), 0);
	EXPECT_EQ(t, map(&stranger, HIGH, MIB(2), RW | MC_RIGHT_GLOBAL), 0);
	EXPECT_TRUE(t, tlb_use(place, &why) != NULL);

	start_watching();
	EXPECT_EQ(t, map(&a, HIGH + KIB(4), KIB(4), RW | MC_RIGHT_GLOBAL), 0);
	EXPECT_EQ(t, nr_flushes, 1);
	EXPECT_STR(t, tlb_stale(), NULL);
	host_tlb_watch = NULL;

	EXPECT_EQ(t, unmap(&stranger, HIGH, MIB(2)), 0);
	EXPECT_EQ(t, map(&b, BASE, KIB(4), RW), 0);
	rig_read_table(stranger.root.table, entries);
	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i++)
		if (entries[i] && i != SLOT)
			rig.source.release(rig.source.context,
					   (entries[i] & MC_PT_ADDRESS_MASK) / MC_FRAME_SIZE);
	rig.source.release(rig.source.context, root);
	EXPECT_EQ(t, unmap(rig.kernel, HIGH, KIB(8)), 0);
	end(t);
}

#endif

KTEST(space_tlb, activating_is_one_load_of_cr3)
{
	struct mc_space stranger;

	ASSERT_TRUE(t, begin(MC_ACCESS_OFFSET));
	start_watching();
	EXPECT_EQ(t, mc_space_activate(&a), 0);
	EXPECT_EQ(t, nr_loads, 1);
	EXPECT_EQ(t, last_root, mc_phys_raw(a.root.table));
	EXPECT_EQ(t, mc_space_activate(&a), 0);
	EXPECT_EQ(t, nr_loads, 1);
	EXPECT_EQ(t, mc_space_activate(&b), 0);
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, nr_loads, 3);
	EXPECT_EQ(t, nr_events + nr_flushes, 0);

	/* To and from another kernel half, what is global goes too. */
	stranger = *rig.kernel;
	EXPECT_EQ(t, mc_space_activate(&stranger), 0);
	EXPECT_EQ(t, nr_flushes, 1);
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, nr_flushes, 2);
	end(t);
}

/* With all its tables, in whichever way they are reached: nothing of it can be in the TLB. */
KTEST(space_tlb, a_space_that_goes_costs_no_flush)
{
	ASSERT_TRUE(t, begin(MC_ACCESS_OFFSET));
	ASSERT_EQ(t, map(&a, BASE + KIB(4), MIB(200), RW), 0);
	start_watching();
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, nr_events + nr_flushes + nr_loads, 0);
	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	end(t);
}

#ifdef CONFIG_MAPPER_RECURSIVE
/* The slot of one is no matter of another that goes. */
KTEST(space_tlb, the_second_slot_stays_when_another_space_goes)
{
	ASSERT_TRUE(t, begin(MC_ACCESS_OFFSET));
	a.root.method = ACCESS_SECOND_SLOT;
	ASSERT_EQ(t, map(&a, BASE, KIB(4), RW), 0);
	ASSERT_EQ(t, map(&b, BASE, KIB(4), RW), 0);
	start_watching();
	EXPECT_EQ(t, unmap(&b, BASE, KIB(4)), 0);
	EXPECT_EQ(t, nr_events, 0);
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
	EXPECT_EQ(t, nr_loads, 0);
	EXPECT_EQ(t, unmap(&a, BASE, KIB(4)), 0);
	EXPECT_EQ(t, nr_loads, 0);
	ASSERT_EQ(t, mc_space_create(&b, rig.kernel), 0);
	end(t);
}

KTEST(space_tlb, a_slot_that_is_dropped_costs_a_flush_where_it_is_in_use)
{
	ASSERT_TRUE(t, begin(MC_ACCESS_OFFSET));
	start_watching();
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&a), 0);
	EXPECT_EQ(t, nr_flushes, 0);
	EXPECT_EQ(t, mc_space_drop_recursive_slot(rig.kernel), 0);
	EXPECT_EQ(t, nr_flushes, 1);
	EXPECT_EQ(t, mc_space_set_recursive_slot(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_set_recursive_slot(&a), 0);
	EXPECT_EQ(t, nr_events, 0);
	EXPECT_EQ(t, nr_flushes, 1);
	end(t);
}
#endif
