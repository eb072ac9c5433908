/* SPDX-License-Identifier: MIT */
/* Making the loader's framebuffer, or VGA text memory, the screen. */
#ifndef START_SCREEN_H
#define START_SCREEN_H

#include <mercator/bootinfo.h>

/*
 * Attach the screen to the log, if there is one that we can use; otherwise say why not. Video memory
 * must be within the physical map's reach.
 */
void start_screen(const struct bootinfo_framebuffer *framebuffer);

#endif
