/* SPDX-License-Identifier: MIT */
/* Interrupts after each instruction of one's choice: the kernel's #DB, the host's SIGTRAP. */
#ifndef FRAME_INTERRUPTS_H
#define FRAME_INTERRUPTS_H

#include <stdbool.h>

/* Less than a second, on either. */
#define INTERRUPTED_OPERATIONS 600

/* From now on, and not any more. One CPU only. */
void interrupts_start(void (*handler)(void));
void interrupts_stop(void);

/*
 * The caller's instructions are interrupted, and those of what it calls: after each at which interrupts
 * are on, as far as mc_irq_save() says, `handler` is called, with interrupts off.
 */
void interrupts_on(void);

/* No more; whether they were on until now. */
bool interrupts_off(void);

#endif
