/* SPDX-License-Identifier: MIT */
/* Zeroing a frame. */
#ifndef ARCH_FRAME_ZERO_H
#define ARCH_FRAME_ZERO_H

#include <mercator/types.h>

/* Zero the FRAME_SIZE bytes at `frame`, which is aligned to that. */
static inline void frame_zero(void *frame)
{
	uint64_t count = FRAME_SIZE / sizeof(uint64_t);

	__asm__ volatile("rep stosq" : "+D"(frame), "+c"(count) : "a"(UINT64_C(0)) : "memory");
}

#endif
