/* SPDX-License-Identifier: MIT */
/* The text cursor of VGA's CRT controller, which blinks where the loader left it. */
#ifndef ARCH_VGA_CURSOR_H
#define ARCH_VGA_CURSOR_H

/* Only where the screen is VGA text: the ports are VGA's. */
void vga_cursor_hide(void);

#endif
