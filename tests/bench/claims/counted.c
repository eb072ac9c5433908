/* SPDX-License-Identifier: MIT */
/*
 * The walker once more, with an access method that says which entries it hands out. What a walk reads
 * and writes does not depend on the method, only at which addresses: that is worked out by who is told.
 */
#include <mercator/platform.h>

#include "counted.h"
#include "world.h"

#define ACCESS(name) counted_##name

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t linear, unsigned int level)
{
	mc_pt_entry_t *entries = world_memory(mc_phys_raw(table));

	(void)root;
	counted_entry(table, linear, level);
	return entries + mc_pt_index(mc_virt_addr(linear), level);
}

static inline bool access_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	(void)table;
	return true;
}

static inline bool access_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static inline void *access_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	counted_frame(frame);
	return world_memory(mc_phys_raw(mc_phys_of_pfn(frame)));
}

#include "../../../mm/pagetable/walker.h"
#include "../../../mm/pagetable/walker_change.h"
