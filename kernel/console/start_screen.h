/* SPDX-License-Identifier: MIT */
/* Use the loader's framebuffer, or VGA text memory, as the screen. */
#ifndef START_SCREEN_H
#define START_SCREEN_H

#include <kernel/boot_information.h>

/*
 * Claim the video memory (memory_claim_screen()) and attach the screen to the log; if there is no
 * usable one, log why. Video memory that the stub's tables do not reach waits for move_screen().
 * *info must stay valid.
 */
void start_screen(const struct bootinfo *info);

/*
 * Map the video memory in the kernel's address space (device_map()), which is not active yet. If
 * that fails, the screen is closed.
 */
void prepare_screen(void);

/* Use that mapping, right after the kernel's address space was activated. Log nothing before. */
void move_screen(void);

#endif
