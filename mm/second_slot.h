/* SPDX-License-Identifier: MIT */
/*
 * The second slot: the entry of the active root that shows the recursive method the tables of a space
 * that is not active (mercator/table_window.h). It belongs to one space at a time: the last one that an
 * operation was on, until another needs it, or the active root changes. Then the TLB may still know
 * the old owner's tables at its addresses, and forgets them with the whole of what is not global.
 *
 *	active root  | ... | second slot | recursive slot | ... |
 *				  |		    `-> itself
 *				  `-> the owner's root, with a recursive slot of its own
 */
#ifndef SECOND_SLOT_H
#define SECOND_SLOT_H

#include <mercator/error.h>
#include <mercator/space.h>

struct second_slot {
	bool is_taken;
	bool was_taken;   /* ever */
	phys_addr_t root; /* the owner's, if it is taken */
};

extern struct second_slot second_slot;

static inline bool second_slot_shows(const struct space *space)
{
	return second_slot.is_taken && phys_raw(second_slot.root) == phys_raw(space->root.table);
}

/* Empty it, if it is taken, and flush all that is not global; release_for_switch() leaves that to CR3. */
void second_slot_release(void);
void second_slot_release_for_switch(void);

MUST_CHECK int second_slot_take(const struct space *space);

/*
 * Before anything is done with the tables of a space that is not active: have them in the second window.
 *   ERR_UNSUPPORTED  it has no recursive slot, or another number of levels than the active space; or
 *                    that has no recursive slot
 */
MUST_CHECK static inline int second_slot_reach(const struct space *space)
{
	return second_slot_shows(space) ? 0 : second_slot_take(space);
}

#endif
