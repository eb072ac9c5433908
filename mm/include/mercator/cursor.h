/* SPDX-License-Identifier: MIT */
/*
 * A cursor: an exclusive handle on a range of an address space, for many operations on single pages. It
 * remembers the tables that lead to where it is, so that a page beside the last one costs a fraction of
 * a walk from the root.
 *
 *	error = mc_cursor_open(&cursor, space, address, size);
 *	while (!error && mc_cursor_left(&cursor))
 *		error = mc_cursor_map(&cursor, 1, next_frame(), attributes, NULL);
 *	mc_cursor_close(&cursor);
 *
 * From opening to closing it holds the space's lock: no other operation may change the space, and on
 * this CPU none may be tried. (CONFIG_DEBUG_CHECKS: a panic. Walking and translating are free.) A cursor
 * is used by the CPU that opened it, and closed before the space is destroyed. What it remembers is where
 * the access method has shown it: by the recursive method, a cursor in the active space is closed before
 * another is activated. (CONFIG_DEBUG_CHECKS: a panic, both.)
 *
 * Each operation works on one page of a level, 1 4 KiB, 2 2 MiB or 3 1 GiB, at the cursor's address, and
 * does exactly what the mapper's does on that page's range (mercator/mapper.h): the same tables, the
 * same debts, the same errors, all or nothing. Then the cursor stands after the page; after an error it
 * stands where it was. Errors that each of them can also return:
 *	MC_ERR_INVALID     level is not 1 to 3
 *	MC_ERR_MISALIGNED  the cursor is not at a multiple of the page's size
 *	MC_ERR_RANGE       the page does not end within the cursor's range
 */
#ifndef MERCATOR_CURSOR_H
#define MERCATOR_CURSOR_H

#include <mercator/mapper.h>

/* Its fields are the mapper's own: nobody else looks at them. */
struct mc_cursor {
	struct mc_space *space;
	uint64_t start, at, end; /* virtual addresses; an end of 2^64 is 0 */

	/* The way to found_for: from the root down to the table of `level`. */
	uint64_t found_for;
	unsigned int level;
	struct mc_cursor_table {
		mc_phys_addr_t table;
		mc_pt_entry_t all, any; /* the entries on the way to it, and-ed, or-ed */
	} way[MC_PT_LEVELS_MAX + 1];

	/* What a page beside the last one takes; nothing of it means anything if `entry` is NULL. */
	mc_pt_entry_t *entry;    /* of the page at `at`, in the table of `level` */
	mc_pt_entry_t *stop;     /* where the table ends, or the range */
	mc_pt_entry_t *parent;   /* the entry that counts the table's live ones, */
	mc_pt_entry_t uncounted; /* which is this one if nobody does */
	uint64_t page_size;      /* of that level */
	uint64_t misaligned;     /* bits that no physical address of such a page has */
	uint64_t last_physical;  /* address at which such a page can begin */
	uint64_t bits;           /* what the attributes last used are in such a leaf */

	struct mc_attributes attributes; /* those, which make sense in all of the range */
};

/*
 * Open a cursor at the beginning of a range; this waits for the space's lock. Errors: those of every
 * range (mercator/mapper.h), and then the cursor is not open: mc_cursor_left() is 0, and closing it does
 * nothing.
 */
MC_MUST_CHECK int mc_cursor_open(struct mc_cursor *cursor, struct mc_space *space,
				 mc_virt_addr_t address, uint64_t size);

/* Give the space's lock back. Whatever the cursor's operations added to batches is still owed. */
void mc_cursor_close(struct mc_cursor *cursor);

/* Where the cursor is, and how many bytes of its range are from there on. */
static inline mc_virt_addr_t mc_cursor_address(const struct mc_cursor *cursor)
{
	return mc_virt_addr(cursor->at);
}

static inline uint64_t mc_cursor_left(const struct mc_cursor *cursor)
{
	return cursor->end - cursor->at;
}

/*
 * Go to an address in the range, or to its end. Nothing is looked at: what is skipped costs nothing.
 *	MC_ERR_MISALIGNED  it is not a multiple of MC_FRAME_SIZE
 *	MC_ERR_RANGE       it is outside of the range
 */
MC_MUST_CHECK int mc_cursor_seek(struct mc_cursor *cursor, mc_virt_addr_t address);

/*
 * Map one page. `conflict` may be NULL. Errors as mc_mapper_map(), and
 *	MC_ERR_UNSUPPORTED  the CPU has no pages of this level (a range would take smaller ones)
 *	MC_ERR_MISALIGNED   also: the physical address is not a multiple of the page's size
 */
MC_MUST_CHECK int mc_cursor_map(struct mc_cursor *cursor, unsigned int level,
				mc_phys_addr_t physical, struct mc_attributes attributes,
				struct mc_conflict *conflict);

/* Take away what is mapped or reserved in the page, as mc_mapper_unmap(): a hole is no error. */
MC_MUST_CHECK int mc_cursor_unmap(struct mc_cursor *cursor, unsigned int level,
				  struct mc_tlb_batch *batch);

/* Give the page these attributes, as mc_mapper_protect(). */
MC_MUST_CHECK int mc_cursor_protect(struct mc_cursor *cursor, unsigned int level,
				    struct mc_attributes attributes, struct mc_tlb_batch *batch,
				    struct mc_conflict *conflict);

/*
 * The entry that stands for the cursor's address at `level`, or at the higher level *found at which the
 * walk ends: as mc_mapper_read_entry(). The cursor stays where it is.
 *	MC_ERR_INVALID  level is not 1 to the number of levels
 *	MC_ERR_RANGE    the cursor is at the end of its range
 */
MC_MUST_CHECK int mc_cursor_read_entry(struct mc_cursor *cursor, unsigned int level,
				       mc_pt_entry_t *entry, unsigned int *found);

/*
 * Where the cursor's address leads, as mc_mapper_translate(). The cursor stays where it is.
 *	MC_ERR_NOT_FOUND  nothing is mapped there
 *	MC_ERR_RANGE      the cursor is at the end of its range
 */
MC_MUST_CHECK int mc_cursor_translate(struct mc_cursor *cursor, struct mc_translation *translation);

#endif
