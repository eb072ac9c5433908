/* SPDX-License-Identifier: MIT */
#include <arch/cpu.h>
#include <arch/vga_cursor.h>

#define VGA_CRTC_INDEX    0x3d4
#define VGA_CRTC_DATA     0x3d5
#define VGA_CURSOR_START  0x0a
#define VGA_CURSOR_HIDDEN 0x20

void vga_cursor_hide(void)
{
	port_write8(VGA_CRTC_INDEX, VGA_CURSOR_START);
	port_write8(VGA_CRTC_DATA, VGA_CURSOR_HIDDEN);
}
