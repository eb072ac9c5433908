/* SPDX-License-Identifier: MIT */
/* An address space: its root table, what its CPU can do, and where its tables' frames come from. */
#ifndef MERCATOR_SPACE_H
#define MERCATOR_SPACE_H

#include <mercator/types.h>
#include <mercator/walk.h>

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

struct space {
	struct root root;
	enum access_method method;
	const struct frame_source *frames;
	unsigned int
		largest_leaf;    /* level of the largest leaves to use: 1 4 KiB, 2 2 MiB, 3 1 GiB */
	uint64_t physical_limit; /* the first physical address that the CPU cannot have */
	int recursive_slot;      /* index in the root, or SPACE_NOT_RECURSIVE */
	bool global_pages; /* the CPU has them; otherwise RIGHT_GLOBAL is let pass and means nothing */
	uint64_t nr_tables; /* below the root, those that this space's operations have made */
};

#endif
