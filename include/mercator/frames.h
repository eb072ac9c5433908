/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own pool of frames (mercator/frame.h has the operations), and where frames come from
 * before it is up: the kernel's page tables are built first, as the pool's metadata live in them.
 */
#ifndef MERCATOR_FRAMES_H
#define MERCATOR_FRAMES_H

#include <mercator/frame.h>
#include <mercator/memmap.h>
#include <mercator/space.h>

/*
 * Choose where the metadata of all usable memory go, and which frames are taken before frames_init():
 * these must be reached by the stub's tables. memory_init() must have been called. Panics if there is
 * no room.
 */
void frames_plan(void);

/* The metadata's place: physical, in bytes, whole frames. */
struct memmap_range frames_metadata(void);

/*
 * Frames for the tables of page tables, before and after frames_init(). Before, they are taken in a
 * row, and none can be released.
 */
const struct frame_source *kernel_frame_source(void);

/*
 * Hand all usable memory and boot memory to the pool, as far as the physical map's window goes, if there
 * is one. The metadata's place is mapped at `metadata`. Frames that were taken before are in the pool,
 * allocated, and so is boot memory (mercator/boot_memory.h).
 */
void frames_init(void *metadata);

struct frame_pool *kernel_frames(void);

#endif
