/* SPDX-License-Identifier: MIT */
/* The two 8259A interrupt controllers that every PC has, or emulates. */
#ifndef ARCH_PIC_H
#define ARCH_PIC_H

#include <arch/cpu.h>

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

/* Mask all lines of both: interrupts stay off in the CPU too, this is the second lock. */
static inline void pic_mask(void)
{
	port_write8(PIC1_DATA, 0xff);
	port_write8(PIC2_DATA, 0xff);
}

#endif
