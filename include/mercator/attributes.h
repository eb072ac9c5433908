/* SPDX-License-Identifier: MIT */
/*
 * What a mapping may be used for, and how its memory is cached: in words that every architecture
 * has. Callers never see a bit of a page-table entry.
 */
#ifndef MERCATOR_ATTRIBUTES_H
#define MERCATOR_ATTRIBUTES_H

#include <mercator/types.h>

/* Rights, to be or-ed. */
#define RIGHT_READ    (1u << 0) /* must be there: x86 cannot forbid reading what it can write */
#define RIGHT_WRITE   (1u << 1)
#define RIGHT_EXECUTE (1u << 2) /* never together with RIGHT_WRITE */
#define RIGHT_USER    (1u << 3) /* only in the lower half of the address space */
#define RIGHT_GLOBAL  (1u << 4) /* stays in the TLB when the root changes; only in the upper half */
#define RIGHTS_ALL    0x1fu

enum memory_type {
	MEMORY_WRITE_BACK,
	MEMORY_WRITE_THROUGH,
	MEMORY_WRITE_COMBINING,
	MEMORY_UNCACHED,
};

struct attributes {
	unsigned int rights;
	enum memory_type type;
};

#endif
