/* SPDX-License-Identifier: MIT */
/* Suite "monitor_picture": the cells of the picture of physical memory. */
#include <kernel/ktest.h>
#include <kernel/units.h>

#include "../../kernel/monitor/picture.h"

static struct mc_memmap_range ram_range(uint64_t start, uint64_t end)
{
	return (struct mc_memmap_range){ start, end, MC_MEMMAP_USABLE };
}

static uint64_t row_bytes(const struct picture *picture)
{
	return (uint64_t)picture->row_cells << picture->cell_shift;
}

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
			const struct mc_memmap_range ram = ram_range(0, end);
			const struct picture picture =
				picture_make(screens[i].columns, screens[i].rows, &ram, 1);

			EXPECT_TRUE(t, picture.row_cells + PICTURE_LABEL <= screens[i].columns);
			EXPECT_TRUE(t, picture.nr_rows <= screens[i].rows);
			/* All of memory, without a row too much. */
			EXPECT_TRUE(t, picture.nr_rows * row_bytes(&picture) >= end);
			EXPECT_TRUE(t, (picture.nr_rows - 1) * row_bytes(&picture) < end);
			/* More than half of the rows are used, unless a cell is a frame already. */
			EXPECT_TRUE(t, picture.nr_rows * 2 > screens[i].rows ||
					       picture.cell_shift == MC_FRAME_SHIFT);
		}
	}
}

KTEST(monitor_picture, cells_are_at_least_a_frame_and_rows_at_least_one)
{
	struct mc_memmap_range ram = ram_range(0, MIB(1));
	struct picture picture = picture_make(80, 20, &ram, 1);

	EXPECT_EQ(t, picture.cell_shift, MC_FRAME_SHIFT);
	EXPECT_EQ(t, picture.row_cells, 64);
	EXPECT_EQ(t, picture.nr_rows, 4);

	ram = ram_range(0, MIB(64));
	picture = picture_make(1, 0, &ram, 1);
	EXPECT_EQ(t, picture.row_cells, 1);
	EXPECT_EQ(t, picture.nr_rows, 1);
	ram = ram_range(0, UINT64_C(1) << 52);
	picture = picture_make(10000, 1, &ram, 1);
	EXPECT_EQ(t, picture.row_cells, PICTURE_ROW_MAX);
	EXPECT_EQ(t, picture.nr_rows, 1);
}

/* A little RAM, and all else above 1 TiB, as QEMU gives it to an AMD CPU. */
KTEST(monitor_picture, holes_take_no_rows)
{
	const struct mc_memmap_range ram[] = {
		ram_range(0x1000, 0x9f000),
		ram_range(MIB(1), GIB(2)),
		ram_range(TIB(1), TIB(2) - GIB(2)),
	};
	const struct picture picture = picture_make(80, 21, ram, ARRAY_SIZE(ram));
	uint64_t cell;

	EXPECT_EQ(t, row_bytes(&picture), GIB(64));
	EXPECT_EQ(t, picture.nr_rows, 17);
	EXPECT_EQ(t, picture_row_start(&picture, 0), 0);
	EXPECT_EQ(t, picture_row_start(&picture, 1), TIB(1));
	EXPECT_EQ(t, picture_row_start(&picture, 16), TIB(2) - GIB(64));
	EXPECT_TRUE(t, picture_cell_of(&picture, GIB(1) + 5, &cell));
	EXPECT_EQ(t, cell, 1);
	EXPECT_TRUE(t, picture_cell_of(&picture, TIB(1) + GIB(65), &cell));
	EXPECT_EQ(t, cell, 2 * 64 + 1);
	EXPECT_TRUE(t, !picture_cell_of(&picture, GIB(64), &cell));
	EXPECT_TRUE(t, !picture_cell_of(&picture, TIB(2), &cell));
}

/* Each row is shown once, in order, and holds RAM; each address of RAM is in one. */
KTEST(monitor_picture, any_ranges_are_shown_once)
{
	for (int round = 0; round < 300; round++) {
		struct mc_memmap_range ram[6];
		const size_t count = 1 + ktest_random_below(t, ARRAY_SIZE(ram));
		uint64_t at = 0, last = 0, cell;
		struct picture picture;

		for (size_t i = 0; i < count; i++) {
			at += MC_FRAME_SIZE << ktest_random_below(t, 20);
			ram[i].start = at;
			at += (1 + ktest_random_below(t, 64)) * MC_FRAME_SIZE
			      << ktest_random_below(t, 20);
			ram[i].end = at;
		}
		picture = picture_make(80, 20, ram, count);
		ASSERT_TRUE(t, picture.nr_rows <= 20);
		for (uint64_t row = 0; row < picture.nr_rows; row++) {
			const uint64_t start = picture_row_start(&picture, row);
			bool has_ram = false;

			EXPECT_TRUE(t, row == 0 || start > last);
			last = start;
			for (size_t i = 0; i < count; i++)
				has_ram |= ram[i].start < start + row_bytes(&picture) &&
					   ram[i].end > start;
			EXPECT_TRUE(t, has_ram);
		}
		for (size_t i = 0; i < count; i++) {
			const uint64_t address =
				ram[i].start + ktest_random_below(t, ram[i].end - ram[i].start);

			ASSERT_TRUE(t, picture_cell_of(&picture, address, &cell));
			EXPECT_EQ(t,
				  picture_row_start(&picture, cell / picture.row_cells) +
					  (cell % picture.row_cells << picture.cell_shift),
				  align_down(address, UINT64_C(1) << picture.cell_shift));
		}
	}
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
