/* SPDX-License-Identifier: MIT */
/* The machine's usable memory, found once at start. */
#ifndef MERCATOR_MEMORY_H
#define MERCATOR_MEMORY_H

#include <mercator/bootinfo.h>
#include <mercator/memmap.h>

/*
 * Before memory_init(): `size` bytes from `start` on are the screen's video memory, even if the memory
 * map calls them free. From then on they are no RAM.
 *
 * ERR_BUSY		something is there that is in use: the kernel, page 0, what the loader put there,
 *			ACPI's tables, persistent memory
 * ERR_NO_MEMORY	it would be more than half of the memory
 */
MUST_CHECK int memory_claim_screen(const struct bootinfo *info, phys_addr_t start, uint64_t size);

/* What was claimed; empty if nothing was. */
struct memmap_range memory_screen(void);

/*
 * Take the memory map from the boot information: remove what is no RAM (arch/memory_hole.h, the screen)
 * and what is in use (page 0, the kernel image with the stub's tables, the boot information, modules,
 * the arrays themselves), normalise it, and log what is found and what is left out. The boot information
 * is copied, so that the loader's place can be given back. The physical map's reach must be set. Panics
 * if there is no usable memory at all.
 */
void memory_init(const struct bootinfo *info);

/*
 * All ranges of whole frames that are RAM, ours and others' use of it included, but no device memory,
 * below the CPU's physical limit; sorted, disjoint, no two touching.
 */
const struct memmap_range *memory_ram(size_t *count);

/*
 * Boot memory: what is in use at start and need not stay (mercator/boot_memory.h). Bytes, of any
 * alignment; pieces may touch, overlap and be empty. Modules come last, in the loader's order.
 */
enum memory_boot_piece {
	BOOT_STUB,
	BOOT_STUB_TABLES,
	BOOT_INFORMATION, /* where the loader put it */
	BOOT_MODULES,     /* the first, if there is one */
};

const struct memmap_range *memory_boot(size_t *count);

/* Whether a piece of boot memory has been released, and that it has. After memory_remap(). */
bool memory_boot_is_released(size_t piece);
void memory_boot_set_released(size_t piece);

/*
 * The ranges of memory_ranges() and the frames that boot memory alone is in; sorted, disjoint, no two
 * touching. What the frame allocator is to have.
 */
const struct memmap_range *memory_pool(size_t *count);

/*
 * The physical memory, in bytes, in which all of these arrays are, that of memory_ranges() first; and
 * that in which the copy of the boot information is, in frames of its own.
 */
struct memmap_range memory_arrays(void);
struct memmap_range memory_information(void);

/* The arrays are mapped at `start`, read-only, from now on. */
void memory_remap(const void *start);

/*
 * Usable ranges of whole frames, sorted and disjoint, none of them in use by anybody. All lie below
 * the CPU's physical limit, but some may lie beyond the physical map's reach. Read-only after
 * memory_init().
 */
const struct memmap_range *memory_ranges(size_t *count);

#endif
