/* SPDX-License-Identifier: MIT */
/* Single-stepping (steps.h). */
#define _GNU_SOURCE /* the names of a signal's registers */
#include <signal.h>
#include <stdbool.h>
#include <ucontext.h>

#include "steps.h"

static volatile bool is_stepping;
static void (*look)(void);

static void after_instruction(int signal, siginfo_t *info, void *context)
{
	greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

	(void)signal;
	(void)info;
	look();
	*flags = is_stepping ? *flags | HOST_TRAP_FLAG : *flags & ~HOST_TRAP_FLAG;
}

int host_run_in_steps(int (*operation)(void), void (*after_each)(void))
{
	struct sigaction trap = { .sa_sigaction = after_instruction, .sa_flags = SA_SIGINFO };
	struct sigaction old;
	int result;

	look = after_each;
	sigaction(SIGTRAP, &trap, &old);
	is_stepping = true;
	raise(SIGTRAP);
	result = operation();
	is_stepping = false;
	raise(SIGTRAP);
	sigaction(SIGTRAP, &old, NULL);
	return result;
}
