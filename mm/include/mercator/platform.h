/* SPDX-License-Identifier: MIT */
/*
 * All that mm needs of whoever takes it. It is in <mercator_platform.h>, in the platform's include folder:
 * inline functions, or declarations of others, and MC_PLATFORM_TIER, which says how far they go.
 *
 *	tier 0	tables that nothing runs on: a program that builds them, or reads them
 *	tier 1	a kernel on one CPU
 *	tier 2	several CPUs
 *
 * Each duty below belongs to a tier. Below that, there is a default; a duty that is of no tier has a default
 * everywhere. Whoever defines a function that has a default also says `#define mc_name mc_name`.
 * This kernel's platform is in arch/x86_64/platform/, that of a host in platform/host/.
 */
#ifndef MERCATOR_PLATFORM_H
#define MERCATOR_PLATFORM_H

#include <mercator/pagetable.h>
#include <mercator/types.h>

/* memset() and memcpy(), with C's meaning, are not called by name, but the compiler may (GCC manual, "Standards"). */

/*
 * CONFIG_DEBUG_CHECKS only: a broken invariant. Say so, and do not return. The format is printf()'s. This
 * function alone is declared here and defined anywhere: mm's objects have no other undefined symbol.
 */
__attribute__((noreturn, format(printf, 1, 2))) void mc_panic(const char *format, ...);

/*
 * Of no tier.
 *
 * Zero the MC_FRAME_SIZE bytes of a table, which is aligned to that. Default: memset().
 *
 *	void mc_table_zero(void *table)
 *
 * How to dereference an address that mm made for itself, in the table window or of a temporary page.
 * Default: as it is.
 *
 *	void *mc_own_pointer(mc_virt_addr_t address)
 *
 * Where the physical map begins, physical address 0: read for each table, so a constant is fastest, but it
 * may be a variable. And how many bytes it can have at most. No default: without the offset method and
 * without mercator/physmap.h, nobody asks.
 *
 *	uint64_t mc_physmap_base(void)
 *	uint64_t mc_physmap_limit(void)
 *
 *
 * Tier 1. The CPU is as mc_space_check_cpu() wants it (mercator/space.h).
 *
 * Interrupts off, and what mc_irq_restore() wants to have them as they were. Default: there are none.
 *
 *	uint64_t mc_irq_save(void)
 *	void mc_irq_restore(uint64_t saved)
 *
 * The address space that this CPU uses now: `table` and `levels`. Default: none.
 *
 *	struct mc_root mc_active_root(void)
 *
 * Have this CPU forget (SDM 3, 4.10.4): the page that contains `address`, of whatever size, global or
 * not, and everything that it remembers of table entries; all but global pages, and use `root` from now
 * on, which may be the same; all, global pages included. Default: nothing, as no CPU remembers anything.
 *
 *	void mc_tlb_invalidate_page(mc_virt_addr_t address)
 *	void mc_tlb_load_root(mc_phys_addr_t root)
 *	void mc_tlb_flush_all(void)
 *
 *
 * Tier 2. So far, several CPUs may use the frame allocator, and may change spaces that none of them runs
 * on; one CPU activates spaces (MC_ERR_OTHER_CPU).
 *
 * CPUs are numbered from 0 without gaps, below MC_NR_CPUS, a constant. Default: 1, and then nothing is locked.
 *
 *	unsigned int mc_cpu_id(void)
 *
 * While waiting for another CPU. Default: nothing.
 *
 *	void mc_cpu_relax(void)
 *
 * Every CPU executes a full barrier before this returns: what each did before is visible, and what
 * each does after sees what the caller did. Callers may hold locks that other CPUs wait for with
 * interrupts off, so it takes an NMI, which comes in the middle of anything, or what the host has for it.
 * CPUs that sleep may be left out if waking is a barrier. Several CPUs may call it at once. Default: a
 * barrier on this CPU.
 *
 *	void mc_barrier_everywhere(void)
 */
#include <mercator_platform.h>

#ifndef MC_PLATFORM_TIER
#error "mercator_platform.h has to say which tier of mercator/platform.h it is: MC_PLATFORM_TIER"
#endif

#ifndef mc_table_zero
static inline void mc_table_zero(void *table)
{
	__builtin_memset(table, 0, MC_FRAME_SIZE);
}
#endif

#ifndef mc_own_pointer
static inline void *mc_own_pointer(mc_virt_addr_t address)
{
	return mc_virt_ptr(address);
}
#endif

#if MC_PLATFORM_TIER < 1
static inline uint64_t mc_irq_save(void)
{
	return 0;
}

static inline void mc_irq_restore(uint64_t saved)
{
	(void)saved;
}

static inline struct mc_root mc_active_root(void)
{
	return (struct mc_root){ .levels = 0 };
}

static inline void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	(void)address;
}

static inline void mc_tlb_load_root(mc_phys_addr_t root)
{
	(void)root;
}

static inline void mc_tlb_flush_all(void)
{
}
#endif

#if MC_PLATFORM_TIER < 2
#define MC_NR_CPUS 1

static inline unsigned int mc_cpu_id(void)
{
	return 0;
}

#ifndef mc_cpu_relax
static inline void mc_cpu_relax(void)
{
}
#endif

static inline void mc_barrier_everywhere(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif

#endif
