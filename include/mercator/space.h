/* SPDX-License-Identifier: MIT */
/* An address space: its root table, what its CPU can do, and where its tables' frames come from. */
#ifndef MERCATOR_SPACE_H
#define MERCATOR_SPACE_H

#include <arch/percpu.h>
#include <mercator/spinlock.h>
#include <mercator/types.h>
#include <mercator/walk.h>

struct tlb_batch;

/*
 * Where frames for tables come from. allocate() gives one frame of any contents, or an error, which
 * the operation then returns; release() takes it back and cannot fail.
 */
struct frame_source {
	int (*allocate)(void *context, pfn_t *frame);
	void (*release)(void *context, pfn_t frame);
	void *context;
};

/* No recursive slot. */
#define SPACE_NOT_RECURSIVE (-1)

/* How the tables are reached; fixed for the life of a space, but no table depends on it. */
enum access_method {
	ACCESS_OFFSET,
	ACCESS_RECURSIVE, /* only while the space is active */
	ACCESS_GENERIC,   /* by root.pointer_to() */
};

/*
 * Held by an operation that changes the space, or by a cursor. Where there is one CPU, nobody waits and
 * nothing is taken; with CONFIG_DEBUG_CHECKS, taking it twice is a panic all the same.
 */
struct space_lock {
	struct spinlock spin;
	uint32_t
		owner; /* with CONFIG_DEBUG_CHECKS: the holder's CPU number plus 1; 0 if it is free */
};

/* All zero but for what its maker sets: the root, how to reach it, the CPU's limits. */
struct space {
	struct root root;
	enum access_method method;
	const struct frame_source *frames;
	unsigned int
		largest_leaf;    /* level of the largest leaves to use: 1 4 KiB, 2 2 MiB, 3 1 GiB */
	uint64_t physical_limit; /* of frames' addresses: the first that the CPU cannot have */
	int recursive_slot;      /* index in the root, or SPACE_NOT_RECURSIVE */
	bool global_pages; /* the CPU has them; otherwise RIGHT_GLOBAL is let pass and means nothing */
	uint64_t nr_tables; /* below the root, those that this space's operations have made */
	struct space_lock lock;

	/* With CONFIG_DEBUG_CHECKS: each CPU's batch that owes something (mercator/tlb.h). */
	struct tlb_batch *owing[IS_ENABLED(CONFIG_DEBUG_CHECKS) ? ARCH_NR_CPUS : 0];
};

#endif
