/* SPDX-License-Identifier: MIT */
/*
 * Suite "framebuffer": every byte of small framebuffers in every pixel format, against a model that
 * goes pixel by pixel. The framebuffers lie in a buffer full of guard bytes, also between rows.
 */
#include <generated/font.h>
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../kernel/console/screen.h"

#define GUARD      0xa5
#define GUARD_SIZE 64 /* bytes before and after a framebuffer */
#define MAX_CELLS  64

/* The modes, with some pixel values worked out by hand, from what framebuffer.c calls colours. */
struct format {
	const char *name;
	uint8_t bits_per_pixel;
	unsigned int pixel_bytes;
	struct framebuffer_field red, green, blue;
	uint32_t red_text;    /* ff 64 64 */
	uint32_t banner_good; /* 00 78 2d */
	uint32_t white;
};

static const struct format formats[] = {
	{ "x8r8g8b8", 32, 4, { 16, 8 }, { 8, 8 }, { 0, 8 }, 0xff6464, 0x00782d, 0xffffff },
	{ "b8g8r8x8", 32, 4, { 8, 8 }, { 16, 8 }, { 24, 8 }, 0x6464ff00, 0x2d780000, 0xffffff00 },
	{ "x2r10g10b10",
	  32,
	  4,
	  { 20, 10 },
	  { 10, 10 },
	  { 0, 10 },
	  0x3ff64591,
	  0x784b5,
	  0x3fffffff },
	{ "r8g8b8", 24, 3, { 16, 8 }, { 8, 8 }, { 0, 8 }, 0xff6464, 0x00782d, 0xffffff },
	{ "b8g8r8", 24, 3, { 0, 8 }, { 8, 8 }, { 16, 8 }, 0x6464ff, 0x2d7800, 0xffffff },
	{ "r5g6b5", 16, 2, { 11, 5 }, { 5, 6 }, { 0, 5 }, 0xfb2c, 0x3c5, 0xffff },
	{ "r5g5b5", 15, 2, { 10, 5 }, { 5, 5 }, { 0, 5 }, 0x7d8c, 0x1e5, 0x7fff },
};

static uint8_t memory[32 * 1024];
static struct screen_cell shadow[MAX_CELLS];
static struct screen screen;

static struct framebuffer_mode make_mode(const struct format *format, uint32_t width,
					 uint32_t height, uint32_t padding)
{
	return (struct framebuffer_mode){
		.base = memory + GUARD_SIZE + padding,
		.pitch = width * format->pixel_bytes + padding,
		.width = width,
		.height = height,
		.bits_per_pixel = format->bits_per_pixel,
		.red = format->red,
		.green = format->green,
		.blue = format->blue,
	};
}

static int open(const struct framebuffer_mode *mode, size_t max_cells)
{
	memset(memory, GUARD, sizeof(memory));
	screen = (struct screen){ .cells = shadow, .max_cells = max_cells };
	return framebuffer_open(&screen, mode);
}

/*
 * What pixel (x, y) must be on a screen of 2x2 cells whose font is `scale` times as large: "Ag" in
 * red above a good banner with a "!" on its left.
 */
static uint32_t model_pixel(const struct format *format, const struct framebuffer_mode *mode,
			    uint32_t scale, uint32_t x, uint32_t y)
{
	static const char text[2][2] = { { 'A', 'g' }, { '!', ' ' } };
	const uint32_t left = (mode->width - 2 * 8 * scale) / 2;
	const uint32_t top = (mode->height - 2 * 16 * scale) / 2;
	const uint32_t column = (x - left) / (8 * scale), row = (y - top) / (16 * scale);
	const uint32_t glyph_x = (x - left) / scale % 8, glyph_y = (y - top) / scale % 16;

	if (x < left || y < top || column > 1 || row > 1)
		return 0;
	if (font_glyphs[text[row][column] - ' '][glyph_y] & (0x80 >> glyph_x))
		return row ? format->white : format->red_text;
	return row ? format->banner_good : 0;
}

static uint8_t model_byte(const struct format *format, const struct framebuffer_mode *mode,
			  uint32_t scale, size_t offset)
{
	const size_t first = (size_t)((uint8_t *)mode->base - memory);
	const size_t x = (offset - first) % mode->pitch / format->pixel_bytes;
	const size_t y = (offset - first) / mode->pitch;
	const size_t byte = (offset - first) % mode->pitch % format->pixel_bytes;

	if (offset < first || y >= mode->height || x >= mode->width)
		return GUARD;
	return (uint8_t)(model_pixel(format, mode, scale, (uint32_t)x, (uint32_t)y) >> (8 * byte));
}

static void expect_model(struct ktest_run *t, const struct format *format,
			 const struct framebuffer_mode *mode, uint32_t scale)
{
	const uint8_t *end = (uint8_t *)mode->base + mode->pitch * mode->height + GUARD_SIZE;

	for (size_t i = 0; i < (size_t)(end - memory); i++) {
		if (memory[i] == model_byte(format, mode, scale, i))
			continue;
		FAIL(t, "a byte is not as in the model");
		ktest_note(t, "%s, %ux%u, pitch %u, scale %u: byte %zu is %#x, not %#x",
			   format->name, mode->width, mode->height, mode->pitch, scale, i,
			   memory[i], model_byte(format, mode, scale, i));
		return;
	}
}

/* The text of model_pixel(), on 2x2 cells and `margin` pixels more each way. */
static void draw_and_compare(struct ktest_run *t, const struct format *format, uint32_t scale,
			     uint32_t margin, uint32_t padding)
{
	struct framebuffer_mode mode =
		make_mode(format, 2 * 8 * scale + margin, 2 * 16 * scale + margin, padding);

	ASSERT_EQ(t, open(&mode, 4), 0);
	ASSERT_EQ(t, screen.columns, 2);
	ASSERT_EQ(t, screen.rows, 2);
	screen_write(&screen, LOG_INFO, "xy", 2);
	screen_write(&screen, LOG_ERROR, "Ag", 2);
	screen_show_banner(&screen, true, "!");
	expect_model(t, format, &mode, scale);
}

KTEST(framebuffer, every_pixel_format_is_exact)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		draw_and_compare(t, &formats[i], 1, 0, 0);
}

KTEST(framebuffer, odd_pitches_and_sizes_leave_padding_alone)
{
	static const uint32_t margins[] = { 0, 1, 2, 7 }, paddings[] = { 0, 1, 2, 3, 13 };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(margins) * ARRAY_SIZE(paddings); j++)
			draw_and_compare(t, &formats[i], 1, margins[j % ARRAY_SIZE(margins)],
					 paddings[j / ARRAY_SIZE(margins)]);
	}
}

KTEST(framebuffer, larger_fonts_repeat_pixels)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		for (uint32_t scale = 2; scale <= 3; scale++)
			draw_and_compare(t, &formats[i], scale, 5, 3);
	}
}

/* The grid must fit in max_cells by scaling up, and only as far as needed. */
KTEST(framebuffer, font_scales_to_the_bound_on_cells)
{
	struct framebuffer_mode mode = make_mode(&formats[5], 8 * 8, 4 * 16, 0);

	ASSERT_EQ(t, open(&mode, 32), 0);
	EXPECT_EQ(t, screen.columns, 8);
	EXPECT_EQ(t, screen.rows, 4);
	ASSERT_EQ(t, open(&mode, 31), 0);
	EXPECT_EQ(t, screen.columns, 4);
	EXPECT_EQ(t, screen.rows, 2);
	ASSERT_EQ(t, open(&mode, 2), 0);
	EXPECT_EQ(t, screen.columns, 2);
	EXPECT_EQ(t, screen.rows, 1);
	EXPECT_EQ(t, open(&mode, 0), MC_ERR_RANGE);
}

/* With 1x1 cells, all that is left of a line is its last character. */
KTEST(framebuffer, one_cell_is_enough)
{
	struct framebuffer_mode mode = make_mode(&formats[0], 8, 16, 4);
	uint32_t pixel;

	ASSERT_EQ(t, open(&mode, MAX_CELLS), 0);
	screen_write(&screen, LOG_ERROR, "xyA", 3);
	for (unsigned int y = 0; y < 16; y++) {
		for (unsigned int x = 0; x < 8; x++) {
			bool set = font_glyphs['A' - ' '][y] & (0x80 >> x);

			memcpy(&pixel, (uint8_t *)mode.base + y * mode.pitch + x * 4, 4);
			EXPECT_EQ(t, pixel, set ? formats[0].red_text : 0);
		}
	}
}

KTEST(framebuffer, draws_where_it_was_remapped)
{
	static uint8_t before[8 * 16 * 4];
	struct framebuffer_mode mode = make_mode(&formats[0], 8, 16, 0);
	uint8_t *first = mode.base, *second = first + sizeof(before);

	ASSERT_EQ(t, open(&mode, MAX_CELLS), 0);
	screen_write(&screen, LOG_ERROR, "A", 1);
	memcpy(before, first, sizeof(before));
	memcpy(second, first, sizeof(before));
	screen.base = second;
	screen_write(&screen, LOG_WARN, "B", 1);
	EXPECT_TRUE(t, memcmp(first, before, sizeof(before)) == 0);
	EXPECT_TRUE(t, memcmp(second, before, sizeof(before)) != 0);
}

KTEST(framebuffer, font_has_a_glyph_for_each_character)
{
	static const uint8_t letter_a[16] = { 0,    0,    0,    0,    0x18, 0x24, 0x24, 0x42,
					      0x42, 0x7e, 0x42, 0x42, 0x42, 0x42, 0,    0 };
	static const uint8_t nothing[16];

	EXPECT_TRUE(t, memcmp(font_glyphs['A' - ' '], letter_a, 16) == 0);
	EXPECT_TRUE(t, memcmp(font_glyphs[0], nothing, 16) == 0);
	for (size_t i = 1; i < ARRAY_SIZE(font_glyphs); i++) {
		for (size_t j = 0; j < i; j++)
			EXPECT_TRUE(t, memcmp(font_glyphs[i], font_glyphs[j], 16) != 0);
	}
}

KTEST(framebuffer, check_accepts_real_modes)
{
	static const uint32_t sizes[][2] = {
		{ 640, 480 },   { 800, 600 },   { 1024, 768 },  { 1280, 800 },   { 1366, 768 },
		{ 1920, 1080 }, { 1920, 1200 }, { 3840, 2160 }, { 15360, 8640 }, { 8, 16 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(formats); j++) {
			struct framebuffer_mode mode =
				make_mode(&formats[j], sizes[i][0], sizes[i][1], 0);

			EXPECT_EQ(t, framebuffer_mode_check(&mode), 0);
		}
	}
}

KTEST(framebuffer, check_names_each_kind_of_nonsense)
{
	const struct framebuffer_mode good = make_mode(&formats[0], 64, 64, 0);
	struct framebuffer_mode mode;

#define EXPECT_REFUSED(error, ...)                                                                 \
	do {                                                                                       \
		mode = good;                                                                       \
		__VA_ARGS__;                                                                       \
		EXPECT_EQ(t, framebuffer_mode_check(&mode), (error));                              \
		EXPECT_EQ(t, framebuffer_open(&screen, &mode), (error));                           \
	} while (0)

	ASSERT_EQ(t, open(&good, MAX_CELLS), 0);
	EXPECT_REFUSED(MC_ERR_UNSUPPORTED, mode.bits_per_pixel = 0);
	EXPECT_REFUSED(MC_ERR_UNSUPPORTED, mode.bits_per_pixel = 8);
	EXPECT_REFUSED(MC_ERR_UNSUPPORTED, mode.bits_per_pixel = 33);
	EXPECT_REFUSED(MC_ERR_NO_SPACE, mode.pitch = 64 * 4 - 1);
	EXPECT_REFUSED(MC_ERR_NO_SPACE, mode.width = 0xffffffff);
	EXPECT_REFUSED(MC_ERR_NO_SPACE, mode.width = 0x40000000, mode.pitch = 0);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.width = 0);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.width = 7);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.height = 0);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.height = 15);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.height = 0xffffffff);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.width = mode.height = 0x10000, mode.pitch = 0x40000);
	EXPECT_REFUSED(MC_ERR_RANGE, mode.width = 0x3fffffff, mode.height = 16, mode.pitch = ~3u);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.red.size = 0);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.green.size = 0);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.blue.size = 0);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.red.position = 25);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.red.position = 255, mode.red.size = 255);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.red.position = 15);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.green.position = 4);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.blue.position = 16);
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.blue.size = 32);
	/* A field in the bit that 15-bit pixels do not have. */
	EXPECT_REFUSED(MC_ERR_FORMAT, mode.bits_per_pixel = 15, mode.red = formats[5].red,
		       mode.green = formats[6].green, mode.blue = formats[6].blue);
#undef EXPECT_REFUSED
	mode = good;
	mode.base = NULL;
	EXPECT_EQ(t, framebuffer_mode_check(&mode), 0);
	EXPECT_EQ(t, framebuffer_open(&screen, &mode), MC_ERR_INVALID);
	mode.base = mc_virt_ptr(mc_virt_addr(UINT64_MAX - 64 * 64 * 4 + 1));
	EXPECT_EQ(t, framebuffer_open(&screen, &mode), MC_ERR_OVERFLOW);
	/* After all that, the screen is as it was. */
	EXPECT_EQ(t, screen.columns, 8);
	EXPECT_TRUE(t, screen.base == good.base);
}
