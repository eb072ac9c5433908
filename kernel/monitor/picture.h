/* SPDX-License-Identifier: MIT */
/* The picture of physical memory: how large its cells are, where they are, what each shows. Pure. */
#ifndef KERNEL_MONITOR_PICTURE_H
#define KERNEL_MONITOR_PICTURE_H

#include <mercator/memmap.h>
#include <mercator/types.h>

/*
 * Cells in rows; a cell's size and the cells in a row are powers of two, so that each row begins at
 * a round address. Only rows with RAM are shown: there may be large holes.
 */
struct picture {
	const struct mc_memmap_range *ram; /* sorted, disjoint; at least one */
	size_t nr_ram;
	unsigned int cell_shift; /* a cell is 2^cell_shift bytes, at least a frame */
	unsigned int row_cells;
	uint64_t nr_rows; /* that are shown */
};

/* The label before a row's cells: 12 digits and a blank. */
#define PICTURE_LABEL 13

/* The most cells in a row. */
#define PICTURE_ROW_MAX 256

/*
 * Choose the smallest cells with which this RAM fits into the columns and rows, labels included.
 * There is always at least one cell a row, and one row.
 */
struct picture picture_make(unsigned int columns, unsigned int rows,
			    const struct mc_memmap_range *ram, size_t nr_ram);

/* The start of the shown row number `index`, which is below nr_rows. */
uint64_t picture_row_start(const struct picture *picture, uint64_t index);

/* Which cell shows an address, counted from the first one; false if none does. */
bool picture_cell_of(const struct picture *picture, uint64_t address, uint64_t *cell);

/* The contents of a cell, in frames. The pool's are RAM too. */
struct picture_cell {
	uint64_t nr_ram;
	uint64_t nr_pool; /* of the RAM, the frame allocator's */
	uint64_t nr_free;
	uint64_t nr_broken; /* free, but in 2 MiB that are not free as a whole */
	bool has_table;
	bool is_reserved; /* some of it is firmware's, or a device */
};

/* What is shown of a cell: the first of these that is true. */
enum picture_kind {
	PICTURE_TABLE,    /* a page table is in it */
	PICTURE_KERNEL,   /* RAM that is not the frame allocator's */
	PICTURE_BROKEN,   /* partly free, or all free in a block of 2 MiB that is not */
	PICTURE_USED,     /* all allocated */
	PICTURE_FREE,     /* all free */
	PICTURE_RESERVED, /* not RAM: firmware or devices */
	PICTURE_NOTHING,  /* not RAM, nor anything else in firmware's map */
	PICTURE_NR_KINDS,
};

enum picture_kind picture_kind(const struct picture_cell *cell);

#endif
