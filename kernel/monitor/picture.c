/* SPDX-License-Identifier: MIT */
/* The picture of physical memory (picture.h). */
#include "picture.h"

static unsigned int row_shift(const struct picture *picture)
{
	return picture->cell_shift + (unsigned int)__builtin_ctz(picture->row_cells);
}

/* The rows of a range that no earlier range is in: [first, first + count). */
struct new_rows {
	uint64_t first, count;
};

static struct new_rows new_rows(const struct picture *picture, size_t i)
{
	const unsigned int shift = row_shift(picture);
	const uint64_t last = (picture->ram[i].end - 1) >> shift;
	uint64_t first = picture->ram[i].start >> shift;

	if (i && (picture->ram[i - 1].end - 1) >> shift == first)
		first++;
	return (struct new_rows){ first, last + 1 - first };
}

static uint64_t count_rows(const struct picture *picture)
{
	uint64_t count = 0;

	for (size_t i = 0; i < picture->nr_ram; i++)
		count += new_rows(picture, i).count;
	return count;
}

struct picture picture_make(unsigned int columns, unsigned int rows,
			    const struct mc_memmap_range *ram, size_t nr_ram)
{
	struct picture picture = {
		.ram = ram,
		.nr_ram = nr_ram,
		.cell_shift = MC_FRAME_SHIFT,
		.row_cells = 1,
	};

	while (picture.row_cells * 2 <= PICTURE_ROW_MAX &&
	       picture.row_cells * 2 + PICTURE_LABEL <= columns)
		picture.row_cells *= 2;
	for (;; picture.cell_shift++) {
		picture.nr_rows = count_rows(&picture);
		if (picture.nr_rows <= rows || picture.nr_rows == 1)
			return picture;
	}
}

uint64_t picture_row_start(const struct picture *picture, uint64_t index)
{
	struct new_rows rows = { 0 };

	for (size_t i = 0; i < picture->nr_ram; i++) {
		rows = new_rows(picture, i);
		if (index < rows.count)
			break;
		index -= rows.count;
	}
	return (rows.first + index) << row_shift(picture);
}

bool picture_cell_of(const struct picture *picture, uint64_t address, uint64_t *cell)
{
	const uint64_t row = address >> row_shift(picture);
	uint64_t before = 0;

	for (size_t i = 0; i < picture->nr_ram; i++) {
		const struct new_rows rows = new_rows(picture, i);

		if (row >= rows.first && row - rows.first < rows.count) {
			*cell = (before + row - rows.first) * picture->row_cells +
				(address >> picture->cell_shift) % picture->row_cells;
			return true;
		}
		before += rows.count;
	}
	return false;
}

enum picture_kind picture_kind(const struct picture_cell *cell)
{
	if (cell->has_table)
		return PICTURE_TABLE;
	if (cell->nr_pool < cell->nr_ram)
		return PICTURE_KERNEL;
	if (!cell->nr_ram)
		return cell->is_reserved ? PICTURE_RESERVED : PICTURE_NOTHING;
	if (!cell->nr_free)
		return PICTURE_USED;
	if (cell->nr_free < cell->nr_pool || cell->nr_broken)
		return PICTURE_BROKEN;
	return PICTURE_FREE;
}
