/* SPDX-License-Identifier: MIT */
/* The two 8259A interrupt controllers of a PC. */
#ifndef ARCH_PIC_H
#define ARCH_PIC_H

/* Mask all lines of both, in addition to interrupts being off in the CPU. */
void pic_mask(void);

#endif
