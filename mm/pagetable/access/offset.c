/* SPDX-License-Identifier: MIT */
/* The offset access method: every table is in the physical map, at its address plus the offset. */
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../access.h"

#define ACCESS(name) offset_##name

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

/* The physical map stays where it is. */
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

#include "../walker.h"
#include "../walker_change.h"
