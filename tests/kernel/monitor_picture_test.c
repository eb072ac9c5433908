/* SPDX-License-Identifier: MIT */
/* Suite "monitor_picture": the cells of the picture of physical memory. */
#include <mercator/ktest.h>

#include "../../kernel/monitor/picture.h"

KTEST(monitor_picture, cells_fill_the_screen)
{
	static const struct {
		unsigned int columns, rows;
	} screens[] = {
		{ 80, 21 },  { 80, 24 },  { 100, 33 }, { 128, 44 },
		{ 160, 46 }, { 240, 63 }, { 240, 71 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		for (uint64_t end = MIB(8); end <= TIB(16); end += end / 3) {
			const struct picture_layout layout =
				picture_layout(screens[i].columns, screens[i].rows, end);
			const uint64_t row = (uint64_t)layout.row_cells << layout.cell_shift;

			EXPECT_TRUE(t, layout.row_cells + PICTURE_LABEL <= screens[i].columns);
			EXPECT_TRUE(t, layout.nr_rows <= screens[i].rows);
			/* All of memory, without a row too much. */
			EXPECT_TRUE(t, layout.nr_rows * row >= end);
			EXPECT_TRUE(t, (layout.nr_rows - 1) * row < end);
			/* More than half of the rows are used, unless a cell is a frame already. */
			EXPECT_TRUE(t, layout.nr_rows * 2 > screens[i].rows ||
					       layout.cell_shift == FRAME_SHIFT);
		}
	}
}

KTEST(monitor_picture, cells_are_at_least_a_frame_and_rows_at_least_one)
{
	struct picture_layout layout = picture_layout(80, 20, MIB(1));

	EXPECT_EQ(t, layout.cell_shift, FRAME_SHIFT);
	EXPECT_EQ(t, layout.row_cells, 64);
	EXPECT_EQ(t, layout.nr_rows, 4);

	layout = picture_layout(1, 0, MIB(64));
	EXPECT_EQ(t, layout.row_cells, 1);
	EXPECT_EQ(t, layout.nr_rows, 1);
	layout = picture_layout(10000, 1, UINT64_C(1) << 52);
	EXPECT_EQ(t, layout.row_cells, PICTURE_ROW_MAX);
	EXPECT_EQ(t, layout.nr_rows, 1);
}

KTEST(monitor_picture, what_a_cell_shows)
{
	static const struct {
		struct picture_cell cell;
		enum picture_kind kind;
	} cases[] = {
		{ { 8, 8, 8, 0, false, false }, PICTURE_FREE },
		{ { 8, 8, 8, 1, false, false }, PICTURE_BROKEN },
		{ { 8, 8, 7, 0, false, false }, PICTURE_BROKEN },
		{ { 8, 8, 0, 0, false, false }, PICTURE_USED },
		{ { 8, 7, 7, 7, false, false }, PICTURE_KERNEL },
		{ { 8, 0, 0, 0, false, false }, PICTURE_KERNEL },
		{ { 8, 7, 7, 7, true, true }, PICTURE_TABLE },
		{ { 0, 0, 0, 0, false, true }, PICTURE_RESERVED },
		{ { 0, 0, 0, 0, false, false }, PICTURE_NOTHING },
		{ { 4, 4, 4, 0, false, true }, PICTURE_FREE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(t, picture_kind(&cases[i].cell), cases[i].kind);
}
