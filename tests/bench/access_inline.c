/* SPDX-License-Identifier: MIT */
/*
 * An instance of the walker as another kernel would make it: the generic method, with a function of
 * its own that the compiler can inline. It has an offset that only it knows.
 */
#include <mercator/platform.h>

#include "access_inline.h"

#define ACCESS(name) inline_##name

uint64_t inline_offset;

static inline void *my_pointer_to(mc_phys_addr_t frame)
{
	return mc_virt_ptr(mc_virt_addr(inline_offset + mc_phys_raw(frame)));
}

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t linear, unsigned int level)
{
	mc_pt_entry_t *entries = my_pointer_to(table);

	(void)root;
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
	return my_pointer_to(mc_phys_of_pfn(frame));
}

#include "../../mm/pagetable/walker.h"
#include "../../mm/pagetable/walker_change.h"
