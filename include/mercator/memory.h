/* SPDX-License-Identifier: MIT */
/* The machine's usable memory, found once at start. */
#ifndef MERCATOR_MEMORY_H
#define MERCATOR_MEMORY_H

#include <mercator/bootinfo.h>
#include <mercator/memmap.h>

/*
 * Take the memory map from the boot information: remove what is in use (page 0, the kernel image
 * with the stub's tables, the boot information, modules, the array itself), normalise it, and log
 * what is found and what is left out. The physical map's reach must be set. Panics if there is no
 * usable memory at all.
 */
void memory_init(const struct bootinfo *info);

/*
 * All ranges of whole frames that are RAM, ours and others' use of it included, below the CPU's
 * physical limit; sorted, disjoint, no two touching.
 */
const struct memmap_range *memory_ram(size_t *count);

/* The physical memory in which both arrays are, in bytes: that of memory_ranges() first. */
struct memmap_range memory_arrays(void);

/* The arrays are mapped at `start`, read-only, from now on. */
void memory_remap(const void *start);

/*
 * Usable ranges of whole frames, sorted and disjoint, none of them in use by anybody. All lie below
 * the CPU's physical limit, but some may lie beyond the physical map's reach. Read-only after
 * memory_init().
 */
const struct memmap_range *memory_ranges(size_t *count);

#endif
