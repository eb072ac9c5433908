/* SPDX-License-Identifier: MIT */
/* Suite "vga_text": what is written to VGA text memory, which here is an array with a guard. */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../kernel/console/screen.h"

#define COLUMNS 6
#define ROWS    3
#define CELLS   (COLUMNS * ROWS)
#define GUARD   0xdead

static uint16_t memory[CELLS + 2 * COLUMNS];
static uint16_t *const cells = memory + COLUMNS;
static struct screen_cell shadow[CELLS];
static struct screen screen;

static int open(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(memory); i++)
		memory[i] = GUARD;
	screen = (struct screen){ .cells = shadow, .max_cells = CELLS };
	return vga_text_open(&screen, cells, COLUMNS, ROWS);
}

static void expect_guard(struct ktest_run *t)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		EXPECT_EQ(t, memory[i], GUARD);
		EXPECT_EQ(t, cells[CELLS + i], GUARD);
	}
}

KTEST(vga_text, opening_clears_exactly_the_screen)
{
	ASSERT_EQ(t, open(), 0);
	for (size_t i = 0; i < CELLS; i++)
		EXPECT_EQ(t, cells[i], 0x0720);
	expect_guard(t);
}

KTEST(vga_text, cells_are_attribute_and_character)
{
	ASSERT_EQ(t, open(), 0);
	screen_write(&screen, LOG_ERROR, "E\n", 2);
	screen_write(&screen, LOG_WARN, "W", 1);
	screen_write(&screen, LOG_RESULT, "  ok 1", 6);
	EXPECT_EQ(t, cells[0], 0x0c45);
	EXPECT_EQ(t, cells[1], 0x0cfe);
	EXPECT_EQ(t, cells[COLUMNS], 0x0e57);
	EXPECT_EQ(t, cells[2 * COLUMNS], 0x0720);
	EXPECT_EQ(t, cells[2 * COLUMNS + 2], 0x0a6f);
	screen_show_banner(&screen, true, "good");
	EXPECT_EQ(t, cells[2 * COLUMNS], 0x2f20);
	EXPECT_EQ(t, cells[2 * COLUMNS + 1], 0x2f67);
	screen_show_banner(&screen, false, "bad");
	EXPECT_EQ(t, cells[2 * COLUMNS + 5], 0x4f20);
	EXPECT_EQ(t, cells[2 * COLUMNS + 1], 0x4f62);
	expect_guard(t);
}

KTEST(vga_text, scrolling_moves_cells)
{
	ASSERT_EQ(t, open(), 0);
	for (char text = 'a'; text < 'a' + ROWS + 1; text++)
		screen_write(&screen, LOG_INFO, &text, 1);
	EXPECT_EQ(t, cells[0], 0x0700 | 'b');
	EXPECT_EQ(t, cells[2 * COLUMNS], 0x0700 | 'd');
	EXPECT_EQ(t, cells[2 * COLUMNS + 1], 0x0720);
	expect_guard(t);
}

KTEST(vga_text, refuses_nonsense)
{
	ASSERT_EQ(t, open(), 0);
	EXPECT_EQ(t, vga_text_open(&screen, NULL, COLUMNS, ROWS), MC_ERR_INVALID);
	EXPECT_EQ(t, vga_text_open(&screen, cells, 0, ROWS), MC_ERR_RANGE);
	EXPECT_EQ(t, vga_text_open(&screen, cells, COLUMNS, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, vga_text_open(&screen, cells, COLUMNS, ROWS + 1), MC_ERR_RANGE);
	EXPECT_EQ(t, screen.rows, ROWS);
	expect_guard(t);
}
