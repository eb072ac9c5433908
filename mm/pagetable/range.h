/* SPDX-License-Identifier: MIT */
/*
 * Ranges of an address space as the walker sees them: offset, that is without the sign extension, so
 * that [start, end) is one piece in [0, 2^48) or [0, 2^57) and its end can always be written down.
 */
#ifndef RANGE_H
#define RANGE_H

#include <mercator/error.h>
#include <mercator/space.h>

#include "../units.h"

struct extent {
	uint64_t start, end;
};

/* One past the last offset address: 2^48 or 2^57. */
static inline uint64_t linear_end(unsigned int levels)
{
	return UINT64_C(1) << mc_pt_shift(levels + 1);
}

static inline mc_virt_addr_t virtual_of(const struct mc_space *space, uint64_t offset)
{
	return mc_pt_canonical(mc_virt_addr(offset), space->root.levels);
}

static inline bool is_upper_half(const struct mc_space *space, uint64_t offset)
{
	return offset >= linear_end(space->root.levels) / 2;
}

/* The end of the part of [at, end) that one entry of a table of this level spans. */
static inline uint64_t chunk_end(uint64_t at, uint64_t end, unsigned int level)
{
	uint64_t next = (at | (mc_pt_span(level) - 1)) + 1;

	return next < end ? next : end;
}

/* How many leaves of `level`, of at most `largest_leaf`, fit in [at, end), of one table, from `at` on. */
static inline unsigned int leaves_fitting(unsigned int largest_leaf, unsigned int level,
					  uint64_t at, uint64_t end)
{
	if (level > largest_leaf || !is_aligned(at, mc_pt_span(level)))
		return 0;
	return (unsigned int)((end - at) >> mc_pt_shift(level));
}

/* How many entries of one table of `level` [at, end) touches. */
static inline unsigned int entries_in(unsigned int level, uint64_t at, uint64_t end)
{
	return (unsigned int)(((end - 1) >> mc_pt_shift(level)) - (at >> mc_pt_shift(level)) + 1);
}

static inline unsigned int linear_index(uint64_t offset, unsigned int level)
{
	return (offset >> mc_pt_shift(level)) % MC_PT_ENTRIES;
}

/*
 * What callers pass is checked below. Operations on a single page do that inline, with the size and
 * the number of levels known to the compiler, which leaves few instructions of it.
 */

/*
 * The root entries that are not for mappings: the space's recursive slot, and both slots of Kconfig,
 * though they may be empty, as they can be filled at any time. Where there are none, these are two
 * numbers that are no index of a root.
 */
#ifdef CONFIG_MAPPER_RECURSIVE
#define OWN_SLOT    CONFIG_RECURSIVE_SLOT
#define SECOND_SLOT CONFIG_RECURSIVE_SECOND_SLOT
#else
#define OWN_SLOT    MC_SPACE_NOT_RECURSIVE
#define SECOND_SLOT (MC_SPACE_NOT_RECURSIVE - 1)
#endif

static inline bool is_recursive_slot(const struct mc_space *space, unsigned int index)
{
	return (int)index == OWN_SLOT || (int)index == SECOND_SLOT ||
	       (int)index == space->recursive_slot;
}

/* MC_SPACE_NOT_RECURSIVE, as a slot, begins where no range comes to. */
static inline bool reaches_slot(int slot, unsigned int levels, uint64_t start, uint64_t size)
{
	return ((uint64_t)slot << mc_pt_shift(levels)) - start < size;
}

static inline bool touches_recursive_slot(const struct mc_space *space, unsigned int levels,
					  mc_virt_addr_t address, uint64_t size)
{
	const uint64_t start = mc_virt_raw(address) & (linear_end(levels) - 1);

	if (is_recursive_slot(space, linear_index(mc_virt_raw(address), levels)))
		return true;
	/* Only a range that leaves its slot, which no page does, can reach another. */
	if (size <= MC_FRAME_SIZE || !((start ^ (start + size - 1)) >> mc_pt_shift(levels)))
		return false;
	return reaches_slot(OWN_SLOT, levels, start, size) ||
	       reaches_slot(SECOND_SLOT, levels, start, size) ||
	       reaches_slot(space->recursive_slot, levels, start, size);
}

/* The errors of every range (mercator/mapper.h); fills *extent. `levels` is space->root.levels. */
MC_MUST_CHECK static inline int range_check(const struct mc_space *space, unsigned int levels,
					    mc_virt_addr_t address, uint64_t size,
					    struct extent *extent)
{
	uint64_t half = linear_end(levels) / 2;
	uint64_t start = mc_virt_raw(address) & (2 * half - 1);

	if (!size || !mc_pt_is_canonical(address, levels))
		return MC_ERR_INVALID;
	if (!is_aligned(mc_virt_raw(address) | size, MC_FRAME_SIZE))
		return MC_ERR_MISALIGNED;
	/* `start` and the end of its half are multiples of a page: one page always fits between. */
	if (size > MC_FRAME_SIZE && size > half - (start & (half - 1)))
		return MC_ERR_RANGE;
	*extent = (struct extent){ start, start + size };
	return touches_recursive_slot(space, levels, address, size) ? MC_ERR_RANGE : 0;
}

/*
 * Without reading there is no mapping; nothing is written and executed. Users have the lower half.
 * What is global stays when the root changes, so it can only be in the half that spaces share. The
 * sets of rights that make sense are looked up in a bitmap of all sets.
 */
#define RIGHTS_SETS(more)                                                                          \
	(1u << (MC_RIGHT_READ | (more)) | 1u << (MC_RIGHT_READ | MC_RIGHT_WRITE | (more)) |        \
	 1u << (MC_RIGHT_READ | MC_RIGHT_EXECUTE | (more)))

static inline bool rights_make_sense(mc_virt_addr_t address, unsigned int rights)
{
	const uint32_t anywhere = RIGHTS_SETS(0);
	const uint32_t lower = RIGHTS_SETS(MC_RIGHT_USER), upper = RIGHTS_SETS(MC_RIGHT_GLOBAL);

	if (rights > MC_RIGHTS_ALL)
		return false;
	return __builtin_expect(anywhere >> rights & 1, true) ||
	       ((mc_virt_raw(address) >> 63 ? upper : lower) >> rights & 1);
}

/* MC_ERR_INVALID where the attributes make no sense for an address. */
MC_MUST_CHECK static inline int attributes_check(mc_virt_addr_t address,
						 struct mc_attributes attributes)
{
	if (!rights_make_sense(address, attributes.rights) || attributes.type > MC_MEMORY_UNCACHED)
		return MC_ERR_INVALID;
	return 0;
}

/*
 * A CPU without global pages keeps nothing across a change of the root: there, the right means
 * nothing and is dropped.
 */
static inline bool asks_for_too_much(const struct mc_space *space, struct mc_attributes attributes)
{
	return (attributes.rights & MC_RIGHT_GLOBAL) && !space->global_pages;
}

static inline struct mc_attributes as_possible(const struct mc_space *space,
					       struct mc_attributes attributes)
{
	if (asks_for_too_much(space, attributes))
		attributes.rights &= ~MC_RIGHT_GLOBAL;
	return attributes;
}

/* Physical memory that the CPU can have. */
MC_MUST_CHECK static inline int physical_check(const struct mc_space *space,
					       mc_phys_addr_t physical, uint64_t size)
{
	if (!is_aligned(mc_phys_raw(physical), MC_FRAME_SIZE))
		return MC_ERR_MISALIGNED;
	if (mc_phys_raw(physical) >= space->physical_limit)
		return MC_ERR_RANGE;
	/* The limit is a multiple of a page: one page always fits below. */
	if (size > MC_FRAME_SIZE && size > space->physical_limit - mc_phys_raw(physical))
		return MC_ERR_RANGE;
	return 0;
}

/* Which level of leaves the distance between offset and physical addresses allows, at most. */
unsigned int largest_leaf_for(const struct mc_space *space, uint64_t offset, uint64_t physical);

/*
 * How many tables [start, end), which lies below one absent entry of `level`, needs, that entry's
 * own table included, if leaves of up to `largest_leaf` are used wherever they fit.
 */
uint64_t tables_needed(unsigned int level, uint64_t start, uint64_t end, unsigned int largest_leaf);

/*
 * How many tables must be made so that a page ends at `edge`, which lies inside a leaf of `level`.
 */
unsigned int tables_to_split(unsigned int level, uint64_t edge);

#endif
