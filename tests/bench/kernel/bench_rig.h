/* SPDX-License-Identifier: MIT */
/*
 * Common parts of the mapper's benchmarks in the kernel: one address space with frames of its own,
 * and ways to work on it. The recursive method's must be the active one; "temporary" is the generic
 * method with a function that points the temporary page at each table.
 */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <kernel/kbench.h>

#include "../bench_space.h"

#define RIG_FRAMES 24

/* Its levels are the CPU's, and so are its largest pages. */
extern struct bench_space rig_space;

/* The first of its frames, which are part of the kernel's image. */
mc_pfn_t rig_first_frame(void);

/* Start over with an empty space, by the method that is at work. */
void rig_reset(void);

/* Do an operation by a method. */
typedef void rig_operation(struct kbench_run *b);
void rig_by_offset(struct kbench_run *b, rig_operation *operation);
void rig_by_recursion(struct kbench_run *b, rig_operation *operation);
void rig_by_function(struct kbench_run *b, rig_operation *operation);
void rig_by_temporary_page(struct kbench_run *b, rig_operation *operation);

static inline void rig_check(struct kbench_run *b, int error)
{
	if (error)
		b->failed = mc_error_name(error);
}

#endif
