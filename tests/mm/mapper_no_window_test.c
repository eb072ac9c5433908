/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_tlb", continued: the walker in a kernel without the recursive method. The instances of
 * mm/ are built with it here, so this file has one of its own, which reaches tables as the offset method.
 */
#undef CONFIG_MAPPER_RECURSIVE

#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../../mm/pagetable/access.h"
#include "../machine/machine.h"
#include "mapper_fixture.h"

#define ACCESS(name) no_window_##name

MUST_CHECK int no_window_walk(const struct root *root, virt_addr_t address, struct walk *walk);
DECLARE_METHOD(no_window);

static inline pt_entry_t *access_entry(const struct root *root, phys_addr_t table, uint64_t linear,
				       unsigned int level)
{
	pt_entry_t *entries = physmap_pointer(table);

	(void)root;
	return entries + pt_index(virt_addr(linear), level);
}

static inline bool access_reaches(const struct root *root, phys_addr_t table)
{
	(void)root;
	return physmap_covers(table, FRAME_SIZE);
}

static inline bool access_keeps(const struct root *root)
{
	(void)root;
	return true;
}

static inline void *access_frame(const struct space *space, pfn_t frame)
{
	(void)space;
	return physmap_pointer(phys_of_pfn(frame));
}

#include "../../mm/pagetable/walker.h"
#include "../../mm/pagetable/walker_change.h"

#define HIGH UINT64_C(0xffff923440000000)

static struct fixture fixture;
static unsigned int nr_inside, nr_outside;

static void watch(bool whole, uint64_t address)
{
	const bool is_inside = address - HIGH < MIB(2);

	nr_inside += !whole && is_inside;
	nr_outside += !whole && !is_inside;
}

/*
 * A space that has no slot may share its kernel half with one that has, and then must have a window
 * forget what it changes. Here nobody has a window: splitting, unlinking and unmapping invalidate
 * addresses of the range alone.
 */
KTEST(mapper_tlb, without_the_recursive_method_only_the_range_is_invalidated)
{
	const struct attributes attributes = { RIGHT_READ, MEMORY_WRITE_BACK };
	struct space *space = &fixture.space;
	struct tlb_batch batch;

	fixture_init(&fixture, ACCESS_OFFSET, 4);
	space->recursive_slot = SPACE_NOT_RECURSIVE;
	nr_inside = nr_outside = 0;
	tlb_batch_begin(&batch, space);
	host_tlb_watch = watch;
	ASSERT_EQ(t, no_window_map(space, virt_addr(HIGH), phys_addr(0), MIB(2), attributes, NULL),
		  0);
	ASSERT_EQ(t, no_window_unmap(space, virt_addr(HIGH), KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_inside, 1); /* the huge page */
	ASSERT_EQ(t, no_window_unmap(space, virt_addr(HIGH + KIB(4)), MIB(2) - KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_inside, 3); /* two tables */
	tlb_batch_finish(&batch);
	EXPECT_EQ(t, nr_outside, 0);
	host_tlb_watch = NULL;
}
