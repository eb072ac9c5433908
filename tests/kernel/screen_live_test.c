/* SPDX-License-Identifier: MIT */
/*
 * Suite "screen_live": the public functions, which all work on the one live screen, and therefore
 * on the host only. Video memory is allocated to the byte, so that ASan sees any other access.
 */
#include <stdlib.h>
#include <string.h>

#include <kernel/ktest.h>
#include <kernel/units.h>

#include "../../kernel/console/screen.h"

static struct framebuffer_mode make_mode(uint32_t width, uint32_t height, uint8_t bits_per_pixel)
{
	struct framebuffer_mode mode = {
		.pitch = width * (bits_per_pixel / 8) + 12,
		.width = width,
		.height = height,
		.bits_per_pixel = bits_per_pixel,
		.red = { 11, 5 },
		.green = { 5, 6 },
		.blue = { 0, 5 },
	};

	/* The padding after the last row need not be there. */
	mode.base = malloc((size_t)mode.pitch * height - 12);
	return mode;
}

static void log_random_lines(struct ktest_run *t, int nr_lines)
{
	for (int line = 0; line < nr_lines; line++) {
		/* Exactly as long as it says, for ASan. */
		size_t length = ktest_random_below(t, 400);
		char *text = malloc(length);

		for (size_t i = 0; i < length; i++)
			text[i] = (char)ktest_random(t);
		screen_console.write((enum log_level)ktest_random_below(t, 5), text, length);
		free(text);
	}
}

/* First of all tests here: nothing was initialised yet. */
KTEST(screen_live, without_a_screen_nothing_happens)
{
	screen_remap(NULL);
	screen_banner(true, "nobody sees this");
	log_random_lines(t, 3);
	EXPECT_TRUE(t, screen_live.device == NULL);
}

KTEST(screen_live, real_resolutions_stay_inside)
{
	static const struct {
		uint32_t width, height;
		unsigned int columns, rows;
	} cases[] = {
		{ 640, 480, 80, 30 },    { 800, 600, 100, 37 },   { 1024, 768, 128, 48 },
		{ 1280, 800, 160, 50 },  { 1366, 768, 170, 48 },  { 1920, 1080, 240, 67 },
		{ 1920, 1200, 240, 75 }, { 2560, 1440, 160, 45 }, { 3840, 2160, 240, 67 },
		{ 5120, 2880, 213, 60 }, { 7680, 4320, 240, 67 }, { 8, 16, 1, 1 },
		{ 15, 31, 1, 1 },        { 4096, 16, 512, 1 },    { 8, 2000, 1, 125 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (uint8_t bits = 16; bits <= 32; bits += 8) {
			struct framebuffer_mode mode =
				make_mode(cases[i].width, cases[i].height, bits);

			ASSERT_EQ(t, screen_init_framebuffer(&mode), 0);
			EXPECT_EQ(t, screen_live.columns, cases[i].columns);
			EXPECT_EQ(t, screen_live.rows, cases[i].rows);
			log_random_lines(t, 20);
			screen_banner(false, "failed");
			log_random_lines(t, 20);
			free(mode.base);
		}
	}
}

KTEST(screen_live, remapped_memory_shows_what_the_old_would)
{
	struct framebuffer_mode mode = make_mode(100, 100, 24);
	const size_t size = (size_t)mode.pitch * mode.height - 12;
	uint8_t *moved = malloc(size), *stayed = malloc(size);

	memset(mode.base, 0, size);
	for (int round = 0; round < 2; round++) {
		ASSERT_EQ(t, screen_init_framebuffer(&mode), 0);
		screen_console.write(LOG_ERROR, "before", 6);
		if (round) {
			memcpy(moved, mode.base, size);
			free(mode.base);
			screen_remap(moved);
		}
		screen_console.write(LOG_ERROR, "after that", 10);
		screen_banner(true, "good");
		if (!round)
			memcpy(stayed, mode.base, size);
	}
	EXPECT_TRUE(t, memcmp(moved, stayed, size) == 0);
	free(moved);
	free(stayed);
}

/* Video memory that is gone is not written: ASan would see it. */
KTEST(screen_live, after_it_is_closed_nothing_is_drawn)
{
	struct framebuffer_mode mode = make_mode(640, 480, 32);
	const uint8_t paint[] = { PAINT_GREEN, PAINT_TEXT };

	ASSERT_EQ(t, screen_init_framebuffer(&mode), 0);
	screen_console.write(LOG_INFO, "before", 6);
	screen_console.type("typed", 5);
	screen_close();
	free(mode.base);
	log_random_lines(t, 3);
	screen_console.type("x\r\n", 3);
	screen_console.paint("ab", paint, sizeof(paint));
	screen_banner(false, "PANIC");
	EXPECT_TRUE(t, screen_live.base == NULL);
}

KTEST(screen_live, vga_text_replaces_a_framebuffer)
{
	uint16_t *cells = malloc(80 * 25 * sizeof(*cells));
	uint16_t *moved = malloc(80 * 25 * sizeof(*cells));

	ASSERT_EQ(t, screen_init_vga_text(cells, 80, 25), 0);
	screen_console.write(LOG_RESULT, "ok 1", 4);
	EXPECT_EQ(t, cells[0], 0x0a6f);
	memcpy(moved, cells, 80 * 25 * sizeof(*cells));
	free(cells);
	screen_remap(moved);
	screen_banner(false, "");
	EXPECT_EQ(t, moved[24 * 80], 0x4f20);
	free(moved);
	screen_close();
}
