/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method for a space that is not active: its tables appear where the second slot
 * of the active root shows them (mercator/recursive.h), once that leads to its root (second_slot.h).
 * An instance of its own, so that the active space's tables are as quick to reach as without it.
 */
#include "window.h"

#define ACCESS(name) second_##name

static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	const mc_virt_addr_t own = mc_recursive_entry_address(CONFIG_RECURSIVE_SLOT, root->levels,
							      mc_virt_addr(offset), level);

	(void)table;
	return mc_own_pointer(mc_virt_addr(mc_virt_raw(own) +
					   mc_second_window_distance(CONFIG_RECURSIVE_SLOT,
								     CONFIG_RECURSIVE_SECOND_SLOT,
								     root->levels, 0)));
}

/* The slot may lead to another space before the next operation. */
static inline bool access_keeps(const struct mc_root *root)
{
	(void)root;
	return false;
}

#include "../walker.h"
#include "../walker_change.h"
