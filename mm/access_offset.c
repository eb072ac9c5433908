/* SPDX-License-Identifier: MIT */
/* The offset access method: every table is in the physical map, at its address plus the offset. */
#include <mercator/physmap.h>
#include <mercator/walk.h>

#define ACCESS(name) offset_##name

static inline const pt_entry_t *access_table(const struct root *root, phys_addr_t table,
					     virt_addr_t address, unsigned int level)
{
	(void)root;
	(void)address;
	(void)level;
	return physmap_covers(table, FRAME_SIZE) ? physmap_pointer(table) : NULL;
}

#include "walker.h"
