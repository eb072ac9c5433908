/* SPDX-License-Identifier: MIT */
/* The two 8259A interrupt controllers that every PC has, or emulates. */
#ifndef ARCH_PIC_H
#define ARCH_PIC_H

/* Mask all lines of both: interrupts stay off in the CPU too, this is the second lock. */
void pic_mask(void);

#endif
