/* SPDX-License-Identifier: MIT */
/*
 * A cursor: an exclusive handle on a range of an address space, for many operations on single pages. It
 * remembers the tables that lead to where it is, so that a page beside the last one costs a fraction of
 * a walk from the root.
 *
 *	error = cursor_open(&cursor, space, address, size);
 *	while (!error && cursor_left(&cursor))
 *		error = cursor_map(&cursor, 1, next_frame(), attributes, NULL);
 *	cursor_close(&cursor);
 *
 * From opening to closing it holds the space's lock: no other operation may change the space, and on
 * this CPU none may be tried. (CONFIG_DEBUG_CHECKS: a panic. Walking and translating are free.) A cursor
 * is used by the CPU that opened it, and closed before the space is destroyed. What it remembers is where
 * the access method has shown it: by the recursive method, a cursor in the active space is closed before
 * another is activated. (CONFIG_DEBUG_CHECKS: a panic, both.)
 *
 * Each operation works on one page of a level, 1 4 KiB, 2 2 MiB or 3 1 GiB, at the cursor's address, and
 * does exactly what the mapper's does on that page's range (mercator/mapper.h): the same tables, the
 * same debts, the same errors, all or nothing. Then the cursor stands behind the page; after an error it
 * stands where it was. Errors that each of them can also return:
 *	ERR_INVALID     level is not 1 to 3
 *	ERR_MISALIGNED  the cursor is not at a multiple of the page's size
 *	ERR_RANGE       the page does not end within the cursor's range
 */
#ifndef MERCATOR_CURSOR_H
#define MERCATOR_CURSOR_H

#include <mercator/mapper.h>

/* Its fields are the mapper's own: nobody else looks at them. */
struct cursor {
	struct space *space;
	uint64_t start, at, end; /* virtual addresses; an end of 2^64 is 0 */

	/* The way to found_for: from the root down to the table of `level`. */
	uint64_t found_for;
	unsigned int level;
	struct cursor_table {
		phys_addr_t table;
		pt_entry_t all, any; /* the entries on the way to it, and-ed, or-ed */
	} way[PT_LEVELS_MAX + 1];

	/* What a page beside the last one takes; nothing of it means anything if `entry` is NULL. */
	pt_entry_t *entry;      /* of the page at `at`, in the table of `level` */
	pt_entry_t *stop;       /* where the table ends, or the range */
	pt_entry_t *parent;     /* the entry that counts the table's live ones, */
	pt_entry_t uncounted;   /* which is this one if nobody does */
	uint64_t page_size;     /* of that level */
	uint64_t misaligned;    /* bits that no physical address of such a page has */
	uint64_t last_physical; /* address at which such a page can begin */
	uint64_t bits;          /* what the attributes last used are in such a leaf */

	struct attributes attributes; /* those, which make sense in all of the range */
};

/*
 * Open a cursor at the beginning of a range; this waits for the space's lock. Errors: those of every
 * range (mercator/mapper.h), and then the cursor is not open: cursor_left() is 0, and closing it does
 * nothing.
 */
MUST_CHECK int cursor_open(struct cursor *cursor, struct space *space, virt_addr_t address,
			   uint64_t size);

/* Give the space's lock back. Whatever the cursor's operations added to batches is still owed. */
void cursor_close(struct cursor *cursor);

/* Where the cursor is, and how many bytes of its range are from there on. */
static inline virt_addr_t cursor_address(const struct cursor *cursor)
{
	return virt_addr(cursor->at);
}

static inline uint64_t cursor_left(const struct cursor *cursor)
{
	return cursor->end - cursor->at;
}

/*
 * Go to an address in the range, or to its end. Nothing is looked at: what is skipped costs nothing.
 *	ERR_MISALIGNED  it is not a multiple of FRAME_SIZE
 *	ERR_RANGE       it is outside of the range
 */
MUST_CHECK int cursor_seek(struct cursor *cursor, virt_addr_t address);

/*
 * Map one page. `conflict` may be NULL. Errors as mapper_map(), and
 *	ERR_UNSUPPORTED  the CPU has no pages of this level (a range would take smaller ones)
 *	ERR_MISALIGNED   also: the physical address is not a multiple of the page's size
 */
MUST_CHECK int cursor_map(struct cursor *cursor, unsigned int level, phys_addr_t physical,
			  struct attributes attributes, struct conflict *conflict);

/* Take away what is mapped or reserved in the page, as mapper_unmap(): a hole is no error. */
MUST_CHECK int cursor_unmap(struct cursor *cursor, unsigned int level, struct tlb_batch *batch);

/* Give the page these attributes, as mapper_protect(). */
MUST_CHECK int cursor_protect(struct cursor *cursor, unsigned int level,
			      struct attributes attributes, struct tlb_batch *batch,
			      struct conflict *conflict);

/*
 * The entry that stands for the cursor's address at `level`, or at the higher level *found at which the
 * walk ends: as mapper_read_entry(). The cursor stays where it is.
 *	ERR_INVALID  level is not 1 to the number of levels
 *	ERR_RANGE    the cursor is at the end of its range
 */
MUST_CHECK int cursor_read_entry(struct cursor *cursor, unsigned int level, pt_entry_t *entry,
				 unsigned int *found);

/*
 * Where the cursor's address leads, as mapper_translate(). The cursor stays where it is.
 *	ERR_NOT_FOUND  nothing is mapped there
 *	ERR_RANGE      the cursor is at the end of its range
 */
MUST_CHECK int cursor_translate(struct cursor *cursor, struct translation *translation);

#endif
