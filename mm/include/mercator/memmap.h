/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory map: from firmware's ranges to what the frame allocator can use. Pure
 * functions on an array that the caller owns: nothing is allocated, and there is no limit on
 * addresses or on the number of entries.
 *
 * The array holds firmware's ranges as they are (unsorted, overlapping, empty). The caller appends
 * ranges, of our own types, for memory that is in use although firmware calls it usable: the kernel
 * image, the boot information, modules, page 0, the stub's tables, device memory.
 *
 * A byte is usable if a MC_MEMMAP_USABLE range covers it and no range of another type does. A frame
 * is usable if all of its bytes are.
 */
#ifndef MERCATOR_MEMMAP_H
#define MERCATOR_MEMMAP_H

#include <mercator/error.h>
#include <mercator/types.h>

/*
 * X(name, number, text). 1 to 5 are Multiboot2's (specification 3.6.8) and ACPI's (6.5, section
 * 15.1); 7 is ACPI's; 12 is what Linux calls PRAM. Other types of firmware keep their number. Ours
 * lie among ACPI's undefined ones; mc_memmap_from_length() keeps firmware out of them.
 */
#define MC_MEMMAP_OWN_FIRST 0x4d000000
#define MC_MEMMAP_TYPES(X)                                                                         \
	X(MC_MEMMAP_USABLE, 1, "usable")                                                           \
	X(MC_MEMMAP_RESERVED, 2, "reserved")                                                       \
	X(MC_MEMMAP_ACPI_RECLAIMABLE, 3, "ACPI reclaimable")                                       \
	X(MC_MEMMAP_ACPI_NVS, 4, "ACPI NVS")                                                       \
	X(MC_MEMMAP_DEFECTIVE, 5, "defective")                                                     \
	X(MC_MEMMAP_PERSISTENT, 7, "persistent")                                                   \
	X(MC_MEMMAP_PERSISTENT_LEGACY, 12, "persistent (legacy)")                                  \
	X(MC_MEMMAP_KERNEL, MC_MEMMAP_OWN_FIRST, "kernel")                                         \
	X(MC_MEMMAP_BOOT_TABLES, MC_MEMMAP_OWN_FIRST + 1, "boot tables")                           \
	X(MC_MEMMAP_BOOT_INFORMATION, MC_MEMMAP_OWN_FIRST + 2, "boot information")                 \
	X(MC_MEMMAP_MODULE, MC_MEMMAP_OWN_FIRST + 3, "module")                                     \
	X(MC_MEMMAP_FIRMWARE, MC_MEMMAP_OWN_FIRST + 4, "firmware")                                 \
	X(MC_MEMMAP_MEMORY_MAP, MC_MEMMAP_OWN_FIRST + 5, "memory map")                             \
	X(MC_MEMMAP_DEVICE, MC_MEMMAP_OWN_FIRST + 6, "device memory")
#define MC_MEMMAP_OWN_LAST (MC_MEMMAP_OWN_FIRST + 6)

enum mc_memmap_type {
#define MC_MEMMAP_ENUM(name, number, text) name = (number),
	MC_MEMMAP_TYPES(MC_MEMMAP_ENUM)
#undef MC_MEMMAP_ENUM
};

/* Physical addresses [start, end), in bytes, of any alignment. Empty unless start < end. */
struct mc_memmap_range {
	uint64_t start;
	uint64_t end;
	enum mc_memmap_type type;
};

/*
 * Make a range of firmware's base, length and type number. A range that wraps past 2^64 is clamped
 * to end at 2^64 - 1: no CPU has memory there (at most 52 bits, SDM volume 3, 4.1.4). A type number
 * that is one of our own becomes MC_MEMMAP_RESERVED.
 */
struct mc_memmap_range mc_memmap_from_length(uint64_t base, uint64_t length, uint32_t type);

/* A type's name for printing; "other" if it has none: then print the number, too. */
const char *mc_memmap_type_name(enum mc_memmap_type type);

/* The result of mc_memmap_normalise(). The sum of both sizes does not depend on the limit. */
struct mc_memmap_summary {
	size_t nr_ranges;
	uint64_t usable;       /* bytes in these ranges */
	uint64_t beyond_limit; /* bytes, in whole frames, that only the limit makes unusable */
};

/*
 * Replace the ranges in the array by the usable frames below `limit`: at most as many ranges as
 * before, all MC_MEMMAP_USABLE, sorted, disjoint, not adjacent, their bounds multiples of
 * MC_FRAME_SIZE. The rest of the array is undefined.
 *
 * `limit` is the first physical address, in bytes, that the CPU does not have (1 << MAXPHYADDR); a
 * frame across it lies beyond it. UINT64_MAX for no limit; the last frame of 2^64 is never usable.
 * Time O(count log count), no recursion.
 */
struct mc_memmap_summary mc_memmap_normalise(struct mc_memmap_range *ranges, size_t count,
					     uint64_t limit);

/*
 * A raw map, in any order, read through a function: before there is memory for an array of ranges,
 * they exist only in the loader's format.
 */
struct mc_memmap_source {
	struct mc_memmap_range (*range)(const void *context, size_t index); /* index < count */
	const void *context;
	size_t count;
};

/*
 * Find the lowest address of `size` usable bytes: a multiple of `align`, at or above `min`, ending
 * at or below `limit`. The kernel uses it to find room for the array of mc_memmap_normalise(). Time
 * O(count^2).
 *
 * MC_ERR_INVALID	size is 0, or align is not a power of two
 * MC_ERR_NOT_FOUND	there is no such place
 */
MC_MUST_CHECK int mc_memmap_find(const struct mc_memmap_source *map, uint64_t size, uint64_t align,
				 uint64_t min, uint64_t limit, uint64_t *address);

#endif
