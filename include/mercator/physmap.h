/* SPDX-License-Identifier: MIT */
/*
 * The physical map: physical memory at one virtual offset, PHYSMAP_BASE. At start, the stub's tables
 * have everything up to a bound, the reach, that depends on the CPU's page sizes; the kernel's own
 * have RAM and nothing else, or no physical map at all (CONFIG_PHYSMAP).
 */
#ifndef MERCATOR_PHYSMAP_H
#define MERCATOR_PHYSMAP_H

#include <arch/physmap_base.h>
#include <mercator/layout.h>
#include <mercator/memmap.h>
#include <mercator/types.h>

/* From now on, all physical addresses below `reach` are mapped, as far as the window goes. */
void physmap_set_reach(uint64_t reach);

/*
 * From now on, these ranges are mapped, as far as the window goes, and nothing else. They are sorted,
 * disjoint, and stay the caller's; without any, nothing is mapped.
 */
void physmap_set_ranges(const struct memmap_range *ranges, size_t count);

/* The end of what is mapped. */
uint64_t physmap_reach(void);

/* Whether all of [address, address + size) is mapped. */
bool physmap_covers(phys_addr_t address, uint64_t size);

/* A pointer to physical memory that physmap_covers(). */
static inline void *physmap_pointer(phys_addr_t address)
{
	return virt_ptr(virt_addr(physmap_base() + phys_raw(address)));
}

#endif
