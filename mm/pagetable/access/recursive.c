/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method: a table of the active space appears where the recursive slot shows it
 * (mercator/recursive.h); for other spaces, see access/second.c. A table that is unlinked or replaced
 * must leave the window at once, or the next table at its place would be written through the old one's
 * translation: see unlink_table() and split_leaf().
 */
#include "window.h"

#define ACCESS(name) recursive_##name

static inline pt_entry_t *access_entry(const struct root *root, phys_addr_t table, uint64_t linear,
				       unsigned int level)
{
	(void)table;
	return own_pointer(recursive_entry_address(CONFIG_RECURSIVE_SLOT, root->levels,
						   virt_addr(linear), level));
}

/* The window shows a table for as long as that is linked. */
static inline bool access_keeps(const struct root *root)
{
	(void)root;
	return true;
}

#include "../walker.h"
#include "../walker_change.h"
