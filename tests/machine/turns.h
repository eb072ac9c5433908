/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs that take turns: one goes on for so many instructions while the other stands still. Whatever
 * two CPUs can do to each other, as long as each sees the other's stores at once, they do in some such
 * order; here it is the test's to choose, and the same each time. Stands in for threads
 * (platform/host/cpus.c).
 *
 * All that a CPU is can be copied, to come back to: its registers and its stack.
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

/* Have a CPU, 0 or 1, go on for so many instructions at most; 0: for as many as it takes. */
enum turn_end host_turn(unsigned int cpu, unsigned int nr_instructions);

/* Where a turn that is not counted ends, for who does several things one after another. */
void host_pause(void);

#endif
