/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory map, from what firmware says to what the frame allocator can use. Pure
 * functions over an array that the caller owns: nothing is allocated, and nothing is sized by the
 * highest address or by a number of entries.
 *
 * The array holds firmware's ranges as they came (unsorted, overlapping, empty) and, appended by
 * the caller, a range of a type of our own for all that is in use although firmware calls it
 * usable: the kernel image, the boot information, modules, page 0, the stub's tables, device memory.
 *
 * One rule decides: a byte is usable if a MC_MEMMAP_USABLE range covers it and no range of another
 * type does; a frame is usable if all of its bytes are.
 */
#ifndef MERCATOR_MEMMAP_H
#define MERCATOR_MEMMAP_H

#include <mercator/error.h>
#include <mercator/types.h>

/*
 * X(name, number, text). 1 to 5 are Multiboot2's (specification 3.6.8), which are those of ACPI (6.5,
 * section 15.1), as is 7; 12 is what Linux calls PRAM. Firmware uses more; they keep their number.
 * Ours lie among ACPI's undefined ones, and mc_memmap_from_length() keeps firmware out of them.
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
 * The range of firmware's base, length and type number. A range that wraps past 2^64 is clamped to
 * end at 2^64 - 1: no CPU has memory there (52 bits are the most, SDM volume 3, 4.1.4), so what is
 * left out is only the top of a range that cannot be. A type number that would pass for one of our
 * own becomes MC_MEMMAP_RESERVED.
 */
struct mc_memmap_range mc_memmap_from_length(uint64_t base, uint64_t length, uint32_t type);

/* A type's name for printing; "other" for a number without one: print the number beside it. */
const char *mc_memmap_type_name(enum mc_memmap_type type);

/* What mc_memmap_normalise() made. The sum of both sizes does not depend on the limit. */
struct mc_memmap_summary {
	size_t nr_ranges;
	uint64_t usable;       /* bytes in these ranges */
	uint64_t beyond_limit; /* bytes, in whole frames, usable but for the limit: report them */
};

/*
 * Replace the ranges in the array by the usable frames below `limit`: at most as many ranges as
 * before, all MC_MEMMAP_USABLE, sorted, disjoint, each as large as it can be (two never touch), their
 * bounds multiples of MC_FRAME_SIZE. What the array holds after them is undefined.
 *
 * `limit` is the first physical address, in bytes, that the CPU cannot have (1 << MAXPHYADDR); a
 * frame that it divides lies beyond it. UINT64_MAX for no limit; the last frame of 2^64 is never
 * usable. Time O(count log count), no recursion.
 */
struct mc_memmap_summary mc_memmap_normalise(struct mc_memmap_range *ranges, size_t count,
					     uint64_t limit);

/*
 * A raw map, in any order, that is read through a function: before there is memory for an array of
 * ranges, the ranges exist only in the loader's own format.
 */
struct mc_memmap_source {
	struct mc_memmap_range (*range)(const void *context, size_t index); /* index < count */
	const void *context;
	size_t count;
};

/*
 * Find the lowest address where `size` bytes can be put: a multiple of `align`, at or above `min`,
 * ending at or below `limit`, every byte usable. With this the kernel finds room for the array that
 * mc_memmap_normalise() works on. Time O(count^2).
 *
 * MC_ERR_INVALID	size is 0, or align is not a power of two
 * MC_ERR_NOT_FOUND	there is no such place
 */
MC_MUST_CHECK int mc_memmap_find(const struct mc_memmap_source *map, uint64_t size, uint64_t align,
				 uint64_t min, uint64_t limit, uint64_t *address);

#endif
