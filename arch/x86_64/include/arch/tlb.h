/* SPDX-License-Identifier: MIT */
/* Invalidating this CPU's TLB (SDM 3, 4.10.4). */
#ifndef ARCH_TLB_H
#define ARCH_TLB_H

#include <arch/cpu.h>

/*
 * The page that contains `address`, of whatever size, global or not; and with it everything that
 * the CPU remembers of table entries (SDM 3, 4.10.4.1: all paging-structure caches of the PCID).
 */
static inline void tlb_invalidate_page(virt_addr_t address)
{
	invalidate_page(address);
}

/*
 * Make `root` the active root table, or load it again: everything that this CPU remembers goes, of
 * table entries too, but for global pages (SDM 3, 4.10.4.1). PCIDs are not used: CR4.PCIDE is clear.
 */
static inline void tlb_load_root(phys_addr_t root)
{
	write_cr3(phys_raw(root));
}

/*
 * Everything, global pages included: a write of CR3 alone would leave those. Clearing and setting
 * CR4.PGE flushes all; a CPU without global pages has nothing that CR3 would leave.
 */
static inline void tlb_flush_all(void)
{
	uint64_t cr4 = read_cr4();

	if (cr4 & CR4_PGE) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
}

#endif
