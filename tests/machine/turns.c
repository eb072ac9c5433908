/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs in turns (turns.h): two stacks of one thread, and the trap flag to count instructions.
 */
#define _GNU_SOURCE /* the names of a signal's registers */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../mm/atomic.h"
#include <mercator/platform.h>

#include "steps.h"
#include "turns.h"

__thread unsigned int host_cpu_id;

struct host_cpus host_cpus;

static struct host_cpu *running; /* NULL between turns */
static ucontext_t between;
static unsigned int left; /* instructions of this turn, if they are counted */
static enum turn_end end;

static void end_turn(enum turn_end why)
{
	end = why;
	swapcontext(&running->context, &between);
}

static void after_instruction(int signal, siginfo_t *info, void *context)
{
	greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

	(void)signal;
	(void)info;
	if (left && --left == 0)
		end_turn(TURN_OVER);
	/* For the next turn, if that was the end of one. */
	*flags = left ? *flags | HOST_TRAP_FLAG : *flags & ~HOST_TRAP_FLAG;
}

/* Trap after each of the caller's instructions, if they are counted. The red zone stays as it is. */
__attribute__((noinline)) static void go_on(void)
{
	if (left)
		__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; orq %0, (%%rsp); popfq; "
				 "lea 128(%%rsp), %%rsp"
				 :
				 : "i"(HOST_TRAP_FLAG)
				 : "memory", "cc");
}

/* End the turn, and at the next one, go on here. */
static void give_up_turn(enum turn_end why)
{
	/* The trap after this is the last. */
	atomic_store(&left, 0);
	end_turn(why);
	go_on();
}

void mc_cpu_relax(void)
{
	if (!running) {
		fprintf(stderr, "a lock is waited for that nobody will give up\n");
		abort();
	}
	give_up_turn(TURN_WAITING);
}

/* Each sees the other's stores at once. */
void mc_barrier_everywhere(void)
{
}

void host_pause(void)
{
	if (!left)
		give_up_turn(TURN_PAUSED);
}

static void run(void)
{
	go_on();
	running->operation();
	running->is_done = true;
	give_up_turn(TURN_DONE);
}

static void set_up(struct host_cpu *cpu, void (*operation)(void))
{
	getcontext(&cpu->context);
	cpu->context.uc_stack.ss_sp = cpu->stack;
	cpu->context.uc_stack.ss_size = sizeof(cpu->stack);
	makecontext(&cpu->context, run, 0);
	cpu->operation = operation;
	cpu->id = 0;
	cpu->is_done = false;
}

void host_cpus_start(void (*first)(void), void (*second)(void))
{
	/* SA_NODEFER: the other CPU may be stopped in its signal handler. */
	const struct sigaction trap = { .sa_sigaction = after_instruction,
					.sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGTRAP, &trap, NULL);
	set_up(&host_cpus.cpus[0], first);
	set_up(&host_cpus.cpus[1], second);
}

enum turn_end host_turn(unsigned int cpu, unsigned int nr_instructions)
{
	struct host_cpu *next = &host_cpus.cpus[cpu];

	if (next->is_done)
		return TURN_DONE;
	left = nr_instructions;
	running = next;
	host_cpu_id = next->id;
	swapcontext(&between, &next->context);
	next->id = host_cpu_id;
	running = NULL;
	return end;
}
