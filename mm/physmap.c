/* SPDX-License-Identifier: MIT */
/* How far the physical map reaches (mercator/physmap.h). */
#include <mercator/physmap.h>

static uint64_t mapped_reach;

void physmap_set_reach(uint64_t reach)
{
	mapped_reach = reach < PHYSMAP_SIZE ? reach : PHYSMAP_SIZE;
}

uint64_t physmap_reach(void)
{
	return mapped_reach;
}

bool physmap_covers(phys_addr_t address, uint64_t size)
{
	return size <= mapped_reach && phys_raw(address) <= mapped_reach - size;
}
