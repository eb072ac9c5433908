/* SPDX-License-Identifier: MIT */
/*
 * Inside of the screen: a grid of cells with a device below that can draw one. The whole state is a
 * struct, so that tests have screens of their own and leave the live one alone.
 */
#ifndef KERNEL_CONSOLE_SCREEN_H
#define KERNEL_CONSOLE_SCREEN_H

#include <kernel/screen.h>

/*
 * The live screen's bound on columns * rows, and so on the shadow's size: two bytes a cell. It lets
 * 1920x1200 have characters of 8x16 pixels (240x75); larger screens get larger characters.
 */
#define SCREEN_MAX_CELLS 20480

/* A character that the screen cannot show; it takes the place of DEL, which is not printable. */
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

/* What shows cells. Both functions write nothing but video memory, and read none. */
struct screen_device {
	/* Make all of the screen look like grey blanks, whatever was there. */
	void (*clear)(const struct screen *screen);
	void (*draw)(const struct screen *screen, unsigned int column, unsigned int row,
		     struct screen_cell cell);
};

/* What framebuffer.c has worked out of the mode; it is not used with VGA text. */
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
	struct screen_cell *cells; /* the shadow, max_cells of them; set by who makes the screen */
	size_t max_cells;
	const struct screen_device *device; /* NULL until there is a screen */
	volatile void *base;                /* video memory */
	unsigned int columns;
	unsigned int rows;
	unsigned int text_rows; /* all, or all but the last, once there is a banner */
	unsigned int nr_used;   /* rows with text; the last of them is being written */
	unsigned int column;    /* in that row, where the next character goes */
	bool is_typed;          /* that row is what somebody types: the cursor is at `column` */
	uint8_t escape;         /* how much of an escape sequence was typed */
	struct framebuffer framebuffer;
};

extern struct screen screen_live;

/*
 * Make a screen of a device with columns * rows cells, and clear it. MC_ERR_RANGE: there are no cells,
 * or more than the shadow holds; the screen is what it was then.
 */
MC_MUST_CHECK int screen_open(struct screen *screen, const struct screen_device *device,
			      volatile void *base, unsigned int columns, unsigned int rows);

/* What stands behind the public functions of the same names. */
void screen_write(struct screen *screen, enum log_level level, const char *text, size_t length);
void screen_type(struct screen *screen, const char *bytes, size_t length);
void screen_paint(struct screen *screen, const char *text, const uint8_t *paint, size_t length);
void screen_show_banner(struct screen *screen, bool good, const char *text);
MC_MUST_CHECK int framebuffer_open(struct screen *screen, const struct framebuffer_mode *mode);
MC_MUST_CHECK int vga_text_open(struct screen *screen, volatile uint16_t *cells, unsigned int width,
				unsigned int height);

#endif
