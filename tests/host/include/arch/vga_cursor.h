/* SPDX-License-Identifier: MIT */
/* The host's stand-in: a test's screen has no cursor. */
#ifndef ARCH_VGA_CURSOR_H
#define ARCH_VGA_CURSOR_H

static inline void vga_cursor_hide(void)
{
}

#endif
