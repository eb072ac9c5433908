/* SPDX-License-Identifier: MIT */
/* The address space that is active, for the mapper (commands.h). */
#include <arch/active_root.h>
#include <arch/cpu_features.h>
#include <mercator/frames.h>
#include <mercator/kernel_walk.h>

#include "commands.h"

static int take_frame(void *context, pfn_t *frame)
{
	(void)context;
	return frame_alloc(kernel_frames(), 0, frame);
}

static void give_frame(void *context, pfn_t frame)
{
	(void)context;
	if (frame_free(kernel_frames(), frame, 0))
		log_error("frame %#lx of a table could not be freed", frame);
}

static const struct frame_source frames = { .allocate = take_frame, .release = give_frame };

struct space *active_space(void)
{
	static struct space space;

	space.root = active_root();
	space.root.pointer_to = physmap_function;
	space.method = KERNEL_METHOD;
	space.frames = &frames;
	space.largest_leaf = cpu_features()->pages_1gib ? 3 : 2;
	space.physical_limit = cpu_physical_limit();
	space.recursive_slot = SPACE_NOT_RECURSIVE;
#ifdef CONFIG_RECURSIVE
	space.recursive_slot = CONFIG_RECURSIVE_SLOT;
#endif
	space.global_pages = cpu_features()->global_pages;
	return &space;
}
