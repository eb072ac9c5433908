/* SPDX-License-Identifier: MIT */
/* Making the loader's framebuffer, or VGA text memory, the screen. */
#ifndef START_SCREEN_H
#define START_SCREEN_H

#include <mercator/bootinfo.h>

/*
 * Attach the screen to the log, if there is one that we can use; otherwise say why not. Video memory
 * that the stub's tables do not reach waits for move_screen(). *framebuffer stays.
 */
void start_screen(const struct bootinfo_framebuffer *framebuffer);

/* Map the video memory in the kernel's address space (device_map()), which is not active yet. */
void prepare_screen(void);

/* The kernel's address space is active: go on there. Nothing may be logged in between. */
void move_screen(void);

#endif
