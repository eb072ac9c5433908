/* SPDX-License-Identifier: MIT */
/*
 * The generic access method: every table is where the space's own function says that physical memory
 * is, through a function pointer. A kernel that has such a function at compile time does better with
 * an instance of its own: a file like this one, with the function called by name, is as fast as the
 * offset method.
 */
#include <mercator/platform.h>

#include "../access.h"

#define ACCESS(name) generic_##name

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	/* Only where the compiler knows the level, and a root can have it, is it worth a look. */
	const bool is_known = __builtin_constant_p(level) && level >= 4 && level == root->levels &&
			      root->table_pointer;
	mc_pt_entry_t *entries =
		is_known ? root->table_pointer : root->pointer_to(root->pointer_context, table);

	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static inline bool access_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	return root->pointer_to(root->pointer_context, table) != NULL;
}

static inline bool access_keeps(const struct mc_root *root)
{
	return !root->pointers_are_brief;
}

static inline void *access_frame(const struct mc_space *space, mc_pfn_t frame)
{
	return space->root.pointer_to(space->root.pointer_context, mc_phys_of_pfn(frame));
}

#include "../walker.h"
#include "../walker_change.h"

int mc_generic_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return generic_walk(root, address, walk);
}
