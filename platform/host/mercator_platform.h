/* SPDX-License-Identifier: MIT */
/*
 * What mm asks for (mercator/platform.h), of a host: a thread is a CPU, with the number that it was given
 * (0 unless set); each number belongs to one thread. Who compiles with HOST_NR_CPUS=1 has one thread, and
 * locks that cost nothing. Which tables are active, and what is invalidated, is the program's to say.
 */
#ifndef MERCATOR_PLATFORM_HOST_H
#define MERCATOR_PLATFORM_HOST_H

#include <host_irq.h>
#include <mercator/pagetable.h>

#define MC_PLATFORM_TIER 2

#ifndef HOST_NR_CPUS
#define HOST_NR_CPUS 64
#endif
#define MC_NR_CPUS HOST_NR_CPUS
_Static_assert(MC_NR_CPUS >= 1, "there is one CPU at least");

extern __thread unsigned int host_cpu_id;

static inline unsigned int mc_cpu_id(void)
{
	return MC_NR_CPUS > 1 ? host_cpu_id : 0;
}

/* The thread that holds the lock may want this core. */
void mc_cpu_relax(void);

/* Linux: membarrier(2), which has every thread of the process execute a barrier. */
void mc_barrier_everywhere(void);

struct mc_root mc_active_root(void);

/* Wherever the program has put its memory. */
extern uint64_t host_physmap_base;

static inline uint64_t mc_physmap_base(void)
{
	return host_physmap_base;
}

static inline uint64_t mc_physmap_limit(void)
{
	return UINT64_MAX;
}

#define mc_own_pointer mc_own_pointer
void *mc_own_pointer(mc_virt_addr_t address);

/* C's memset(), which sanitizers see. Not by <string.h>, beside which kernel/string.h cannot be included. */
void *host_memset(void *to, int byte, size_t size) __asm__("memset");

#define mc_table_zero mc_table_zero
static inline void mc_table_zero(void *table)
{
	host_memset(table, 0, MC_FRAME_SIZE);
}

void mc_tlb_invalidate_page(mc_virt_addr_t address);
void mc_tlb_load_root(mc_phys_addr_t root);
void mc_tlb_flush_all(void);

#endif
