/* SPDX-License-Identifier: MIT */
/* One instruction at a time: for tests that look, or interfere, after each (the CPU's trap flag). */
#ifndef TESTS_MACHINE_STEPS_H
#define TESTS_MACHINE_STEPS_H

#define HOST_TRAP_FLAG 0x100 /* in RFLAGS: each instruction is followed by a SIGTRAP */

/* Run `operation`, with after_each() called after each of its instructions; what it returns. */
int host_run_in_steps(int (*operation)(void), void (*after_each)(void));

#endif
