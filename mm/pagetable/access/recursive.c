/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method: a table of the active space appears where the recursive slot shows it
 * (mercator/recursive.h); for other spaces, see access/second.c. A table that is unlinked or replaced
 * must leave the window at once, or the next table at its place would be written through the old one's
 * translation: see unlink_table() and split_leaf().
 */
#include "window.h"

#define ACCESS(name) recursive_##name

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	(void)table;
	return mc_own_pointer(mc_recursive_entry_address(CONFIG_RECURSIVE_SLOT, root->levels,
							 mc_virt_addr(offset), level));
}

/* The window shows a table for as long as that is linked. */
static inline bool access_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

#include "../walker.h"
#include "../walker_change.h"

int mc_recursive_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return recursive_walk(root, address, walk);
}
