/* SPDX-License-Identifier: MIT */
/*
 * All that mm needs of whoever takes it. Two kinds:
 *
 *	functions	declared here, defined anywhere: mm's objects have no other undefined symbol
 *	inline ones	listed here; in <mercator_platform.h>, which is in the platform's include folder,
 *			as inline functions or as declarations of others
 *
 * This kernel's is in arch/x86_64/platform/, that of a host in platform/host/.
 */
#ifndef MERCATOR_PLATFORM_H
#define MERCATOR_PLATFORM_H

#include <mercator/pagetable.h>
#include <mercator/types.h>

/* memset() and memcpy(), with C's meaning, are not called by name, but the compiler may (GCC manual, "Standards"). */

/* A broken invariant, found by the debug checks: say so, and do not return. The format is printf()'s. */
__attribute__((noreturn, format(printf, 1, 2))) void mc_panic(const char *format, ...);

/*
 * CPUs are numbered from 0 without gaps, below MC_NR_CPUS; where that is 1, nothing is locked.
 *
 *	unsigned int mc_cpu_id(void)
 *
 * Interrupts off; what mc_irq_restore() wants to have them as they were.
 *
 *	uint64_t mc_irq_save(void)
 *	void mc_irq_restore(uint64_t saved)
 *
 * While waiting for another CPU.
 *
 *	void mc_cpu_relax(void)
 *
 * Every CPU executes a full barrier before this returns: what each did before is visible, and what
 * each does after sees what the caller did. Callers may hold locks that other CPUs wait for with
 * interrupts off, so that it takes an NMI, or what the host has for it.
 *
 *	void mc_barrier_everywhere(void)
 *
 * The address space that this CPU uses now: `table` and `levels`.
 *
 *	struct mc_root mc_active_root(void)
 *
 * Where the physical map begins: physical address 0; and how many bytes it can have at most.
 *
 *	uint64_t mc_physmap_base(void)
 *	uint64_t mc_physmap_limit(void)
 *
 * How to dereference an address that mm made for itself, in the table window or of a temporary page.
 *
 *	void *mc_own_pointer(mc_virt_addr_t address)
 *
 * Zero the MC_FRAME_SIZE bytes of a table, which is aligned to that.
 *
 *	void mc_table_zero(void *table)
 *
 * Have this CPU forget (SDM 3, 4.10.4): the page that contains `address`, of whatever size, global or
 * not, and everything that it remembers of table entries; all but global pages, and use `root` from now
 * on, which may be the same; all, global pages included.
 *
 *	void mc_tlb_invalidate_page(mc_virt_addr_t address)
 *	void mc_tlb_load_root(mc_phys_addr_t root)
 *	void mc_tlb_flush_all(void)
 */
#include <mercator_platform.h>

#endif
