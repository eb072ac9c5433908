/* SPDX-License-Identifier: MIT */
/* The kernel's own address space: built at start, by the kernel's own mapper, in place of the stub's. */
#ifndef MERCATOR_PAGING_H
#define MERCATOR_PAGING_H

#include <mercator/region.h>
#include <mercator/space.h>
#include <mercator/vmap.h>

/*
 * Build the kernel's address space and leave the stub's tables for it: each section of the image with
 * exactly its rights, guard pages below all stacks, the physical map of RAM (CONFIG_PHYSMAP), the
 * recursive slot (CONFIG_RECURSIVE), and single mappings of what the kernel still reads or draws on:
 * the loader's information, the memory map, the screen. Then all RAM goes to the frame allocator, whose
 * metadata are in these tables, and so do the frames of the stub and of the loader's information, of
 * which there is a copy (mercator/boot_memory.h). memory_init() and start_screen() come before. Panics where memory does not suffice.
 */
void paging_init(void);

/* The kernel's address space; the active one unless somebody has activated another. */
struct space *kernel_space(void);

/* Its region for single mappings. */
const struct vmap *kernel_vmap(void);

/* What it consists of, in ascending order, disjoint, all in the kernel half. Good after paging_init(). */
const struct region *kernel_regions(size_t *count);

/* Log that. */
void paging_describe(void);

#endif
