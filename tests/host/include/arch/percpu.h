/* SPDX-License-Identifier: MIT */
/*
 * The host's stand-in for arch/x86_64/include/arch/percpu.h: a thread is a CPU, with the number that
 * it was given (0 unless set), and interrupts are arch/host_irq.h's. Each number belongs to one thread.
 * Who compiles with HOST_NR_CPUS=1 has one thread, and locks that cost nothing, as the kernel does.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include <arch/host_irq.h>
#include <mercator/config.h>
#include <mercator/types.h>

#ifndef HOST_NR_CPUS
#define HOST_NR_CPUS 64
#endif
#define ARCH_NR_CPUS HOST_NR_CPUS
_Static_assert(ARCH_NR_CPUS >= 1, "there is one CPU at least");

extern __thread unsigned int host_cpu_id;

static inline unsigned int arch_cpu_id(void)
{
	return ARCH_NR_CPUS > 1 ? host_cpu_id : 0;
}

/* The thread that holds the lock may want this core. */
void arch_cpu_relax(void);

/* Linux: membarrier(2), which has every thread of the process execute a barrier. */
void arch_barrier_everywhere(void);

#endif
