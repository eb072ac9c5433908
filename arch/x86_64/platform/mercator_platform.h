/* SPDX-License-Identifier: MIT */
/* What mm needs (mercator/platform.h), in this kernel. */
#ifndef MERCATOR_PLATFORM_X86_64_H
#define MERCATOR_PLATFORM_X86_64_H

#include <mercator/pagetable.h>

#include "../include/arch/cpu.h"
#include "../include/arch/layout.h"

/* Only the boot CPU is started. */
#define MC_PLATFORM_TIER 1

/* RFLAGS. */
static inline uint64_t mc_irq_save(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

/* RFLAGS.IF is bit 9. */
static inline void mc_irq_restore(uint64_t flags)
{
	if (flags & 1u << 9)
		__asm__ volatile("sti" : : : "memory");
	else
		__asm__ volatile("" : : : "memory");
}

#define mc_cpu_relax mc_cpu_relax
static inline void mc_cpu_relax(void)
{
	__asm__ volatile("pause");
}

/* CR3's table address: bits 0 to 11 are flags (or the PCID), 52 and up are not address bits. */
static inline struct mc_root mc_active_root(void)
{
	return (struct mc_root){
		.table = mc_phys_addr(read_cr3() & MC_PT_ADDRESS_MASK),
		.levels = read_cr4() & CR4_LA57 ? 5 : 4,
	};
}

static inline uint64_t mc_physmap_base(void)
{
	return PHYSMAP_BASE;
}

static inline uint64_t mc_physmap_limit(void)
{
	return PHYSMAP_SIZE;
}

#define mc_table_zero mc_table_zero
static inline void mc_table_zero(void *table)
{
	uint64_t count = MC_FRAME_SIZE / sizeof(uint64_t);

	__asm__ volatile("rep stosq" : "+D"(table), "+c"(count) : "a"(UINT64_C(0)) : "memory");
}

/* SDM 3, 4.10.4.1: all paging-structure caches of the PCID go, too. */
static inline void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	invalidate_page(address);
}

/* PCIDs are not used: CR4.PCIDE is clear. */
static inline void mc_tlb_load_root(mc_phys_addr_t root)
{
	write_cr3(mc_phys_raw(root));
}

/*
 * A write of CR3 does not flush global pages. Clearing and setting CR4.PGE flushes all; a CPU
 * without global pages needs only CR3.
 */
static inline void mc_tlb_flush_all(void)
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
