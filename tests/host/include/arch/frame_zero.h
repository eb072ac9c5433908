/* SPDX-License-Identifier: MIT */
/* The host's stand-in, in C, so that sanitizers see what is written. */
#ifndef ARCH_FRAME_ZERO_H
#define ARCH_FRAME_ZERO_H

#include <mercator/string.h>
#include <mercator/types.h>

static inline void frame_zero(void *frame)
{
	memset(frame, 0, FRAME_SIZE);
}

#endif
