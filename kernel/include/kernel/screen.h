/* SPDX-License-Identifier: MIT */
/*
 * The screen: the log as text on what the boot loader set up, a linear RGB framebuffer
 * (CONFIG_FRAMEBUFFER) or VGA text memory (CONFIG_VGA_TEXT). There is at most one. Without a
 * screen, the functions below do nothing, except screen_init_*(), which makes it.
 *
 * The text is kept in a shadow; video memory is only ever written, as reading it is slow. Errors
 * are red, warnings yellow, results of self-tests by their outcome: `ok` green, `not ok` red,
 * `# SKIP` yellow. Lines wrap; bytes outside of printable ASCII, except tabs, show as a placeholder.
 *
 * There are no locks: one CPU uses the screen, with interrupts off. A panic in the middle of a
 * write may write, too.
 */
#ifndef KERNEL_SCREEN_H
#define KERNEL_SCREEN_H

#include <kernel/log.h>
#include <mercator/error.h>
#include <mercator/types.h>

/* Where a colour lies in a pixel: `size` bits from bit `position` on. */
struct framebuffer_field {
	uint8_t position;
	uint8_t size;
};

/* A linear framebuffer as the boot loader describes it (Multiboot2, 3.6.12, type 1). */
struct framebuffer_mode {
	void *base;             /* where it is mapped, writable, pitch * height bytes */
	uint32_t pitch;         /* bytes from one row of pixels to the next */
	uint32_t width;         /* pixels */
	uint32_t height;        /* pixels */
	uint8_t bits_per_pixel; /* 15, 16, 24 or 32; a pixel of 15 bits takes two bytes */
	struct framebuffer_field red;
	struct framebuffer_field green;
	struct framebuffer_field blue;
};

/*
 * Whether a framebuffer like this can be the screen. `base` is ignored, so that it need not be
 * mapped yet. Returns 0, or:
 *   MC_ERR_UNSUPPORTED  no such depth: only 15, 16, 24 and 32 bits per pixel
 *   MC_ERR_NO_SPACE     a row of pixels does not fit in the pitch
 *   MC_ERR_RANGE        too small for a single character (8x16 pixels), or too large or too narrow for
 *                       a grid of at most 20480 characters of at most 64x128 pixels
 *   MC_ERR_FORMAT       a colour's field is empty, reaches beyond the pixel or overlaps another
 */
MC_MUST_CHECK int framebuffer_mode_check(const struct framebuffer_mode *mode);

/*
 * Make this framebuffer the screen, and clear it. Characters are 8x16 pixels, or a multiple of that
 * where the screen would otherwise have more than 20480 of them (2560x1440 and up). Returns 0, or
 * an error of framebuffer_mode_check(), or:
 *   MC_ERR_INVALID   base is NULL
 *   MC_ERR_OVERFLOW  the framebuffer does not end below the end of the address space
 * After an error the screen is what it was before.
 */
MC_MUST_CHECK int screen_init_framebuffer(const struct framebuffer_mode *mode);

/*
 * Make VGA text memory, mapped at `cells`, the screen, and clear it. Width and height are in
 * characters; there is no gap between rows. The hardware's cursor is left alone. Returns 0, or:
 *   MC_ERR_INVALID  cells is NULL
 *   MC_ERR_RANGE    width or height is 0, or there are more than 20480 characters
 * After an error the screen is what it was before.
 */
MC_MUST_CHECK int screen_init_vga_text(volatile uint16_t *cells, unsigned int width,
				       unsigned int height);

/*
 * The video memory is mapped at `base` from now on; nothing is drawn. For the switch to another
 * address space: call it when nothing can be drawn between the call and the switch, or when both
 * addresses are mapped.
 */
void screen_remap(volatile void *base);

/* Close the screen: nothing is drawn from now on. For video memory that cannot be mapped. */
void screen_close(void);

/* The screen as a console of the log; attach it after screen_init_*(). */
extern struct console screen_console;

/*
 * Show `text` in a bar across the bottom row: white on green if `good`, else white on red. The row
 * stays until the next screen_banner(), whatever is logged. Text that is too wide is cut.
 */
void screen_banner(bool good, const char *text);

#endif
