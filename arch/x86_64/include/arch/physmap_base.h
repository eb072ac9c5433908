/* SPDX-License-Identifier: MIT */
/* Where the physical map begins. (Host builds of mm have another one: memory of their own.) */
#ifndef ARCH_PHYSMAP_BASE_H
#define ARCH_PHYSMAP_BASE_H

#include <mercator/layout.h>

static inline uint64_t physmap_base(void)
{
	return PHYSMAP_BASE;
}

#endif
