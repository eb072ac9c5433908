/* SPDX-License-Identifier: MIT */
#include <arch/cpu.h>
#include <arch/pic.h>

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

void pic_mask(void)
{
	port_write8(PIC1_DATA, 0xff);
	port_write8(PIC2_DATA, 0xff);
}
