/* SPDX-License-Identifier: MIT */
/*
 * The second slot: the entry of the active root that shows the recursive method the tables of a space
 * that is not active (mercator/recursive.h). It belongs to one space at a time: the last one that an
 * operation was on, until another needs it, or the active root changes. Then the TLB may still know
 * the old owner's tables at its addresses, and forgets them with the whole of what is not global; and
 * with what is, where the owner's kernel half was not the active one's.
 *
 *	active root  | ... | second slot | recursive slot | ... |
 *				  |		    `-> itself
 *				  `-> the owner's root, with a recursive slot of its own
 */
#ifndef SECOND_SLOT_H
#define SECOND_SLOT_H

#include <mercator/error.h>
#include <mercator/space.h>

#include "../atomic.h"

/* Where the method is not built in, there is no slot, and its functions and data are not linked. */
#define HAS_RECURSIVE IS_ENABLED(CONFIG_MAPPER_RECURSIVE)

/*
 * One method more than the public ones, which no user sets: recursive, of a space that is not active.
 * mc_space_activate() changes between it and MC_ACCESS_RECURSIVE.
 */
#define ACCESS_SECOND_SLOT ((enum mc_access_method)(MC_ACCESS_GENERIC + 1))

struct second_slot {
	bool is_taken;
	bool was_taken;        /* ever */
	bool is_foreign;       /* the owner's kernel half is not the active one's */
	mc_phys_addr_t root;   /* the owner's, if it is taken */
	unsigned int nr_users; /* operations under way on the owner, one within another */
};

extern struct second_slot second_slot;

static inline bool second_slot_shows(const struct mc_space *space)
{
	return HAS_RECURSIVE && second_slot.is_taken &&
	       mc_phys_raw(second_slot.root) == mc_phys_raw(space->root.table);
}

/* Whether an operation is under way that needs the slot as it is. */
static inline bool second_slot_is_busy(void)
{
	return HAS_RECURSIVE && second_slot.nr_users != 0;
}

/* Empty it, if it is taken, and flush all that is not global; release_for_switch() leaves that to CR3. */
void second_slot_release(void);
void second_slot_release_for_switch(void);

MC_MUST_CHECK int second_slot_take(const struct mc_space *space);

/*
 * From begin to end, the tables of a space that is not active are in the second window. Another
 * operation may come in between (a visitor's, a frame source's, an exception handler's at any
 * instruction): on the same space it works, and for another the slot is not to be had.
 *   MC_ERR_BUSY         an operation on another such space is under way
 *   MC_ERR_UNSUPPORTED  it has no recursive slot, or another number of levels than the active space; or
 *                       that has no recursive slot
 */
MC_MUST_CHECK static inline int second_slot_begin(const struct mc_space *space)
{
	int error = 0;

	second_slot.nr_users++;
	compiler_barrier();
	if (!second_slot_shows(space))
		error = second_slot.nr_users > 1 ? MC_ERR_BUSY : second_slot_take(space);
	if (error)
		second_slot.nr_users--;
	return error;
}

static inline void second_slot_end(void)
{
	compiler_barrier();
	second_slot.nr_users--;
}

#endif
