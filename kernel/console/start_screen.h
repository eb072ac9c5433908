/* SPDX-License-Identifier: MIT */
/* Making the loader's framebuffer, or VGA text memory, the screen. */
#ifndef START_SCREEN_H
#define START_SCREEN_H

#include <kernel/boot_information.h>

/*
 * Claim the video memory (memory_claim_screen()) and attach the screen to the log, if there is one that
 * we can use; otherwise say why not. Video memory that the stub's tables do not reach waits for
 * move_screen(). *info stays where it is.
 */
void start_screen(const struct bootinfo *info);

/*
 * Map the video memory in the kernel's address space (device_map()), which is not active yet. If that
 * fails, there is no screen any more.
 */
void prepare_screen(void);

/* The kernel's address space has just been activated: go on there. Nothing may be logged in between. */
void move_screen(void);

#endif
