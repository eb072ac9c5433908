/* SPDX-License-Identifier: MIT */
/* From the loader's description to the screen console (start_screen.h). */
#include <arch/vga_cursor.h>
#include <mercator/device_map.h>
#include <mercator/error.h>
#include <mercator/log.h>
#include <mercator/physmap.h>
#include <mercator/screen.h>

#include "start_screen.h"

/* Where the kernel's own address space has the video memory; NULL if there is no screen to be. */
static void *new_base;
static const struct bootinfo_framebuffer *framebuffer;
static bool is_started;

static struct framebuffer_field field(struct bootinfo_colour_field from)
{
	return (struct framebuffer_field){ from.position, from.size };
}

static struct framebuffer_mode rgb_mode(const struct bootinfo_framebuffer *fb, void *base)
{
	return (struct framebuffer_mode){
		.base = base,
		.pitch = fb->pitch,
		.width = fb->width,
		.height = fb->height,
		.bits_per_pixel = fb->bits_per_pixel,
		.red = field(fb->red),
		.green = field(fb->green),
		.blue = field(fb->blue),
	};
}

MUST_CHECK static int start_rgb(const struct bootinfo_framebuffer *fb, void *base)
{
	const struct framebuffer_mode mode = rgb_mode(fb, base);

	return IS_ENABLED(CONFIG_FRAMEBUFFER) ? screen_init_framebuffer(&mode) : ERR_UNSUPPORTED;
}

MUST_CHECK static int start_text(const struct bootinfo_framebuffer *fb, void *base)
{
	int error;

	if (!IS_ENABLED(CONFIG_VGA_TEXT))
		return ERR_UNSUPPORTED;
	error = screen_init_vga_text(base, fb->width, fb->height);
	if (!error)
		vga_cursor_hide();
	return error;
}

static void start(const struct bootinfo_framebuffer *fb, void *base)
{
	const int error = fb->kind == BOOTINFO_FRAMEBUFFER_RGB    ? start_rgb(fb, base)
			  : fb->kind == BOOTINFO_FRAMEBUFFER_TEXT ? start_text(fb, base)
								  : ERR_UNSUPPORTED;

	log_info("screen: %ux%u, %u bits per pixel, at %#lx%s%s", fb->width, fb->height,
		 fb->bits_per_pixel, phys_raw(fb->address), error ? ", not used: " : "",
		 error ? error_name(error) : "");
	is_started = !error;
	if (is_started)
		log_attach(&screen_console);
	else
		framebuffer = NULL;
}

static uint64_t size_of(const struct bootinfo_framebuffer *fb)
{
	return (uint64_t)fb->pitch * fb->height;
}

void start_screen(const struct bootinfo_framebuffer *fb)
{
	if (fb->kind == BOOTINFO_FRAMEBUFFER_NONE) {
		log_info("screen: the loader tells of none");
		return;
	}
	framebuffer = fb;
	/* Out of the stub's reach: move_screen() will start it. */
	if (physmap_covers(fb->address, size_of(fb)))
		start(fb, physmap_pointer(fb->address));
}

void prepare_screen(void)
{
	const struct bootinfo_framebuffer *fb = framebuffer;
	int error;

	if (!fb)
		return;
	error = device_map(fb->address, size_of(fb),
			   fb->kind == BOOTINFO_FRAMEBUFFER_TEXT ? MEMORY_UNCACHED
								 : MEMORY_WRITE_COMBINING,
			   &new_base);
	if (error)
		log_warn("screen: it cannot be mapped: %s", error_text(error));
}

void move_screen(void)
{
	if (!IS_ENABLED(CONFIG_SCREEN))
		return;
	if (is_started) {
		if (new_base)
			screen_remap(new_base);
		else
			log_detach(&screen_console);
	} else if (new_base) {
		start(framebuffer, new_base);
	}
}
