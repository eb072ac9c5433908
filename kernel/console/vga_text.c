/* SPDX-License-Identifier: MIT */
/*
 * The screen on VGA text memory: a cell is a character of code page 437 in the low byte and an
 * attribute, background and text colour, in the high byte (IBM VGA; OSDev, "Text UI"). Attributes
 * here leave bit 7 off, as it may mean blinking or a bright background.
 */
#include "screen.h"

/* A filled square in code page 437. */
#define VGA_PLACEHOLDER 0xfe

static const uint8_t attributes[SCREEN_NR_COLOURS] = {
	[SCREEN_GREY] = 0x07,   /* light grey on black */
	[SCREEN_RED] = 0x0c,    /* bright red on black */
	[SCREEN_YELLOW] = 0x0e, /* yellow on black */
	[SCREEN_GREEN] = 0x0a,  /* bright green on black */
	[SCREEN_INPUT] = 0x0f,  /* white on black */
	[SCREEN_CURSOR] = 0x70, /* black on light grey */
	[SCREEN_PAINT_GREEN] = 0x20,  [SCREEN_PAINT_BLUE] = 0x10,
	[SCREEN_PAINT_YELLOW] = 0x60, /* brown */
	[SCREEN_PAINT_RED] = 0x40,    [SCREEN_PAINT_GREY] = 0x70,
	[SCREEN_PAINT_CYAN] = 0x30,   [SCREEN_BANNER_GOOD] = 0x2f, /* white on green */
	[SCREEN_BANNER_BAD] = 0x4f,                                /* white on red */
};

static void vga_text_draw(const struct screen *screen, unsigned int column, unsigned int row,
			  struct screen_cell cell)
{
	volatile uint16_t *cells = screen->base;
	uint8_t character = cell.character;

	if (character == SCREEN_PLACEHOLDER)
		character = VGA_PLACEHOLDER;
	cells[row * screen->columns + column] =
		(uint16_t)(attributes[cell.colour] << 8 | character);
}

static void vga_text_clear(const struct screen *screen)
{
	for (unsigned int row = 0; row < screen->rows; row++)
		for (unsigned int column = 0; column < screen->columns; column++)
			vga_text_draw(screen, column, row,
				      (struct screen_cell){ ' ', SCREEN_GREY });
}

static const struct screen_device vga_text_device = {
	.clear = vga_text_clear,
	.draw = vga_text_draw,
};

int vga_text_open(struct screen *screen, volatile uint16_t *cells, unsigned int width,
		  unsigned int height)
{
	if (!cells)
		return MC_ERR_INVALID;
	return screen_open(screen, &vga_text_device, cells, width, height);
}

int screen_init_vga_text(volatile uint16_t *cells, unsigned int width, unsigned int height)
{
	return vga_text_open(&screen_live, cells, width, height);
}
