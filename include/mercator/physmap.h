/* SPDX-License-Identifier: MIT */
/*
 * The physical map: physical memory at one virtual offset, PHYSMAP_BASE. How much of it is mapped
 * depends on the CPU's page sizes at start, and grows later; `reach` is that bound.
 */
#ifndef MERCATOR_PHYSMAP_H
#define MERCATOR_PHYSMAP_H

#include <arch/physmap_base.h>
#include <mercator/layout.h>
#include <mercator/types.h>

/* Set once at start: physical addresses below `reach` are mapped. */
void physmap_set_reach(uint64_t reach);
uint64_t physmap_reach(void);

/* Whether all of [address, address + size) is mapped. */
bool physmap_covers(phys_addr_t address, uint64_t size);

/* A pointer to physical memory that physmap_covers(). */
static inline void *physmap_pointer(phys_addr_t address)
{
	return virt_ptr(virt_addr(physmap_base() + phys_raw(address)));
}

#endif
