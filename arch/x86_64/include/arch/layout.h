/* SPDX-License-Identifier: MIT */
/*
 * The virtual address space, kernel half. The unit is a root entry of 4-level paging (a slot, 512
 * GiB), counted 256 to 511. With 5 levels the addresses are the same: they all lie in the last root
 * entry of the larger space. Only the table windows move and grow, because the recursive slots are
 * entries of the root.
 *
 *	slot (default)   4 levels               what
 *	256 ... 272      0xffff800000000000     free
 *	273 ... 400      0xffff888000000000     physical map: all of RAM at one offset
 *	401              0xffffc88000000000     free
 *	402              0xffffc90000000000     single mappings: device memory and others
 *	403 ... 508      0xffffc98000000000     free
 *	509              0xfffffe8000000000     window of an inactive space's tables, if configured
 *	                 0xfffd000000000000     the same with 5 levels
 *	510              0xffffff0000000000     table window, if configured
 *	                 0xfffe000000000000     the same with 5 levels, 256 TiB
 *	511              0xffffffff80000000     kernel image, the last 2 GiB
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#include <mercator/types.h>

#define SLOT_SHIFT 39
#define SLOT_SIZE  (UINT64_C(1) << SLOT_SHIFT)

/* Where slot 256 to 511 begins. */
#define SLOT_BASE(slot) (UINT64_C(0xffff000000000000) | (uint64_t)(slot) << SLOT_SHIFT)

#define PHYSMAP_BASE SLOT_BASE(CONFIG_PHYSMAP_SLOT)
#define PHYSMAP_SIZE ((uint64_t)(CONFIG_PHYSMAP_END_SLOT - CONFIG_PHYSMAP_SLOT) << SLOT_SHIFT)

#define VMAP_BASE SLOT_BASE(CONFIG_VMAP_SLOT)
#define VMAP_SIZE SLOT_SIZE

#define KERNEL_SLOT 511
#define KERNEL_BASE UINT64_C(0xffffffff80000000)

/*
 * Temporary pages, one per CPU, after the kernel image, at the end of what the stub has page tables
 * for (arch/boot.h: BOOT_KERNEL_REACH).
 */
#define TEMP_PAGES      1
#define TEMP_PAGES_BASE (KERNEL_BASE + UINT64_C(0x800000) - TEMP_PAGES * MC_FRAME_SIZE)

/* Where the loader puts the kernel image: physical. */
#define KERNEL_LOAD_ADDRESS UINT64_C(0x100000)

_Static_assert(CONFIG_PHYSMAP_SLOT < CONFIG_PHYSMAP_END_SLOT,
	       "the physical map's window is empty: PHYSMAP_END_SLOT must be above PHYSMAP_SLOT");
_Static_assert(CONFIG_PHYSMAP_SLOT >= 256 && CONFIG_PHYSMAP_END_SLOT <= KERNEL_SLOT,
	       "the physical map must lie in the kernel half, below the kernel's slot 511");
_Static_assert(CONFIG_VMAP_SLOT >= 256 && CONFIG_VMAP_SLOT < KERNEL_SLOT,
	       "single mappings must lie in the kernel half, below the kernel's slot 511");
_Static_assert(CONFIG_VMAP_SLOT < CONFIG_PHYSMAP_SLOT ||
		       CONFIG_VMAP_SLOT >= CONFIG_PHYSMAP_END_SLOT,
	       "single mappings lie inside the physical map: change VMAP_SLOT or the map");
#ifdef CONFIG_RECURSIVE
_Static_assert(CONFIG_RECURSIVE_SLOT != CONFIG_VMAP_SLOT,
	       "the recursive slot is that of single mappings: change RECURSIVE_SLOT or VMAP_SLOT");
_Static_assert(CONFIG_RECURSIVE_SLOT < CONFIG_PHYSMAP_SLOT ||
		       CONFIG_RECURSIVE_SLOT >= CONFIG_PHYSMAP_END_SLOT,
	       "the recursive slot lies inside the physical map: change RECURSIVE_SLOT or the map");
_Static_assert(CONFIG_RECURSIVE_SLOT >= 256 && CONFIG_RECURSIVE_SLOT < KERNEL_SLOT,
	       "the recursive slot must lie in the kernel half, below the kernel's slot 511");
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
_Static_assert(CONFIG_RECURSIVE_SECOND_SLOT < CONFIG_PHYSMAP_SLOT ||
		       CONFIG_RECURSIVE_SECOND_SLOT >= CONFIG_PHYSMAP_END_SLOT,
	       "the second recursive slot lies inside the physical map: change one of them");
_Static_assert(
	CONFIG_RECURSIVE_SECOND_SLOT >= 256 && CONFIG_RECURSIVE_SECOND_SLOT < KERNEL_SLOT,
	"the second recursive slot must lie in the kernel half, below the kernel's slot 511");
_Static_assert(CONFIG_RECURSIVE_SECOND_SLOT != CONFIG_RECURSIVE_SLOT &&
		       CONFIG_RECURSIVE_SECOND_SLOT != CONFIG_VMAP_SLOT,
	       "the second recursive slot is the recursive slot or that of single mappings");
#endif

#endif
