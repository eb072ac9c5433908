/* SPDX-License-Identifier: MIT */
/* Interrupts on the host (tests/mm/frame_interrupts.h), by tests/machine/interrupts/. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <mercator/platform.h>

#include "frame_interrupts.h"

bool host_irq_off, host_irq_stepping;
__thread unsigned int host_cpu_id;

static void (*handler)(void);

void mc_cpu_relax(void)
{
	fprintf(stderr, "a lock is waited for that nobody will give up\n");
	abort();
}

void mc_barrier_everywhere(void)
{
}

static void on_trap(int signal)
{
	(void)signal;
	host_irq_off = true;
	handler();
	host_irq_off = false;
}

void interrupts_start(void (*function)(void))
{
	const struct sigaction action = { .sa_handler = on_trap };

	handler = function;
	if (sigaction(SIGTRAP, &action, NULL))
		abort();
}

void interrupts_stop(void)
{
	signal(SIGTRAP, SIG_DFL);
}

void interrupts_on(void)
{
	host_irq_stepping = true;
	host_irq_trap(true);
}

bool interrupts_off(void)
{
	const bool were_on = !host_irq_off;

	host_irq_trap(false);
	host_irq_stepping = false;
	host_irq_off = false;
	return were_on;
}
