/* SPDX-License-Identifier: MIT */
/* Zeroing a table. */
#ifndef ARCH_TABLE_ZERO_H
#define ARCH_TABLE_ZERO_H

#include <mercator/types.h>

/* Zero the FRAME_SIZE bytes of a table, which is aligned to that. */
static inline void table_zero(void *table)
{
	uint64_t count = FRAME_SIZE / sizeof(uint64_t);

	__asm__ volatile("rep stosq" : "+D"(table), "+c"(count) : "a"(UINT64_C(0)) : "memory");
}

#endif
