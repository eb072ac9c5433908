/* SPDX-License-Identifier: MIT */
/* The text cursor of VGA's CRT controller: it blinks where the loader left it. */
#ifndef ARCH_VGA_CURSOR_H
#define ARCH_VGA_CURSOR_H

#include <arch/cpu.h>

#define VGA_CRTC_INDEX    0x3d4
#define VGA_CRTC_DATA     0x3d5
#define VGA_CURSOR_START  0x0a
#define VGA_CURSOR_HIDDEN 0x20

/* Only where the screen is VGA text: the ports are VGA's. */
static inline void vga_cursor_hide(void)
{
	port_write8(VGA_CRTC_INDEX, VGA_CURSOR_START);
	port_write8(VGA_CRTC_DATA, VGA_CURSOR_HIDDEN);
}

#endif
