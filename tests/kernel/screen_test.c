/* SPDX-License-Identifier: MIT */
/*
 * Suite "screen": the grid, on a device that only records what is drawn. Each test has its own
 * screen; the live one is not touched.
 */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../kernel/console/screen.h"

#define MAX_CELLS 256

/* What the device shows, and how often it was asked to show something. */
static struct screen_cell shown[MAX_CELLS];
static unsigned int nr_drawn, nr_drawn_in_vain, nr_outside;

static struct screen_cell shadow[MAX_CELLS];
static struct screen screen;

static void fake_clear(const struct screen *s)
{
	for (unsigned int i = 0; i < s->columns * s->rows; i++)
		shown[i] = (struct screen_cell){ ' ', SCREEN_GREY };
}

static void fake_draw(const struct screen *s, unsigned int column, unsigned int row,
		      struct screen_cell cell)
{
	struct screen_cell *old = &shown[row * s->columns + column];

	nr_drawn++;
	if (column >= s->columns || row >= s->rows) {
		nr_outside++;
		return;
	}
	if (old->character == cell.character && old->colour == cell.colour)
		nr_drawn_in_vain++;
	*old = cell;
}

static const struct screen_device fake = { .clear = fake_clear, .draw = fake_draw };

static int open(unsigned int columns, unsigned int rows)
{
	memset(shown, 0xee, sizeof(shown));
	memset(shadow, 0xee, sizeof(shadow));
	nr_drawn = nr_drawn_in_vain = nr_outside = 0;
	screen = (struct screen){ .cells = shadow, .max_cells = MAX_CELLS };
	return screen_open(&screen, &fake, shown, columns, rows);
}

static void write(enum log_level level, const char *text)
{
	screen_write(&screen, level, text, strlen(text));
}

/* A row as text, with . for the placeholder and without the blanks at its end. */
static const char *row_text(unsigned int row)
{
	static char text[MAX_CELLS + 1];
	size_t length = 0;

	for (unsigned int column = 0; column < screen.columns; column++) {
		uint8_t character = shown[row * screen.columns + column].character;

		text[column] = character == SCREEN_PLACEHOLDER ? '.' : (char)character;
		if (character != ' ')
			length = column + 1;
	}
	text[length] = '\0';
	return text;
}

static unsigned int colour_at(unsigned int column, unsigned int row)
{
	return shown[row * screen.columns + column].colour;
}

/* The shadow is what is shown, nothing was drawn twice, nothing outside the grid was touched. */
static void expect_sound(struct ktest_run *t)
{
	const unsigned int nr_cells = screen.columns * screen.rows;

	EXPECT_TRUE(t, memcmp(shown, shadow, nr_cells * sizeof(shown[0])) == 0);
	for (unsigned int i = nr_cells; i < MAX_CELLS; i++)
		EXPECT_TRUE(t, shown[i].character == 0xee && shadow[i].character == 0xee);
	EXPECT_EQ(t, nr_drawn_in_vain, 0);
	EXPECT_EQ(t, nr_outside, 0);
}

KTEST(screen, starts_blank)
{
	ASSERT_EQ(t, open(10, 3), 0);
	for (unsigned int row = 0; row < 3; row++)
		EXPECT_STR(t, row_text(row), "");
	EXPECT_EQ(t, nr_drawn, 0);
	expect_sound(t);
}

KTEST(screen, refuses_a_grid_of_no_size_or_beyond_the_shadow)
{
	ASSERT_EQ(t, open(10, 3), 0);
	write(LOG_INFO, "kept");
	EXPECT_EQ(t, screen_open(&screen, &fake, shown, 0, 3), MC_ERR_RANGE);
	EXPECT_EQ(t, screen_open(&screen, &fake, shown, 10, 0), MC_ERR_RANGE);
	EXPECT_EQ(t, screen_open(&screen, &fake, shown, MAX_CELLS + 1, 1), MC_ERR_RANGE);
	EXPECT_EQ(t, screen_open(&screen, &fake, shown, 0x80000001, 2), MC_ERR_RANGE);
	EXPECT_STR(t, row_text(0), "kept");
	write(LOG_INFO, "works");
	EXPECT_STR(t, row_text(1), "works");
	EXPECT_EQ(t, open(MAX_CELLS, 1), 0);
}

KTEST(screen, does_nothing_before_it_is_opened)
{
	screen = (struct screen){ .cells = shadow, .max_cells = MAX_CELLS };
	nr_drawn = 0;
	write(LOG_ERROR, "nobody sees this");
	screen_show_banner(&screen, true, "nor this");
	EXPECT_EQ(t, nr_drawn, 0);
}

KTEST(screen, each_line_has_its_row)
{
	ASSERT_EQ(t, open(10, 4), 0);
	write(LOG_INFO, "one");
	write(LOG_INFO, "");
	write(LOG_INFO, "ten chars.");
	write(LOG_INFO, "four");
	EXPECT_STR(t, row_text(0), "one");
	EXPECT_STR(t, row_text(1), "");
	EXPECT_STR(t, row_text(2), "ten chars.");
	EXPECT_STR(t, row_text(3), "four");
	expect_sound(t);
}

KTEST(screen, writes_no_more_than_length_bytes)
{
	ASSERT_EQ(t, open(10, 2), 0);
	screen_write(&screen, LOG_INFO, "abcdef", 3);
	EXPECT_STR(t, row_text(0), "abc");
	/* "ok " and "# SKIP" must not be looked for beyond the length either. */
	screen_write(&screen, LOG_RESULT, "ok 1", 2);
	EXPECT_EQ(t, colour_at(0, 1), SCREEN_GREY);
	screen_write(&screen, LOG_RESULT, "ok 1 # SKIP", 8);
	EXPECT_EQ(t, colour_at(0, 1), SCREEN_GREEN);
}

KTEST(screen, long_lines_wrap)
{
	ASSERT_EQ(t, open(5, 4), 0);
	write(LOG_WARN, "abcdefghijkl");
	EXPECT_STR(t, row_text(0), "abcde");
	EXPECT_STR(t, row_text(1), "fghij");
	EXPECT_STR(t, row_text(2), "kl");
	EXPECT_EQ(t, colour_at(1, 2), SCREEN_YELLOW);
	write(LOG_INFO, "next");
	EXPECT_STR(t, row_text(3), "next");
	expect_sound(t);
}

KTEST(screen, scrolls_when_full)
{
	ASSERT_EQ(t, open(8, 3), 0);
	write(LOG_INFO, "one");
	write(LOG_ERROR, "two");
	write(LOG_INFO, "three");
	write(LOG_INFO, "four");
	EXPECT_STR(t, row_text(0), "two");
	EXPECT_EQ(t, colour_at(0, 0), SCREEN_RED);
	EXPECT_STR(t, row_text(1), "three");
	EXPECT_STR(t, row_text(2), "four");
	EXPECT_EQ(t, colour_at(0, 2), SCREEN_GREY);
	expect_sound(t);
}

KTEST(screen, scrolls_large_screens_by_an_eighth)
{
	char text[2] = "a";

	ASSERT_EQ(t, open(4, 24), 0);
	for (; text[0] < 'a' + 24; text[0]++)
		write(LOG_INFO, text);
	EXPECT_STR(t, row_text(0), "a");
	EXPECT_STR(t, row_text(23), "x");
	write(LOG_INFO, "new");
	EXPECT_STR(t, row_text(0), "d");
	EXPECT_STR(t, row_text(20), "x");
	EXPECT_STR(t, row_text(21), "new");
	EXPECT_STR(t, row_text(22), "");
	expect_sound(t);
}

KTEST(screen, scrolling_draws_only_what_changes)
{
	ASSERT_EQ(t, open(10, 4), 0);
	for (int i = 0; i < 4; i++)
		write(LOG_INFO, "same  line");
	nr_drawn = 0;
	write(LOG_INFO, "same  line");
	/* Three rows stay as they are; the fourth is wiped and written again, its blanks not. */
	EXPECT_EQ(t, nr_drawn, 2 * 8);
	expect_sound(t);
}

KTEST(screen, a_line_longer_than_the_screen_leaves_its_end)
{
	ASSERT_EQ(t, open(4, 2), 0);
	write(LOG_INFO, "abcdefghijklmn");
	EXPECT_STR(t, row_text(0), "ijkl");
	EXPECT_STR(t, row_text(1), "mn");
	expect_sound(t);
}

KTEST(screen, one_cell_is_enough)
{
	ASSERT_EQ(t, open(1, 1), 0);
	write(LOG_INFO, "a\tbc");
	EXPECT_STR(t, row_text(0), "c");
	write(LOG_INFO, "");
	EXPECT_STR(t, row_text(0), "");
	screen_show_banner(&screen, false, "failed");
	EXPECT_STR(t, row_text(0), "f");
	EXPECT_EQ(t, colour_at(0, 0), SCREEN_BANNER_BAD);
	write(LOG_INFO, "no room is left");
	EXPECT_STR(t, row_text(0), "f");
	expect_sound(t);
}

KTEST(screen, tabs_go_to_the_next_stop)
{
	ASSERT_EQ(t, open(20, 5), 0);
	write(LOG_INFO, "\tx");
	write(LOG_INFO, "1234567\tx");
	write(LOG_INFO, "12345678\tx");
	EXPECT_STR(t, row_text(0), "        x");
	EXPECT_STR(t, row_text(1), "1234567 x");
	EXPECT_STR(t, row_text(2), "12345678        x");
	/* A tab ends at the row's end; only the next character wraps. */
	write(LOG_INFO, "12345678901234567\t\tx");
	EXPECT_STR(t, row_text(3), "12345678901234567");
	EXPECT_STR(t, row_text(4), "x");
	expect_sound(t);
}

KTEST(screen, other_bytes_show_as_placeholders)
{
	ASSERT_EQ(t, open(20, 2), 0);
	write(LOG_INFO, "\x01"
			"a\nb\r\x1b[m\x7f\x80\xc3\xa9\xff~!");
	EXPECT_STR(t, row_text(0), ".a.b..[m.....~!");
	screen_show_banner(&screen, true, "\xc3\n");
	EXPECT_STR(t, row_text(1), "         ..");
	expect_sound(t);
}

KTEST(screen, colours_follow_level_and_result)
{
	static const struct {
		enum log_level level;
		const char *text;
		enum screen_colour colour;
	} cases[] = {
		{ LOG_ERROR, "anything", SCREEN_RED },
		{ LOG_WARN, "anything", SCREEN_YELLOW },
		{ LOG_INFO, "anything", SCREEN_GREY },
		{ LOG_DEBUG, "anything", SCREEN_GREY },
		{ LOG_INFO, "ok 1 no result", SCREEN_GREY },
		{ LOG_ERROR, "ok 1 no result", SCREEN_RED },
		{ LOG_RESULT, "KTAP version 1", SCREEN_GREY },
		{ LOG_RESULT, "ok 1 name", SCREEN_GREEN },
		{ LOG_RESULT, "    ok 1 name", SCREEN_GREEN },
		{ LOG_RESULT, "\t\tok 1 name", SCREEN_GREEN },
		{ LOG_RESULT, "not ok 1 name", SCREEN_RED },
		{ LOG_RESULT, "  not ok 1 name # SKIP it", SCREEN_RED },
		{ LOG_RESULT, "  ok 1 name # SKIP no LA57", SCREEN_YELLOW },
		{ LOG_RESULT, "  # SKIP no LA57", SCREEN_YELLOW },
		{ LOG_RESULT, "  # it said # SKIP", SCREEN_GREY },
		{ LOG_RESULT, "okay", SCREEN_GREY },
		{ LOG_RESULT, "not okay", SCREEN_GREY },
		{ LOG_RESULT, "# ok 1", SCREEN_GREY },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(t, open(40, 1), 0);
		write(cases[i].level, cases[i].text);
		if (!EXPECT_EQ(t, colour_at((unsigned int)strlen(row_text(0)) - 1, 0),
			       cases[i].colour))
			ktest_note(t, "of: %s", cases[i].text);
	}
}

KTEST(screen, banner_fills_the_last_row_and_stays)
{
	ASSERT_EQ(t, open(10, 3), 0);
	write(LOG_INFO, "one");
	screen_show_banner(&screen, true, "good");
	for (unsigned int column = 0; column < 10; column++)
		EXPECT_EQ(t, colour_at(column, 2), SCREEN_BANNER_GOOD);
	EXPECT_STR(t, row_text(0), "one");
	EXPECT_STR(t, row_text(2), "   good");
	write(LOG_INFO, "two");
	write(LOG_INFO, "three");
	write(LOG_INFO, "longer than a row");
	EXPECT_STR(t, row_text(0), "longer tha");
	EXPECT_STR(t, row_text(1), "n a row");
	EXPECT_STR(t, row_text(2), "   good");
	expect_sound(t);
}

KTEST(screen, banner_on_a_full_screen_keeps_the_newest_text)
{
	ASSERT_EQ(t, open(10, 3), 0);
	write(LOG_INFO, "one");
	write(LOG_INFO, "two");
	write(LOG_INFO, "three");
	screen_show_banner(&screen, false, "bad");
	EXPECT_STR(t, row_text(0), "two");
	EXPECT_STR(t, row_text(1), "three");
	EXPECT_STR(t, row_text(2), "   bad");
	EXPECT_EQ(t, colour_at(0, 2), SCREEN_BANNER_BAD);
	expect_sound(t);
}

KTEST(screen, a_new_banner_replaces_the_old)
{
	ASSERT_EQ(t, open(8, 3), 0);
	screen_show_banner(&screen, true, "all good");
	EXPECT_STR(t, row_text(2), "all good");
	screen_show_banner(&screen, false, "not all that good");
	EXPECT_STR(t, row_text(2), "not all");
	EXPECT_EQ(t, colour_at(7, 2), SCREEN_BANNER_BAD);
	screen_show_banner(&screen, true, "");
	EXPECT_STR(t, row_text(2), "");
	EXPECT_EQ(t, colour_at(0, 2), SCREEN_BANNER_GOOD);
	write(LOG_INFO, "one");
	write(LOG_INFO, "two");
	EXPECT_STR(t, row_text(0), "one");
	EXPECT_STR(t, row_text(1), "two");
	expect_sound(t);
}

static void type(const char *bytes)
{
	screen_type(&screen, bytes, strlen(bytes));
}

KTEST(screen, what_is_typed_has_a_row_and_a_cursor)
{
	ASSERT_EQ(t, open(10, 4), 0);
	write(LOG_INFO, "one");
	type("> ab");
	EXPECT_STR(t, row_text(1), "> ab");
	EXPECT_EQ(t, colour_at(3, 1), SCREEN_INPUT);
	EXPECT_EQ(t, colour_at(4, 1), SCREEN_CURSOR);
	type("\b\b");
	EXPECT_EQ(t, colour_at(2, 1), SCREEN_CURSOR);
	EXPECT_EQ(t, colour_at(4, 1), SCREEN_GREY);
	type("xy z\b\b\b\033[K");
	EXPECT_STR(t, row_text(1), "> x");
	EXPECT_EQ(t, colour_at(3, 1), SCREEN_CURSOR);
	type("\r\n");
	EXPECT_EQ(t, colour_at(3, 1), SCREEN_GREY);
	EXPECT_EQ(t, colour_at(2, 1), SCREEN_INPUT);
	write(LOG_INFO, "two");
	type("> ");
	EXPECT_STR(t, row_text(2), "two");
	EXPECT_STR(t, row_text(3), ">");
	expect_sound(t);
}

KTEST(screen, the_bell_is_a_red_cursor)
{
	ASSERT_EQ(t, open(10, 4), 0);
	type("\a"); /* nothing is being typed: there is no cursor */
	EXPECT_STR(t, row_text(0), "");
	type("> ab\a");
	EXPECT_STR(t, row_text(0), "> ab");
	EXPECT_EQ(t, colour_at(4, 0), SCREEN_PAINT_RED);
	type("\b");
	EXPECT_EQ(t, colour_at(4, 0), SCREEN_GREY);
	EXPECT_EQ(t, colour_at(3, 0), SCREEN_CURSOR);
	type("\a");
	EXPECT_EQ(t, colour_at(3, 0), SCREEN_PAINT_RED);
	type("c");
	EXPECT_STR(t, row_text(0), "> ac");
	EXPECT_EQ(t, colour_at(4, 0), SCREEN_CURSOR);
	type("\a");
	write(LOG_INFO, "two");
	EXPECT_EQ(t, colour_at(4, 0), SCREEN_GREY);
	expect_sound(t);
}

KTEST(screen, a_row_that_is_typed_does_not_wrap)
{
	ASSERT_EQ(t, open(4, 2), 0);
	type("abcdef");
	EXPECT_STR(t, row_text(0), "abcd");
	EXPECT_STR(t, row_text(1), "");
	type("\b!\b\b\b\b\b\b\b-");
	EXPECT_STR(t, row_text(0), "-bc!");
	expect_sound(t);
}

KTEST(screen, a_line_of_the_log_ends_what_is_typed)
{
	ASSERT_EQ(t, open(10, 4), 0);
	type("> a\b");
	write(LOG_ERROR, "panic");
	EXPECT_STR(t, row_text(0), "> a");
	EXPECT_EQ(t, colour_at(2, 0), SCREEN_INPUT);
	EXPECT_STR(t, row_text(1), "panic");
	type("b");
	EXPECT_STR(t, row_text(2), "b");
	expect_sound(t);
}

KTEST(screen, clearing_leaves_the_banner)
{
	ASSERT_EQ(t, open(10, 4), 0);
	write(LOG_INFO, "one");
	screen_show_banner(&screen, true, "good");
	type("> ab\033[H\033[2J> ");
	EXPECT_STR(t, row_text(0), ">");
	EXPECT_EQ(t, colour_at(2, 0), SCREEN_CURSOR);
	EXPECT_STR(t, row_text(1), "");
	EXPECT_STR(t, row_text(3), "   good");
	expect_sound(t);
}

KTEST(screen, painting_covers_characters)
{
	static const uint8_t paint[] = { PAINT_TEXT, PAINT_GREEN, PAINT_RED, PAINT_TEXT,
					 PAINT_BLUE };

	ASSERT_EQ(t, open(4, 3), 0);
	write(LOG_INFO, "one");
	screen_paint(&screen, "a.#bc", paint, 5);
	EXPECT_STR(t, row_text(1), "a  b");
	EXPECT_EQ(t, colour_at(0, 1), SCREEN_GREY);
	EXPECT_EQ(t, colour_at(1, 1), SCREEN_PAINT_GREEN);
	EXPECT_EQ(t, colour_at(2, 1), SCREEN_PAINT_RED);
	EXPECT_STR(t, row_text(2), "");
	write(LOG_INFO, "two");
	EXPECT_STR(t, row_text(2), "two");
	expect_sound(t);
}

/* Any bytes on any grid: nothing is drawn outside, twice, or over the banner. */
KTEST(screen, random_lines_keep_it_sound)
{
	for (int round = 0; round < 200; round++) {
		unsigned int columns = 1 + (unsigned int)ktest_random_below(t, 16);
		unsigned int rows = 1 + (unsigned int)ktest_random_below(t, MAX_CELLS / 16);

		ASSERT_EQ(t, open(columns, rows), 0);
		for (int line = 0; line < 20; line++) {
			char text[64];
			size_t length = ktest_random_below(t, sizeof(text));

			for (size_t i = 0; i < length; i++)
				text[i] = (char)ktest_random(t);
			if (ktest_random_below(t, 2))
				screen_write(&screen, LOG_INFO, text, length);
			else
				screen_type(&screen, text, length);
			if (line == 10)
				screen_show_banner(&screen, true, "");
		}
		expect_sound(t);
		for (unsigned int cell = 0; cell < columns * rows; cell++)
			EXPECT_EQ(t, shown[cell].colour == SCREEN_BANNER_GOOD,
				  cell >= columns * (rows - 1));
	}
}
