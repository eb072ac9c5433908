/* SPDX-License-Identifier: MIT */
/* How the kernel ends: with its result, or with a panic. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <mercator/platform.h>

/* What mm calls, and the kernel. */
#define panic(...) mc_panic(__VA_ARGS__)

/* A broken invariant; the condition is the invariant's text. Checked in every build. */
#define PANIC_UNLESS(condition)                                                                    \
	do {                                                                                       \
		if (!(condition))                                                                  \
			panic("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                \
	} while (0)

/* The same, only with CONFIG_DEBUG_CHECKS; the condition is compiled in any case. */
#define DEBUG_PANIC_UNLESS(condition)                                                              \
	do {                                                                                       \
		if (IS_ENABLED(CONFIG_DEBUG_CHECKS))                                               \
			PANIC_UNLESS(condition);                                                   \
	} while (0)

/*
 * End here. With exit=isa-debug, QEMU leaves with status 33 if `passed`, else 35 (its
 * isa-debug-exit device at port 0xf4 turns v into 2v + 1); with exit=bochs, break into Bochs' debugger
 * (whose script quits; the log has the result); otherwise the CPU halts.
 */
__attribute__((noreturn)) void finish(bool passed);

#endif
