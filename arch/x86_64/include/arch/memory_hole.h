/* SPDX-License-Identifier: MIT */
/*
 * On every PC, video memory, option ROMs and the BIOS lie here. Some firmware and some hypervisors
 * call it RAM; then reads may return ROM, and writes may be lost or appear on the screen.
 */
#ifndef ARCH_MEMORY_HOLE_H
#define ARCH_MEMORY_HOLE_H

#include <mercator/memmap.h>

static const struct mc_memmap_range arch_memory_hole = { 0xa0000, 0x100000, MC_MEMMAP_DEVICE };

#endif
