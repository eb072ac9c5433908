/* SPDX-License-Identifier: MIT */
/* From the loader's description to the screen console (start_screen.h). */
#include <arch/vga_cursor.h>
#include <kernel/address_space.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/screen.h>
#include <mercator/error.h>
#include <mercator/physmap.h>

#include "start_screen.h"

/* The screen, and its address in the kernel's own address space; NULL if there is no usable one. */
static const struct bootinfo_framebuffer *framebuffer;
static void *new_base;
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

/* Whether it could be the screen, by its description. */
MC_MUST_CHECK static int check(const struct bootinfo_framebuffer *fb)
{
	const struct framebuffer_mode mode = rgb_mode(fb, NULL);

	if (IS_ENABLED(CONFIG_FRAMEBUFFER) && fb->kind == BOOTINFO_FRAMEBUFFER_RGB)
		return framebuffer_mode_check(&mode);
	if (IS_ENABLED(CONFIG_VGA_TEXT) && fb->kind == BOOTINFO_FRAMEBUFFER_TEXT)
		return 0;
	return MC_ERR_UNSUPPORTED;
}

MC_MUST_CHECK static int open(const struct bootinfo_framebuffer *fb, void *base)
{
	const struct framebuffer_mode mode = rgb_mode(fb, base);
	int error;

	if (IS_ENABLED(CONFIG_FRAMEBUFFER) && fb->kind == BOOTINFO_FRAMEBUFFER_RGB)
		return screen_init_framebuffer(&mode);
	if (!IS_ENABLED(CONFIG_VGA_TEXT))
		return MC_ERR_UNSUPPORTED;
	error = screen_init_vga_text(base, fb->width, fb->height);
	if (!error)
		vga_cursor_hide();
	return error;
}

static uint64_t size_of(const struct bootinfo_framebuffer *fb)
{
	return (uint64_t)fb->pitch * fb->height;
}

/* Which field of the framebuffer's tag is wrong. */
static const char *reason(int error)
{
	switch (error) {
	case MC_ERR_UNSUPPORTED: return "nothing here draws on that kind, or depth";
	case MC_ERR_BUSY: return "address: what is there is in use";
	case MC_ERR_NO_MEMORY: return "address, pitch, height: it would be most of the memory";
	case MC_ERR_RANGE: return "width, height: too small, or too large";
	case MC_ERR_FORMAT: return "colour fields: they overlap";
	default: return mc_error_name(error);
	}
}

/* An unsupported screen is not an error; everything else is. */
static void describe(const struct bootinfo_framebuffer *fb, int error)
{
	log_line(error && error != MC_ERR_UNSUPPORTED ? LOG_WARN : LOG_INFO,
		 "screen: %ux%u, %u bits per pixel, at %#lx%s%s", fb->width, fb->height,
		 fb->bits_per_pixel, mc_phys_raw(fb->address), error ? ", not used: " : "",
		 error ? reason(error) : "");
}

static void start(void *base)
{
	const int error = open(framebuffer, base);

	is_started = !error;
	if (error) {
		describe(framebuffer, error);
		framebuffer = NULL;
	} else if (IS_ENABLED(CONFIG_SCREEN)) {
		log_attach(&screen_console);
	}
}

void start_screen(const struct bootinfo *info)
{
	const struct bootinfo_framebuffer *fb = &info->framebuffer;
	int error;

	if (fb->kind == BOOTINFO_FRAMEBUFFER_NONE) {
		log_info("screen: the loader tells of none");
		return;
	}
	error = check(fb);
	if (!error)
		error = memory_claim_screen(info, fb->address, size_of(fb));
	describe(fb, error);
	if (error)
		return;
	framebuffer = fb;
	/* Else it is out of the stub's reach: move_screen() will start it. */
	if (mc_physmap_covers(fb->address, size_of(fb)))
		start(mc_physmap_pointer(fb->address));
}

void prepare_screen(void)
{
	const struct bootinfo_framebuffer *fb = framebuffer;
	int error;

	if (!IS_ENABLED(CONFIG_SCREEN) || !fb)
		return;
	error = device_map(fb->address, size_of(fb),
			   fb->kind == BOOTINFO_FRAMEBUFFER_TEXT ? MC_MEMORY_UNCACHED
								 : MC_MEMORY_WRITE_COMBINING,
			   &new_base);
	if (!error)
		return;
	log_warn("screen: it cannot be mapped: %s", mc_error_text(error));
	framebuffer = NULL;
	if (is_started) {
		log_detach(&screen_console);
		screen_close();
	}
}

void move_screen(void)
{
	if (!IS_ENABLED(CONFIG_SCREEN) || !framebuffer)
		return;
	if (is_started)
		screen_remap(new_base);
	else
		start(new_base);
}
