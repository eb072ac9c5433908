/* SPDX-License-Identifier: MIT */
/*
 * The walker once more, with an access method that says which entries it hands out. What a walk reads
 * and writes does not depend on the method, only at which addresses: that is worked out by who is told.
 */
#include <mercator/platform.h>

#include "counted.h"
#include "world.h"

#define ACCESS(name) counted_##name

static inline pt_entry_t *access_entry(const struct root *root, phys_addr_t table, uint64_t linear,
				       unsigned int level)
{
	pt_entry_t *entries = world_memory(phys_raw(table));

	(void)root;
	counted_entry(table, linear, level);
	return entries + pt_index(virt_addr(linear), level);
}

static inline bool access_reaches(const struct root *root, phys_addr_t table)
{
	(void)root;
	(void)table;
	return true;
}

static inline bool access_keeps(const struct root *root)
{
	(void)root;
	return true;
}

static inline void *access_frame(const struct space *space, pfn_t frame)
{
	(void)space;
	counted_frame(frame);
	return world_memory(phys_raw(phys_of_pfn(frame)));
}

#include "../../../mm/pagetable/walker.h"
#include "../../../mm/pagetable/walker_change.h"
