/* SPDX-License-Identifier: MIT */
/* The host's stand-in, in C, so that sanitizers see what is written. */
#ifndef ARCH_TABLE_ZERO_H
#define ARCH_TABLE_ZERO_H

#include <mercator/string.h>
#include <mercator/types.h>

static inline void table_zero(void *table)
{
	memset(table, 0, FRAME_SIZE);
}

#endif
