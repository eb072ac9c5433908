/* SPDX-License-Identifier: MIT */
/*
 * Interrupts, at every instruction at which they are on: a trap, whose signal handler is a test's. There
 * is one CPU. Needs to be built without a red zone, for the stack's sake.
 */
#ifndef PLATFORM_HOST_IRQ_H
#define PLATFORM_HOST_IRQ_H

#include <stdbool.h>
#include <stdint.h>

extern bool host_irq_off;      /* in an interrupt, too */
extern bool host_irq_stepping; /* interrupts are wanted at all */

/* The trap flag is bit 8 of RFLAGS. */
static inline void host_irq_trap(bool on)
{
	if (on)
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	else
		__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" : : : "memory", "cc");
}

static inline uint64_t mc_irq_save(void)
{
	const bool was_off = host_irq_off;

	if (!was_off && host_irq_stepping)
		host_irq_trap(false);
	host_irq_off = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return was_off;
}

static inline void mc_irq_restore(uint64_t was_off)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	host_irq_off = was_off;
	if (!was_off && host_irq_stepping)
		host_irq_trap(true);
}

#endif
