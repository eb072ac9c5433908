/* SPDX-License-Identifier: MIT */
/* The host's stand-in: physical address 0 is wherever a test has put its memory. */
#ifndef ARCH_PHYSMAP_BASE_H
#define ARCH_PHYSMAP_BASE_H

#include <stdint.h>

extern uint64_t host_physmap_base;

static inline uint64_t physmap_base(void)
{
	return host_physmap_base;
}

#endif
