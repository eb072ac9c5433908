/* SPDX-License-Identifier: MIT */
/* The kernel's own pool of frames (mercator/frame.h has the operations). */
#ifndef MERCATOR_FRAMES_H
#define MERCATOR_FRAMES_H

#include <mercator/frame.h>

/*
 * Hand to the allocator all usable memory that the physical map reaches now. The metadata of all
 * ranges are put together, at the start of the largest. memory_init() must have been called. Panics
 * if there is no room for the metadata.
 */
void frames_init(void);

/* The same for what the physical map has come to reach since the last time. */
void frames_extend(void);

struct frame_pool *kernel_frames(void);

/*
 * Give the frames that lie wholly in [start, end), physical addresses of memory that was in use since
 * boot, to the pool: the stub's tables, the boot information, modules. Nobody may use or map them any
 * more. Returns how many frames there are more; 0, and the log says why, if they cannot be added, or if
 * there is no memory for their metadata.
 */
uint64_t frames_give_back(phys_addr_t start, phys_addr_t end);

#endif
