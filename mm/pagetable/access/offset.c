/* SPDX-License-Identifier: MIT */
/* The offset access method: every table is in the physical map, at its address plus the offset. */
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../access.h"

#define ACCESS(name) offset_##name

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	mc_pt_entry_t *entries = mc_physmap_pointer(table);

	(void)root;
	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static inline bool access_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	return mc_physmap_covers(table, MC_FRAME_SIZE);
}

/* The physical map stays where it is. */
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

#include "../walker.h"
#include "../walker_change.h"

int mc_offset_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return offset_walk(root, address, walk);
}
