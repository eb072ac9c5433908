/* SPDX-License-Identifier: MIT */
/* Walking by the method that the kernel uses for itself (Kconfig: "The kernel's own mapper"). */
#ifndef MERCATOR_KERNEL_WALK_H
#define MERCATOR_KERNEL_WALK_H

#include <mercator/physmap.h>
#include <mercator/space.h>
#include <mercator/walk.h>

#if defined(CONFIG_KERNEL_RECURSIVE)
#define KERNEL_METHOD ACCESS_RECURSIVE
#elif defined(CONFIG_KERNEL_GENERIC)
#define KERNEL_METHOD ACCESS_GENERIC
#else
#define KERNEL_METHOD ACCESS_OFFSET
#endif

static inline const char *kernel_method_name(void)
{
	switch (KERNEL_METHOD) {
	case ACCESS_OFFSET: return "offset";
	case ACCESS_RECURSIVE: return "recursive";
	default: return "generic";
	}
}

/* For the generic method: the physical map, as a function. NULL beyond its reach. */
static inline void *physmap_function(void *context, phys_addr_t frame)
{
	(void)context;
	return physmap_covers(frame, FRAME_SIZE) ? physmap_pointer(frame) : NULL;
}

/*
 * Walk the active space (arch/active_root.h); errors as those of the walk functions, and:
 *   ERR_UNSUPPORTED  the method is the recursive one, and the space has lost its recursive slot
 */
MUST_CHECK static inline int kernel_walk(const struct root *root, virt_addr_t address,
					 struct walk *walk)
{
	const struct space *active = space_active();
	struct root generic = *root;

	switch (KERNEL_METHOD) {
	case ACCESS_OFFSET: return offset_walk(root, address, walk);
	case ACCESS_RECURSIVE:
		walk->nr_steps = 0;
		if (active && active->recursive_slot == SPACE_NOT_RECURSIVE)
			return ERR_UNSUPPORTED;
		return recursive_walk(root, address, walk);
	default:
		generic.pointer_to = physmap_function;
		return generic_walk(&generic, address, walk);
	}
}

#endif
