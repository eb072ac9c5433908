/* SPDX-License-Identifier: MIT */
/*
 * Shows how a log looks on the screen, without a machine: lines from standard input in, a picture
 * (PPM) on standard output out.
 *
 *	usage: screen-picture WIDTH HEIGHT BITS_PER_PIXEL [good|bad BANNER] <LOG >PICTURE
 *
 * Lines count as results, except those that begin with "error:" or "warning:".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kernel/screen.h>

static struct framebuffer_mode make_mode(uint32_t width, uint32_t height, uint8_t bits_per_pixel)
{
	struct framebuffer_mode mode = {
		.pitch = width * ((bits_per_pixel + 7u) / 8),
		.width = width,
		.height = height,
		.bits_per_pixel = bits_per_pixel,
		.red = { 16, 8 },
		.green = { 8, 8 },
		.blue = { 0, 8 },
	};

	if (bits_per_pixel < 24) {
		mode.red = (struct framebuffer_field){ bits_per_pixel - 5, 5 };
		mode.green = (struct framebuffer_field){ 5, bits_per_pixel - 10 };
		mode.blue = (struct framebuffer_field){ 0, 5 };
	}
	mode.base = malloc((size_t)mode.pitch * height + sizeof(uint32_t));
	return mode;
}

static enum log_level level_of(const char *line)
{
	if (strncmp(line, "error:", 6) == 0)
		return LOG_ERROR;
	return strncmp(line, "warning:", 8) == 0 ? LOG_WARN : LOG_RESULT;
}

static void show_log(void)
{
	char line[LOG_LINE_MAX];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		screen_console.write(level_of(line), line, strlen(line));
	}
}

static int intensity(uint32_t pixel, struct framebuffer_field field)
{
	uint32_t most = (1u << field.size) - 1;

	return (int)((pixel >> field.position & most) * 255 / most);
}

static void print_picture(const struct framebuffer_mode *mode)
{
	const uint32_t pixel_bytes = (mode->bits_per_pixel + 7u) / 8;

	printf("P6\n%u %u\n255\n", mode->width, mode->height);
	for (size_t i = 0; i < (size_t)mode->width * mode->height; i++) {
		uint32_t pixel;

		memcpy(&pixel, (uint8_t *)mode->base + i * pixel_bytes, sizeof(pixel));
		putchar(intensity(pixel, mode->red));
		putchar(intensity(pixel, mode->green));
		putchar(intensity(pixel, mode->blue));
	}
}

int main(int argc, char **argv)
{
	struct framebuffer_mode mode;
	int status;

	if (argc != 4 && argc != 6) {
		fprintf(stderr, "usage: screen-picture WIDTH HEIGHT BITS_PER_PIXEL "
				"[good|bad BANNER] <LOG >PICTURE\n");
		return 2;
	}
	mode = make_mode((uint32_t)strtoul(argv[1], NULL, 0), (uint32_t)strtoul(argv[2], NULL, 0),
			 (uint8_t)strtoul(argv[3], NULL, 0));
	status = screen_init_framebuffer(&mode);
	if (status) {
		fprintf(stderr, "screen-picture: %s\n", mc_error_text(status));
		return 1;
	}
	show_log();
	if (argc == 6)
		screen_banner(strcmp(argv[4], "good") == 0, argv[5]);
	print_picture(&mode);
	free(mode.base);
	return 0;
}
