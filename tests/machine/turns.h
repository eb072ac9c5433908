/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs that take turns: one executes a number of instructions while the other is stopped. As
 * long as each sees the other's stores at once, any interleaving of two CPUs is a sequence of such
 * turns; here the test chooses it, so it is repeatable. Replaces threads (platform/host/cpus.c).
 *
 * The whole state of a CPU, its registers and its stack, can be copied and restored.
 */
#ifndef TESTS_MACHINE_TURNS_H
#define TESTS_MACHINE_TURNS_H

#include <ucontext.h>

#include <mercator/types.h>

#define HOST_STACK_SIZE (32 * 1024) /* a signal's frame, too: with the largest vectors, 11 KiB */

struct host_cpus {
	struct host_cpu {
		ucontext_t context;
		void (*operation)(void);
		unsigned int id; /* mc_cpu_id(), which the operation may change */
		bool is_done;
		_Alignas(64) uint8_t stack[HOST_STACK_SIZE];
	} cpus[2];
};

/* Between turns, it may be copied, and overwritten with a copy. */
extern struct host_cpus host_cpus;

/* Each is about to begin its operation. */
void host_cpus_start(void (*first)(void), void (*second)(void));

enum turn_end {
	TURN_OVER,    /* the instructions were executed */
	TURN_WAITING, /* it waits for the other: mc_cpu_relax() */
	TURN_PAUSED,  /* at host_pause() */
	TURN_DONE,    /* its operation is done, or was before */
};

/* Let CPU 0 or 1 execute at most this many instructions; 0: no limit. */
enum turn_end host_turn(unsigned int cpu, unsigned int nr_instructions);

/* Ends a turn that is not counted, for a CPU that does several things one after another. */
void host_pause(void);

#endif
