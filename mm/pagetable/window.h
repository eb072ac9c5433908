/* SPDX-License-Identifier: MIT */
/*
 * All that is special about recursive slots (mercator/recursive.h), but for the access methods themselves
 * (access/recursive.c, access/second.c) and for who has the second slot (second_slot.h): which entries of
 * the root they are, and at which places a table window shows what is changed elsewhere.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <mercator/recursive.h>
#include <mercator/tlb.h>

#include "inline.h"
#include "range.h"
#include "second_slot.h"

/*
 * The root entries that are not for mappings: the space's recursive slot, and both slots of Kconfig,
 * though they may be empty, as they can be filled at any time. Where there are none, these are two
 * numbers that are no index of a root.
 */
#ifdef CONFIG_MAPPER_RECURSIVE
#define OWN_SLOT    CONFIG_RECURSIVE_SLOT
#define SECOND_SLOT CONFIG_RECURSIVE_SECOND_SLOT
#else
#define OWN_SLOT    MC_SPACE_NOT_RECURSIVE
#define SECOND_SLOT (MC_SPACE_NOT_RECURSIVE - 1)
#endif

static inline bool is_recursive_slot(const struct mc_space *space, unsigned int index)
{
	return (int)index == OWN_SLOT || (int)index == SECOND_SLOT ||
	       (int)index == space->recursive_slot;
}

/* MC_SPACE_NOT_RECURSIVE, as a slot, begins where no range comes to. */
static inline bool reaches_slot(int slot, unsigned int levels, uint64_t start, uint64_t size)
{
	return ((uint64_t)slot << mc_pt_shift(levels)) - start < size;
}

static inline bool touches_recursive_slot(const struct mc_space *space, unsigned int levels,
					  mc_virt_addr_t address, uint64_t size)
{
	const uint64_t start = mc_virt_raw(address) & (offset_end(levels) - 1);

	if (is_recursive_slot(space, offset_index(mc_virt_raw(address), levels)))
		return true;
	/* Only a range that leaves its slot, which no page does, can reach another. */
	if (size <= MC_FRAME_SIZE || !((start ^ (start + size - 1)) >> mc_pt_shift(levels)))
		return false;
	return reaches_slot(OWN_SLOT, levels, start, size) ||
	       reaches_slot(SECOND_SLOT, levels, start, size) ||
	       reaches_slot(space->recursive_slot, levels, start, size);
}

/*
 * Where table windows show what is below an entry of `level`, and the TLB may have it: a table, or the
 * memory of a huge leaf. Returns how many places there are.
 *
 * - The active root's own window has what is active, and the kernel half, through whichever space.
 * - The second slot shows the tables of the space that has it, and the kernel half, at every place
 *   that mercator/recursive.h gives. As a huge leaf may be global, it stays in the TLB when the
 *   slot changes hands: so for the kernel half, whether the slot was ever taken is what counts.
 */
unsigned int window_places_of(const struct mc_space *space, uint64_t offset, unsigned int level,
			      mc_virt_addr_t places[MC_PT_LEVELS_MAX]);

/* Whether there can be any. A space may have no slot, and share its kernel half with one that has. */
static inline bool has_window(const struct mc_space *space, mc_virt_addr_t address)
{
	return space->recursive_slot != MC_SPACE_NOT_RECURSIVE ||
	       (OWN_SLOT != MC_SPACE_NOT_RECURSIVE && mc_pt_is_upper_half(address));
}

static inline unsigned int window_places(const struct mc_space *space, uint64_t offset,
					 unsigned int level,
					 mc_virt_addr_t places[MC_PT_LEVELS_MAX])
{
	if (!has_window(space, virtual_of(space, offset)))
		return 0;
	return window_places_of(space, offset, level, places);
}

void add_all_window_places(const struct mc_space *space, struct mc_tlb_batch *batch,
			   mc_virt_addr_t address, unsigned int level);

/*
 * Add to the batch where windows show a huge page of `level`, of which has_window() is true: once at each
 * level below it, see add_leaves(). The usual place of a 2 MiB page is not asked for, as it is known.
 */
static inline void add_window_places(unsigned int levels, const struct mc_space *space,
				     struct mc_tlb_batch *batch, mc_virt_addr_t address,
				     unsigned int level)
{
	if (level > 2 || space->recursive_slot != OWN_SLOT || space->is_inactive ||
	    (HAS_RECURSIVE && second_slot.was_taken))
		add_all_window_places(space, batch, address, level);
	else
		mc_tlb_batch_add_page_of(space, batch,
					 mc_recursive_table_address(OWN_SLOT, levels, address, 1));
}

#endif
