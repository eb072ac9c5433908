/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method: a table of the active space appears where the recursive slot shows it
 * (table_window.c). Its read-only half; what it needs to change tables comes with temporary pages.
 */
#include "access.h"

#define ACCESS(name) recursive_##name

static inline pt_entry_t *access_table(const struct root *root, phys_addr_t table, uint64_t linear,
				       unsigned int level)
{
	(void)table;
	return virt_ptr(recursive_table_address(CONFIG_RECURSIVE_SLOT, root->levels,
						virt_addr(linear), level));
}

/* A walk comes only to tables that are linked, and those are all in the window. */
static inline bool access_reaches(const struct root *root, phys_addr_t table)
{
	(void)root;
	(void)table;
	return true;
}

#include "walker.h"
