/* SPDX-License-Identifier: MIT */
/*
 * Interrupts in the kernel (frame_interrupts.h): #DB after each instruction, where RFLAGS.IF is
 * set. It is really set, so that mc_irq_save() works as with interrupts. Devices cause none: the
 * PICs are masked, and CR8 blocks those of the local APIC (SDM 3, "Task Priority in IA-32e Mode").
 */
#include <arch/cpu.h>
#include <arch/exception.h>
#include <arch/pic.h>

#include "frame_interrupts.h"

#define CR8_NONE UINT64_C(15)

static void (*handler)(void);

static void on_step(uint64_t rflags)
{
	if (rflags & RFLAGS_IF)
		handler();
}

void interrupts_start(void (*function)(void))
{
	handler = function;
	pic_mask();
	write_cr8(CR8_NONE);
	exception_on_step(on_step);
}

void interrupts_stop(void)
{
	exception_on_step(NULL);
	write_cr8(0);
}

void interrupts_on(void)
{
	write_rflags(read_rflags() | RFLAGS_TF | RFLAGS_IF);
}

bool interrupts_off(void)
{
	const uint64_t rflags = read_rflags();

	write_rflags(rflags & ~(uint64_t)(RFLAGS_TF | RFLAGS_IF));
	return rflags & RFLAGS_IF;
}
