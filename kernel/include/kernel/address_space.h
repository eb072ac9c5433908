/* SPDX-License-Identifier: MIT */
/* The kernel's own address space: built at start, by the kernel's own mapper, in place of the stub's. */
#ifndef KERNEL_ADDRESS_SPACE_H
#define KERNEL_ADDRESS_SPACE_H

#include <mercator/audit.h>
#include <mercator/error.h>
#include <mercator/pagetable.h>
#include <mercator/physmap.h>
#include <mercator/space.h>
#include <mercator/types.h>
#include <mercator/vmap.h>

/*
 * Build the kernel's address space and switch to it: each section of the image with exactly its
 * rights, guard pages below all stacks, the physical map of RAM (CONFIG_PHYSMAP), the recursive
 * slot (CONFIG_RECURSIVE), and single mappings of the boot information's copy, the memory map and
 * the screen. Then give all RAM to the frame allocator, whose metadata these tables map, and free
 * the frames of the stub and of the loader's information (kernel/memory.h). Call memory_init() and
 * start_screen() before. Panics if there is too little memory.
 */
void paging_init(void);

/* The kernel's address space; active unless another was activated. */
struct mc_space *kernel_space(void);

/* Its region for single mappings. */
const struct mc_vmap *kernel_vmap(void);

/* Its regions, in ascending order, disjoint, all in the kernel half. Valid after paging_init(). */
const struct mc_region *kernel_regions(size_t *count);

/* Log the regions. */
void paging_describe(void);

/* Walking by the kernel's own method (Kconfig: "The kernel's own mapper"). */

#if defined(CONFIG_KERNEL_RECURSIVE)
#define KERNEL_METHOD MC_ACCESS_RECURSIVE
#elif defined(CONFIG_KERNEL_GENERIC)
#define KERNEL_METHOD MC_ACCESS_GENERIC
#else
#define KERNEL_METHOD MC_ACCESS_OFFSET
#endif

static inline const char *kernel_method_name(void)
{
	switch (KERNEL_METHOD) {
	case MC_ACCESS_OFFSET: return "offset";
	case MC_ACCESS_RECURSIVE: return "recursive";
	default: return "generic";
	}
}

/* For the generic method: the physical map, as a function. NULL beyond its reach. */
static inline void *physmap_function(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return mc_physmap_covers(frame, MC_FRAME_SIZE) ? mc_physmap_pointer(frame) : NULL;
}

/*
 * Walk the active space (mercator/platform.h). Errors: those of the walk functions, and
 *   MC_ERR_UNSUPPORTED  the method is the recursive one, and the space has lost its recursive slot
 */
MC_MUST_CHECK static inline int kernel_walk(const struct mc_root *root, mc_virt_addr_t address,
					    struct mc_walk *walk)
{
	const struct mc_space *active = mc_space_active();
	struct mc_root generic = *root;

	switch (KERNEL_METHOD) {
	case MC_ACCESS_OFFSET: return mc_offset_walk(root, address, walk);
	case MC_ACCESS_RECURSIVE:
		walk->nr_steps = 0;
		if (active && active->recursive_slot == MC_SPACE_NOT_RECURSIVE)
			return MC_ERR_UNSUPPORTED;
		return mc_recursive_walk(root, address, walk);
	default:
		generic.pointer_to = physmap_function;
		return mc_generic_walk(&generic, address, walk);
	}
}

/* Auditing the kernel's address space, and spaces that share its half. */

/*
 * mc_audit_space() by the rules of this kernel on this machine: kernel_regions(), memory_ram(), the
 * image's read-only part, the frame allocator. Nobody may change the space meanwhile. Errors: those
 * of mc_audit_space(), and MC_ERR_NO_MEMORY if there is no room for the list of tables.
 */
MC_MUST_CHECK int kernel_audit(const struct mc_space *space, struct mc_audit_report *report);

/* Device memory in the kernel's address space, as Linux's ioremap(). */

/*
 * Map `size` bytes of device memory, of any alignment, writable, with this memory type; *pointer is
 * where `physical` is mapped. RAM is refused: it is mapped write-back elsewhere, and must not be
 * mapped with two types (SDM 3, 12.12.4).
 *
 *   MC_ERR_INVALID  size is 0, no such type, or some of it is RAM
 *   and those of mc_vmap_map() (mercator/vmap.h)
 */
MC_MUST_CHECK int device_map(mc_phys_addr_t physical, uint64_t size, enum mc_memory_type type,
			     void **pointer);

/* Unmap it, with the same pointer and size. Errors: those of mc_vmap_unmap(). */
MC_MUST_CHECK int device_unmap(volatile void *pointer, uint64_t size);

#endif
