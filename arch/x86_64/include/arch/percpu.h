/* SPDX-License-Identifier: MIT */
/*
 * What mm/ needs to know of the CPU that it runs on. The host's stand-in, with threads for CPUs, is
 * tests/host/include/arch/percpu.h.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include <mercator/types.h>

/* CPUs are numbered from 0 without gaps. Only the boot CPU is started. */
#define ARCH_NR_CPUS 1

static inline unsigned int arch_cpu_id(void)
{
	return 0;
}

/* Interrupts off; what arch_irq_restore() wants to have them as they were. RFLAGS.IF is bit 9. */
static inline uint64_t arch_irq_save(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void arch_irq_restore(uint64_t flags)
{
	if (flags & 1u << 9)
		__asm__ volatile("sti" : : : "memory");
	else
		__asm__ volatile("" : : : "memory");
}

static inline void arch_cpu_relax(void)
{
	__asm__ volatile("pause");
}

/*
 * Every CPU executes a full barrier before this returns: what each did before is visible, and what
 * each does after sees what the caller did. With one CPU that is a barrier here. Starting more takes:
 *
 *	- an NMI to each, and waiting until each has taken it (IRET is a barrier): callers hold locks
 *	  that the others may be spinning for with interrupts off, so that no interrupt would do;
 *	- an NMI handler that does nothing else: it may come in the middle of anything;
 *	- CPUs that sleep, or are not started, to be left out: waking up must be a barrier, too;
 *	- no limit on callers: several CPUs may call it at once, for different locks.
 */
static inline void arch_barrier_everywhere(void)
{
	_Static_assert(ARCH_NR_CPUS == 1, "more CPUs need an interrupt here");
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
