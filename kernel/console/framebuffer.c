/* SPDX-License-Identifier: MIT */
/*
 * The screen on a linear RGB framebuffer (Multiboot2, 3.6.12): a cell is a glyph of the font, with
 * each of its pixels a square of scale * scale. The grid is in the middle of the framebuffer, with
 * black around it. The padding between two rows is never written.
 */
#include <generated/font.h>

#include "screen.h"

#define SCALE_MAX 8

/* Eight pixels of 2, 3 or 4 bytes are a whole number of words, and so is a glyph's row. */
#define LINE_WORDS_MAX (FONT_WIDTH * SCALE_MAX * sizeof(uint32_t) / sizeof(uint64_t))
_Static_assert(FONT_WIDTH % 8 == 0, "a glyph's row must be a whole number of 64-bit words");

/* A row of pixels may be unaligned; x86 stores to any address. */
typedef uint64_t unaligned_word __attribute__((aligned(1), may_alias));

/* Black is 0 in every pixel format: framebuffer_clear() relies on that. */
#define BLACK 0x000000
#define WHITE 0xffffff

/* Background and text, as 0xRRGGBB. */
static const uint32_t colours[SCREEN_NR_COLOURS][2] = {
	[SCREEN_GREY] = { BLACK, 0xc8c8c8 },         [SCREEN_RED] = { BLACK, 0xff6464 },
	[SCREEN_YELLOW] = { BLACK, 0xf0d250 },       [SCREEN_GREEN] = { BLACK, 0x64dc78 },
	[SCREEN_INPUT] = { BLACK, WHITE },           [SCREEN_CURSOR] = { 0xc8c8c8, BLACK },
	[SCREEN_PAINT_GREEN] = { 0x1e7d46, WHITE },  [SCREEN_PAINT_BLUE] = { 0x2f5fd0, WHITE },
	[SCREEN_PAINT_YELLOW] = { 0xf0d250, BLACK }, [SCREEN_PAINT_RED] = { 0xd04848, WHITE },
	[SCREEN_PAINT_GREY] = { 0x5a5a5a, WHITE },   [SCREEN_PAINT_CYAN] = { 0x3cc8c8, BLACK },
	[SCREEN_BANNER_GOOD] = { 0x00782d, WHITE },  [SCREEN_BANNER_BAD] = { 0xb01414, WHITE },
};

/* The bits that a pixel takes in memory: 15 are stored as 16. 0 if there is no such depth. */
static uint32_t stored_bits(uint8_t bits_per_pixel)
{
	switch (bits_per_pixel) {
	case 15:
	case 16: return 16;
	case 24: return 24;
	case 32: return 32;
	default: return 0;
	}
}

/* The scale of 8x16 characters with which max_cells suffice; 0: impossible. */
static uint32_t choose_scale(const struct framebuffer_mode *mode, size_t max_cells)
{
	for (uint32_t scale = 1; scale <= SCALE_MAX; scale++) {
		uint64_t columns = mode->width / (FONT_WIDTH * scale);
		uint64_t rows = mode->height / (FONT_HEIGHT * scale);

		if (!columns || !rows)
			return 0;
		if (columns * rows <= max_cells)
			return scale;
	}
	return 0;
}

/* The field's bits in a pixel; 0 if it is empty or reaches beyond the pixel. */
static uint64_t field_mask(struct framebuffer_field field, uint8_t bits_per_pixel)
{
	if (field.position + field.size > bits_per_pixel)
		return 0;
	return ((UINT64_C(1) << field.size) - 1) << field.position;
}

static bool fields_are_sound(const struct framebuffer_mode *mode)
{
	const uint64_t red = field_mask(mode->red, mode->bits_per_pixel);
	const uint64_t green = field_mask(mode->green, mode->bits_per_pixel);
	const uint64_t blue = field_mask(mode->blue, mode->bits_per_pixel);

	return red && green && blue && !(red & green) && !(red & blue) && !(green & blue);
}

int framebuffer_mode_check(const struct framebuffer_mode *mode)
{
	const uint32_t bits = stored_bits(mode->bits_per_pixel);

	if (!bits)
		return MC_ERR_UNSUPPORTED;
	if (mode->pitch < (uint64_t)mode->width * (bits / 8))
		return MC_ERR_NO_SPACE;
	if (!choose_scale(mode, SCREEN_MAX_CELLS))
		return MC_ERR_RANGE;
	if (!fields_are_sound(mode))
		return MC_ERR_FORMAT;
	return 0;
}

/* An 8-bit intensity as a field's bits, in place: 0 sets none of them, 255 all. */
static uint32_t intensity(uint32_t value, struct framebuffer_field field)
{
	const uint64_t most = (UINT64_C(1) << field.size) - 1;

	return (uint32_t)((((value & 0xff) * most + 127) / 255) << field.position);
}

static uint32_t pixel_of(const struct framebuffer_mode *mode, uint32_t rgb)
{
	return intensity(rgb >> 16, mode->red) | intensity(rgb >> 8, mode->green) |
	       intensity(rgb, mode->blue);
}

/* A glyph's row as the bytes of its pixels, in words. Returns how many. */
static size_t make_line(const struct framebuffer *framebuffer, uint8_t glyph_row,
			const uint32_t pixels[2], uint64_t *words)
{
	const uint32_t bits = framebuffer->pixel_bits;
	uint64_t word = 0;
	uint32_t filled = 0; /* bits of the word */
	size_t nr_words = 0;

	for (uint32_t bit = 1 << (FONT_WIDTH - 1); bit; bit >>= 1) {
		uint64_t pixel = pixels[(glyph_row & bit) != 0];

		for (uint32_t i = 0; i < framebuffer->scale; i++) {
			word |= pixel << filled;
			filled += bits;
			if (filled < 64)
				continue;
			filled -= 64;
			words[nr_words++] = word;
			word = pixel >> (bits - filled); /* the rest of the pixel */
		}
	}
	return nr_words;
}

static void store_line(volatile uint8_t *to, const uint64_t *words, size_t nr_words)
{
	volatile unaligned_word *line = (volatile unaligned_word *)to;

	for (size_t i = 0; i < nr_words; i++)
		line[i] = words[i];
}

static void framebuffer_draw(const struct screen *screen, unsigned int column, unsigned int row,
			     struct screen_cell cell)
{
	const struct framebuffer *framebuffer = &screen->framebuffer;
	const uint8_t *glyph = font_glyphs[cell.character - FONT_FIRST];
	const uint64_t cell_height = FONT_HEIGHT * framebuffer->scale;
	const uint64_t cell_bytes = FONT_WIDTH * framebuffer->scale * framebuffer->pixel_bits / 8;
	volatile uint8_t *line = (volatile uint8_t *)screen->base + framebuffer->origin +
				 row * cell_height * framebuffer->pitch + column * cell_bytes;
	const uint32_t *pixels = framebuffer->pixels[cell.colour];
	uint64_t words[LINE_WORDS_MAX];
	size_t nr_words = 0;

	for (unsigned int y = 0; y < FONT_HEIGHT; y++) {
		/* Glyphs are blank above and below, and full of upright strokes. */
		if (y == 0 || glyph[y] != glyph[y - 1])
			nr_words = make_line(framebuffer, glyph[y], pixels, words);
		for (unsigned int i = 0; i < framebuffer->scale; i++) {
			store_line(line, words, nr_words);
			line += framebuffer->pitch;
		}
	}
}

/* Blanks are black, and so is the space around the grid. */
static void framebuffer_clear(const struct screen *screen)
{
	const struct framebuffer *framebuffer = &screen->framebuffer;
	const size_t nr_words = framebuffer->row_bytes / sizeof(uint64_t);
	volatile uint8_t *row = screen->base;

	for (uint32_t y = 0; y < framebuffer->height; y++) {
		volatile unaligned_word *words = (volatile unaligned_word *)row;

		for (size_t i = 0; i < nr_words; i++)
			words[i] = 0;
		for (size_t i = nr_words * sizeof(uint64_t); i < framebuffer->row_bytes; i++)
			row[i] = 0;
		row += framebuffer->pitch;
	}
}

static const struct screen_device framebuffer_device = {
	.clear = framebuffer_clear,
	.draw = framebuffer_draw,
};

/* Make the framebuffer of a mode that framebuffer_mode_check() accepted. */
static struct framebuffer make_framebuffer(const struct framebuffer_mode *mode, uint32_t scale)
{
	const uint32_t pixel_bits = stored_bits(mode->bits_per_pixel);
	const uint64_t left = mode->width % (FONT_WIDTH * scale) / 2;
	const uint64_t top = mode->height % (FONT_HEIGHT * scale) / 2;
	struct framebuffer framebuffer = {
		.pitch = mode->pitch,
		.row_bytes = mode->width * (pixel_bits / 8),
		.height = mode->height,
		.pixel_bits = pixel_bits,
		.scale = scale,
		.origin = top * mode->pitch + left * (pixel_bits / 8),
	};

	for (unsigned int i = 0; i < SCREEN_NR_COLOURS; i++) {
		framebuffer.pixels[i][0] = pixel_of(mode, colours[i][0]);
		framebuffer.pixels[i][1] = pixel_of(mode, colours[i][1]);
	}
	return framebuffer;
}

int framebuffer_open(struct screen *screen, const struct framebuffer_mode *mode)
{
	const uint64_t start = mc_virt_raw(mc_virt_of_ptr(mode->base));
	const int status = framebuffer_mode_check(mode);
	uint32_t scale;

	if (status)
		return status;
	if (!mode->base)
		return MC_ERR_INVALID;
	if (start + (uint64_t)mode->pitch * mode->height < start)
		return MC_ERR_OVERFLOW;
	scale = choose_scale(mode, screen->max_cells);
	if (!scale)
		return MC_ERR_RANGE;
	screen->framebuffer = make_framebuffer(mode, scale);
	return screen_open(screen, &framebuffer_device, mode->base,
			   mode->width / (FONT_WIDTH * scale),
			   mode->height / (FONT_HEIGHT * scale));
}

int screen_init_framebuffer(const struct framebuffer_mode *mode)
{
	return framebuffer_open(&screen_live, mode);
}
