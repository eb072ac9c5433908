/* SPDX-License-Identifier: MIT */
/* Where table windows show a table (window.h). */
#include "window.h"

unsigned int window_places_of(const struct mc_space *space, uint64_t offset, unsigned int level,
			      mc_virt_addr_t places[MC_PT_LEVELS_MAX])
{
	const unsigned int levels = space->root.levels;
	const bool is_shared = is_upper_half(space, offset);
	const int slot =
		space->recursive_slot == MC_SPACE_NOT_RECURSIVE ? OWN_SLOT : space->recursive_slot;
	unsigned int count = 0;
	mc_virt_addr_t own;

	own = mc_recursive_table_address((unsigned int)slot, levels, mc_virt_addr(offset),
					 level - 1);
	if (!space->is_inactive || is_shared)
		places[count++] = own;
	if (!HAS_RECURSIVE || !(is_shared ? second_slot.was_taken : second_slot_shows(space)))
		return count;
	for (unsigned int n = 0; n < level - 1; n++)
		places[count++] =
			mc_virt_addr(mc_virt_raw(own) +
				     mc_second_window_distance(OWN_SLOT, SECOND_SLOT, levels, n));
	return count;
}

void add_all_window_places(const struct mc_space *space, struct mc_tlb_batch *batch,
			   mc_virt_addr_t address, unsigned int level)
{
	const uint64_t offset = mc_virt_raw(address) & (offset_end(space->root.levels) - 1);
	mc_virt_addr_t places[MC_PT_LEVELS_MAX];

	for (; level > 1; level--)
		for (unsigned int n = window_places(space, offset, level, places); n-- > 0;)
			mc_tlb_batch_add_page_of(space, batch, places[n]);
}
