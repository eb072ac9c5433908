/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_tlb", continued: the walker in a kernel without the recursive method. The instances of
 * mm/ are built with it here, so this file has one of its own, which reaches tables as the offset method.
 */
#undef CONFIG_MAPPER_RECURSIVE

#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../../mm/pagetable/map.h"
#include "../../mm/pagetable/unmap.h"
#include "../machine/machine.h"
#include "mapper_fixture.h"

static mc_pt_entry_t *entry(const struct mc_root *root, mc_phys_addr_t table, uint64_t offset,
			    unsigned int level)
{
	mc_pt_entry_t *entries = mc_physmap_pointer(table);

	(void)root;
	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static mc_pt_entry_t *root_entry(const struct mc_root *root, unsigned int levels, uint64_t index)
{
	return entry(root, root->table, index << mc_pt_shift(levels), levels);
}

static bool keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static void *frame_pointer(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return mc_physmap_pointer(mc_phys_of_pfn(frame));
}

static const struct access no_window = {
	.entry = entry,
	.root_entry = root_entry,
	.keeps = keeps,
	.frame = frame_pointer,
};

static int no_window_unmap(struct mc_space *space, uint64_t address, uint64_t size,
			   struct mc_tlb_batch *batch)
{
	return walker_unmap(&no_window, 4, space, mc_virt_addr(address), size, batch);
}

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
	ASSERT_EQ(t,
		  walker_map(&no_window, 4, space, mc_virt_addr(HIGH), mc_phys_addr(0), MIB(2),
			     attributes, NULL),
		  0);
	ASSERT_EQ(t, no_window_unmap(space, HIGH, KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_inside, 1); /* the huge page */
	ASSERT_EQ(t, no_window_unmap(space, HIGH + KIB(4), MIB(2) - KIB(4), &batch), 0);
	EXPECT_EQ(t, nr_inside, 3); /* two tables */
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, nr_outside, 0);
	host_tlb_watch = NULL;
}
