/* SPDX-License-Identifier: MIT */
/* No interrupts. Programs whose tests interrupt have tests/machine/interrupts/ before this folder. */
#ifndef PLATFORM_HOST_IRQ_H
#define PLATFORM_HOST_IRQ_H

#include <stdint.h>

static inline uint64_t mc_irq_save(void)
{
	return 0;
}

static inline void mc_irq_restore(uint64_t flags)
{
	(void)flags;
}

#endif
