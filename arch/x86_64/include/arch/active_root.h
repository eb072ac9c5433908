/* SPDX-License-Identifier: MIT */
/* The address space that this CPU uses now. */
#ifndef ARCH_ACTIVE_ROOT_H
#define ARCH_ACTIVE_ROOT_H

#include <arch/cpu.h>
#include <mercator/walk.h>

/* CR3's table address: bits 0 to 11 are flags (or the PCID), 52 and up are not address bits. */
static inline struct root active_root(void)
{
	return (struct root){
		.table = phys_addr(read_cr3() & PT_ADDRESS_MASK),
		.levels = read_cr4() & CR4_LA57 ? 5 : 4,
	};
}

#endif
