/* SPDX-License-Identifier: MIT */
/*
 * A fixed fact of the PC, since the IBM PC of 1981: video memory, option ROMs and the BIOS lie here. Some
 * firmware, and some hypervisors, call it RAM. Reads are of ROM then, and writes are lost, or seen.
 */
#ifndef ARCH_MEMORY_HOLE_H
#define ARCH_MEMORY_HOLE_H

#include <mercator/memmap.h>

static const struct mc_memmap_range arch_memory_hole = { 0xa0000, 0x100000, MC_MEMMAP_DEVICE };

#endif
