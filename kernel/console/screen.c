/* SPDX-License-Identifier: MIT */
/*
 * The grid of the screen: where text goes, in which colour, and scrolling. A cell is drawn only if
 * it differs from the shadow, so the shadow is always what is shown.
 */
#include <kernel/string.h>

#include "screen.h"

#define TAB_COLUMNS 8

/*
 * A full screen scrolls by this part of its rows. Scrolling by one row would redraw most of the
 * screen for every line, which is slow on uncached video memory.
 */
#define SCROLL_PART 8

static struct screen_cell live_cells[SCREEN_MAX_CELLS];
struct screen screen_live = { .cells = live_cells, .max_cells = SCREEN_MAX_CELLS };

static const struct screen_cell blank = { ' ', SCREEN_GREY };

static void set_cell(struct screen *screen, unsigned int column, unsigned int row,
		     struct screen_cell cell)
{
	struct screen_cell *shadow = &screen->cells[row * screen->columns + column];

	if (shadow->character == cell.character && shadow->colour == cell.colour)
		return;
	*shadow = cell;
	screen->device->draw(screen, column, row, cell);
}

/* Move the rows from `count` on to the top, and add blank ones; the banner stays. */
static void scroll(struct screen *screen, unsigned int count)
{
	const size_t nr_cells = (size_t)screen->text_rows * screen->columns;
	const size_t distance = (size_t)count * screen->columns;

	for (unsigned int row = 0; row < screen->text_rows; row++) {
		for (unsigned int column = 0; column < screen->columns; column++) {
			size_t from = row * screen->columns + column + distance;

			set_cell(screen, column, row,
				 from < nr_cells ? screen->cells[from] : blank);
		}
	}
	screen->nr_used -= count;
}

static void start_row(struct screen *screen)
{
	unsigned int step = screen->text_rows / SCROLL_PART;

	if (screen->nr_used == screen->text_rows)
		scroll(screen, step ? step : 1);
	screen->nr_used++;
	screen->column = 0;
}

static uint8_t displayable(char character)
{
	return character >= ' ' && character <= '~' ? (uint8_t)character : SCREEN_PLACEHOLDER;
}

static void put(struct screen *screen, char character, enum screen_colour colour)
{
	struct screen_cell cell = blank;

	if (screen->column == screen->columns)
		start_row(screen);
	/* All blanks are the same cell, so that scrolling does not redraw them. */
	if (character != ' ')
		cell = (struct screen_cell){ displayable(character), (uint8_t)colour };
	set_cell(screen, screen->column++, screen->nr_used - 1, cell);
}

/*
 * Go to the next tab stop, but not beyond the row's end: the next character wraps. Nothing is
 * drawn, as a new row is blank.
 */
static void put_tab(struct screen *screen)
{
	do {
		if (screen->column < screen->columns)
			screen->column++;
	} while (screen->column < screen->columns && screen->column % TAB_COLUMNS);
}

static bool starts_with(const char *text, size_t length, const char *start)
{
	const size_t start_length = strlen(start);

	return length >= start_length && memcmp(text, start, start_length) == 0;
}

static bool contains(const char *text, size_t length, const char *part)
{
	for (size_t i = 0; i < length; i++)
		if (starts_with(text + i, length - i, part))
			return true;
	return false;
}

/* A line of KTAP: `ok 1 name`, `not ok 1 name`, `ok 1 name # SKIP reason`, indented or not. */
static enum screen_colour result_colour(const char *text, size_t length)
{
	while (length && (*text == ' ' || *text == '\t')) {
		text++;
		length--;
	}
	if (starts_with(text, length, "not ok "))
		return SCREEN_RED;
	if (starts_with(text, length, "# SKIP"))
		return SCREEN_YELLOW;
	if (!starts_with(text, length, "ok "))
		return SCREEN_GREY;
	return contains(text, length, " # SKIP") ? SCREEN_YELLOW : SCREEN_GREEN;
}

static enum screen_colour line_colour(enum log_level level, const char *text, size_t length)
{
	switch (level) {
	case LOG_RESULT: return result_colour(text, length);
	case LOG_ERROR: return SCREEN_RED;
	case LOG_WARN: return SCREEN_YELLOW;
	default: return SCREEN_GREY;
	}
}

/* Show the character under the cursor in this colour; beyond the row's end there is none. */
static void colour_cursor(struct screen *screen, enum screen_colour colour)
{
	const unsigned int row = screen->nr_used - 1;
	struct screen_cell cell;

	if (screen->column >= screen->columns)
		return;
	cell = screen->cells[row * screen->columns + screen->column];
	cell.colour = (uint8_t)colour;
	set_cell(screen, screen->column, row,
		 cell.character == ' ' && colour == SCREEN_INPUT ? blank : cell);
}

static void stop_typing(struct screen *screen)
{
	if (screen->is_typed)
		colour_cursor(screen, SCREEN_INPUT);
	screen->is_typed = false;
}

static void erase_rest(struct screen *screen)
{
	for (unsigned int column = screen->column; column < screen->columns; column++)
		set_cell(screen, column, screen->nr_used - 1, blank);
}

static void clear_text(struct screen *screen)
{
	stop_typing(screen);
	scroll(screen, screen->nr_used);
}

/* How much of ESC [ was typed. The next byte ends the sequence, unless it is a digit. */
enum escape {
	ESCAPE_NONE,
	ESCAPE_BEGUN,
	ESCAPE_OPEN,
};

/* Execute escape sequences. True if the byte belongs to one. */
static bool type_escape(struct screen *screen, char byte)
{
	switch (screen->escape) {
	case ESCAPE_NONE: screen->escape = byte == '\033' ? ESCAPE_BEGUN : ESCAPE_NONE; break;
	case ESCAPE_BEGUN: screen->escape = byte == '[' ? ESCAPE_OPEN : ESCAPE_NONE; return true;
	default:
		if (byte >= '0' && byte <= '9')
			return true;
		screen->escape = ESCAPE_NONE;
		if (byte == 'K' && screen->is_typed)
			erase_rest(screen);
		else if (byte == 'J')
			clear_text(screen);
		return true;
	}
	return screen->escape != ESCAPE_NONE;
}

static void type_byte(struct screen *screen, char byte)
{
	if (type_escape(screen, byte))
		return;
	if (byte == '\n') {
		stop_typing(screen);
	} else if (byte == '\b') {
		screen->column -= screen->is_typed && screen->column > 0;
	} else if (byte >= ' ' && byte <= '~') {
		if (!screen->is_typed)
			start_row(screen);
		screen->is_typed = true;
		if (screen->column < screen->columns)
			put(screen, byte, SCREEN_INPUT);
	}
}

/* The bell turns the cursor red until something is typed. */
void screen_type(struct screen *screen, const char *bytes, size_t length)
{
	enum screen_colour cursor = SCREEN_CURSOR;

	if (!screen->text_rows)
		return;
	if (screen->is_typed)
		colour_cursor(screen, SCREEN_INPUT);
	for (size_t i = 0; i < length; i++) {
		type_byte(screen, bytes[i]);
		cursor = bytes[i] == '\a' ? SCREEN_PAINT_RED : SCREEN_CURSOR;
	}
	if (screen->is_typed)
		colour_cursor(screen, cursor);
}

void screen_write(struct screen *screen, enum log_level level, const char *text, size_t length)
{
	const enum screen_colour colour = line_colour(level, text, length);

	if (!screen->text_rows)
		return;
	stop_typing(screen);
	start_row(screen);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\t')
			put_tab(screen);
		else
			put(screen, text[i], colour);
	}
}

static const uint8_t painted[NR_PAINTS] = {
	[PAINT_GREEN] = SCREEN_PAINT_GREEN,   [PAINT_BLUE] = SCREEN_PAINT_BLUE,
	[PAINT_YELLOW] = SCREEN_PAINT_YELLOW, [PAINT_RED] = SCREEN_PAINT_RED,
	[PAINT_GREY] = SCREEN_PAINT_GREY,     [PAINT_CYAN] = SCREEN_PAINT_CYAN,
};

void screen_paint(struct screen *screen, const char *text, const uint8_t *paint, size_t length)
{
	if (!screen->text_rows)
		return;
	stop_typing(screen);
	start_row(screen);
	for (size_t i = 0; i < length && i < screen->columns; i++) {
		if (paint[i] == PAINT_TEXT)
			put(screen, text[i], SCREEN_GREY);
		else
			set_cell(screen, screen->column++, screen->nr_used - 1,
				 (struct screen_cell){ ' ', painted[paint[i]] });
	}
}

/* Until there is a banner, the bottom row is for text. */
static void reserve_banner(struct screen *screen)
{
	if (screen->text_rows < screen->rows)
		return;
	if (screen->nr_used == screen->rows)
		scroll(screen, 1);
	screen->text_rows--;
}

void screen_show_banner(struct screen *screen, bool good, const char *text)
{
	const enum screen_colour colour = good ? SCREEN_BANNER_GOOD : SCREEN_BANNER_BAD;
	const size_t length = strlen(text);
	size_t start;

	if (!screen->device)
		return;
	reserve_banner(screen);
	start = length < screen->columns ? (screen->columns - length) / 2 : 0;
	for (unsigned int column = 0; column < screen->columns; column++) {
		bool inside = column >= start && column - start < length;
		uint8_t character = inside ? displayable(text[column - start]) : ' ';

		set_cell(screen, column, screen->rows - 1,
			 (struct screen_cell){ character, (uint8_t)colour });
	}
}

int screen_open(struct screen *screen, const struct screen_device *device, volatile void *base,
		unsigned int columns, unsigned int rows)
{
	const uint64_t nr_cells = (uint64_t)columns * rows;

	if (!nr_cells || nr_cells > screen->max_cells)
		return MC_ERR_RANGE;
	for (size_t i = 0; i < nr_cells; i++)
		screen->cells[i] = blank;
	screen->device = device;
	screen->base = base;
	screen->columns = columns;
	screen->rows = rows;
	screen->text_rows = rows;
	screen->nr_used = 0;
	screen->column = 0;
	screen->is_typed = false;
	screen->escape = ESCAPE_NONE;
	device->clear(screen);
	return 0;
}

void screen_remap(volatile void *base)
{
	screen_live.base = base;
}

void screen_close(void)
{
	screen_live.device = NULL;
	screen_live.base = NULL;
	screen_live.text_rows = 0;
}

void screen_banner(bool good, const char *text)
{
	screen_show_banner(&screen_live, good, text);
}

static void console_write(enum log_level level, const char *text, size_t length)
{
	screen_write(&screen_live, level, text, length);
}

static void console_type(const char *bytes, size_t length)
{
	screen_type(&screen_live, bytes, length);
}

static struct console_size console_size(void)
{
	return (struct console_size){ screen_live.columns, screen_live.text_rows };
}

static void console_paint(const char *text, const uint8_t *paint, size_t length)
{
	screen_paint(&screen_live, text, paint, length);
}

struct console screen_console = {
	.name = "screen",
	.write = console_write,
	.type = console_type,
	.size = console_size,
	.paint = console_paint,
};
