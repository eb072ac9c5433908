/* SPDX-License-Identifier: MIT */
/*
 * The screen's internals: a grid of cells, and a device that draws them. The whole state is a
 * struct, so that tests can have their own screens.
 */
#ifndef KERNEL_CONSOLE_SCREEN_H
#define KERNEL_CONSOLE_SCREEN_H

#include <kernel/screen.h>

/*
 * The live screen's limit of columns * rows; its shadow takes two bytes a cell. 1920x1200 still has
 * characters of 8x16 pixels (240x75); larger screens get larger characters.
 */
#define SCREEN_MAX_CELLS 20480

/*
 * Shown for characters that the screen cannot show. It has the code of DEL, which is not printable.
 */
#define SCREEN_PLACEHOLDER 0x7f

enum screen_colour {
	SCREEN_GREY, /* all are on black, up to SCREEN_INPUT */
	SCREEN_RED,
	SCREEN_YELLOW,
	SCREEN_GREEN,
	SCREEN_INPUT,       /* what is being typed */
	SCREEN_CURSOR,      /* the character that the cursor is on */
	SCREEN_PAINT_GREEN, /* these show no text */
	SCREEN_PAINT_BLUE,
	SCREEN_PAINT_YELLOW,
	SCREEN_PAINT_RED,
	SCREEN_PAINT_GREY,
	SCREEN_PAINT_CYAN,
	SCREEN_BANNER_GOOD,
	SCREEN_BANNER_BAD,
	SCREEN_NR_COLOURS,
};

/* `character` is printable ASCII or SCREEN_PLACEHOLDER, `colour` an enum screen_colour. */
struct screen_cell {
	uint8_t character;
	uint8_t colour;
};

struct screen;

/* What draws cells. Both functions write only video memory, and never read it. */
struct screen_device {
	/* Fill the screen with grey blanks. */
	void (*clear)(const struct screen *screen);
	void (*draw)(const struct screen *screen, unsigned int column, unsigned int row,
		     struct screen_cell cell);
};

/* What framebuffer.c computes from the mode; unused with VGA text. */
struct framebuffer {
	uint32_t pitch;
	uint32_t row_bytes; /* of the pixels in a row: the pitch without the padding */
	uint32_t height;
	uint32_t pixel_bits;                   /* 16, 24 or 32, as stored */
	uint32_t scale;                        /* of the font */
	uint64_t origin;                       /* bytes from base to the grid's first pixel */
	uint32_t pixels[SCREEN_NR_COLOURS][2]; /* background, text */
};

/*
 * Invariant: nr_used <= text_rows <= rows, column <= columns, and every used cell of the shadow
 * is what the device shows. The rows from text_rows on are the banner's. Only a row that is typed has
 * the cursor in it.
 */
struct screen {
	struct screen_cell *cells; /* the shadow, of max_cells; set by the screen's creator */
	size_t max_cells;
	const struct screen_device *device; /* NULL until there is a screen */
	volatile void *base;                /* video memory */
	unsigned int columns;
	unsigned int rows;
	unsigned int text_rows; /* all, or all but the last, once there is a banner */
	unsigned int nr_used;   /* rows with text; the last of them is being written */
	unsigned int column;    /* in that row, where the next character goes */
	bool is_typed;          /* that row is being typed: the cursor is at `column` */
	uint8_t escape;         /* how much of an escape sequence was typed */
	struct framebuffer framebuffer;
};

extern struct screen screen_live;

/*
 * Make a screen of a device with columns * rows cells, and clear it. MC_ERR_RANGE: there are no
 * cells, or more than the shadow holds; the screen is unchanged.
 */
MC_MUST_CHECK int screen_open(struct screen *screen, const struct screen_device *device,
			      volatile void *base, unsigned int columns, unsigned int rows);

/* The public functions of the same names call these. */
void screen_write(struct screen *screen, enum log_level level, const char *text, size_t length);
void screen_type(struct screen *screen, const char *bytes, size_t length);
void screen_paint(struct screen *screen, const char *text, const uint8_t *paint, size_t length);
void screen_show_banner(struct screen *screen, bool good, const char *text);
MC_MUST_CHECK int framebuffer_open(struct screen *screen, const struct framebuffer_mode *mode);
MC_MUST_CHECK int vga_text_open(struct screen *screen, volatile uint16_t *cells, unsigned int width,
				unsigned int height);

#endif
