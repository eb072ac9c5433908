/* SPDX-License-Identifier: MIT */
/* From the loader's description to the screen console (start_screen.h). */
#include <arch/vga_cursor.h>
#include <mercator/error.h>
#include <mercator/log.h>
#include <mercator/physmap.h>
#include <mercator/screen.h>

#include "start_screen.h"

static struct framebuffer_field field(struct bootinfo_colour_field from)
{
	return (struct framebuffer_field){ from.position, from.size };
}

static int start_rgb(const struct bootinfo_framebuffer *fb)
{
	const struct framebuffer_mode mode = {
		.base = physmap_pointer(fb->address),
		.pitch = fb->pitch,
		.width = fb->width,
		.height = fb->height,
		.bits_per_pixel = fb->bits_per_pixel,
		.red = field(fb->red),
		.green = field(fb->green),
		.blue = field(fb->blue),
	};

	if (!IS_ENABLED(CONFIG_FRAMEBUFFER))
		return ERR_UNSUPPORTED;
	if (!physmap_covers(fb->address, (uint64_t)fb->pitch * fb->height))
		return ERR_RANGE;
	return screen_init_framebuffer(&mode);
}

static int start_text(const struct bootinfo_framebuffer *fb)
{
	int result;

	if (!IS_ENABLED(CONFIG_VGA_TEXT))
		return ERR_UNSUPPORTED;
	if (!physmap_covers(fb->address, (uint64_t)fb->pitch * fb->height))
		return ERR_RANGE;
	result = screen_init_vga_text(physmap_pointer(fb->address), fb->width, fb->height);
	if (!result)
		vga_cursor_hide();
	return result;
}

void start_screen(const struct bootinfo_framebuffer *fb)
{
	int result;

	switch (fb->kind) {
	case BOOTINFO_FRAMEBUFFER_NONE: log_info("screen: the loader tells of none"); return;
	case BOOTINFO_FRAMEBUFFER_RGB: result = start_rgb(fb); break;
	case BOOTINFO_FRAMEBUFFER_TEXT: result = start_text(fb); break;
	default: result = ERR_UNSUPPORTED; break;
	}
	log_info("screen: %ux%u, %u bits per pixel, at %#lx%s%s", fb->width, fb->height,
		 fb->bits_per_pixel, phys_raw(fb->address), result ? ", not used: " : "",
		 result ? error_name(result) : "");
	if (!result)
		log_attach(&screen_console);
}
