/* SPDX-License-Identifier: MIT */
/*
 * An instance of the walker as another kernel would make it: the generic method, with a function of
 * its own that the compiler can inline. It has an offset that only it knows.
 */
#include <mercator/platform.h>

#include "access_inline.h"

#define ACCESS(name) inline_##name

uint64_t inline_offset;

static inline void *my_pointer_to(phys_addr_t frame)
{
	return virt_ptr(virt_addr(inline_offset + phys_raw(frame)));
}

static inline pt_entry_t *access_entry(const struct root *root, phys_addr_t table, uint64_t linear,
				       unsigned int level)
{
	pt_entry_t *entries = my_pointer_to(table);

	(void)root;
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
	return my_pointer_to(phys_of_pfn(frame));
}

#include "../../mm/pagetable/walker.h"
#include "../../mm/pagetable/walker_change.h"
