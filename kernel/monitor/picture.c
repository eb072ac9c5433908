/* SPDX-License-Identifier: MIT */
/* The picture of physical memory (picture.h). */
#include "picture.h"

struct picture_layout picture_layout(unsigned int columns, unsigned int rows, uint64_t end)
{
	struct picture_layout layout = { .cell_shift = FRAME_SHIFT, .row_cells = 1 };

	while (layout.row_cells * 2 <= PICTURE_ROW_MAX &&
	       layout.row_cells * 2 + PICTURE_LABEL <= columns)
		layout.row_cells *= 2;
	for (;; layout.cell_shift++) {
		const uint64_t row_bytes = (uint64_t)layout.row_cells << layout.cell_shift;

		layout.nr_rows = (end - 1) / row_bytes + 1;
		if (layout.nr_rows <= rows || layout.nr_rows == 1)
			return layout;
	}
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
