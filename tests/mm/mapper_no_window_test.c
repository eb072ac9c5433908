/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_tlb", continued: the walker in a kernel without the recursive method. The instances of
 * mm/ are built with it here, so this file has one of its own, which reaches tables as the offset method.
 */
#undef CONFIG_MAPPER_RECURSIVE

#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../../mm/pagetable/access.h"
#include "../machine/machine.h"
#include "mapper_fixture.h"

#define ACCESS(name) no_window_##name

DECLARE_METHOD(no_window);

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t linear, unsigned int level)
{
	mc_pt_entry_t *entries = mc_physmap_pointer(table);

	(void)root;
	return entries + mc_pt_index(mc_virt_addr(linear), level);
}

static inline bool access_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	return mc_physmap_covers(table, MC_FRAME_SIZE);
}

static inline bool access_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static inline void *access_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return mc_physmap_pointer(mc_phys_of_pfn(frame));
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
	const struct mc_attributes attributes = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_space *space = &fixture.space;
	struct mc_tlb_batch batch;

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	nr_inside = nr_outside = 0;
	mc_tlb_batch_begin(&batch, space);
	host_tlb_watch = watch;
	ASSERT_EQ(
		t,
		no_window_map(space, mc_virt_addr(HIGH), mc_phys_addr(0), MIB(2), attributes, NULL),
		0);
	ASSERT_EQ(t, no_window_unmap(space, mc_virt_addr(HIGH), KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_inside, 1); /* the huge page */
	ASSERT_EQ(t, no_window_unmap(space, mc_virt_addr(HIGH + KIB(4)), MIB(2) - KIB(4), &batch),
		  0);
	EXPECT_EQ(t, nr_inside, 3); /* two tables */
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, nr_outside, 0);
	host_tlb_watch = NULL;
}
