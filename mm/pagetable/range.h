/* SPDX-License-Identifier: MIT */
/*
 * Ranges of an address space as the walker sees them: linear, that is without the sign extension, so
 * that [start, end) is one piece in [0, 2^48) or [0, 2^57) and its end can always be written down.
 */
#ifndef RANGE_H
#define RANGE_H

#include <mercator/error.h>
#include <mercator/space.h>

struct extent {
	uint64_t start, end;
};

/* One past the last linear address: 2^48 or 2^57. */
static inline uint64_t linear_end(unsigned int levels)
{
	return UINT64_C(1) << pt_shift(levels + 1);
}

static inline virt_addr_t virtual_of(const struct space *space, uint64_t linear)
{
	return pt_canonical(virt_addr(linear), space->root.levels);
}

static inline bool is_upper_half(const struct space *space, uint64_t linear)
{
	return linear >= linear_end(space->root.levels) / 2;
}

/* The end of the part of [at, end) that one entry of a table of this level spans. */
static inline uint64_t chunk_end(uint64_t at, uint64_t end, unsigned int level)
{
	uint64_t next = (at | (pt_span(level) - 1)) + 1;

	return next < end ? next : end;
}

/* How many leaves of `level`, of at most `largest_leaf`, fit in [at, end), of one table, from `at` on. */
static inline unsigned int leaves_fitting(unsigned int largest_leaf, unsigned int level,
					  uint64_t at, uint64_t end)
{
	if (level > largest_leaf || !is_aligned(at, pt_span(level)))
		return 0;
	return (unsigned int)((end - at) >> pt_shift(level));
}

/* How many entries of one table of `level` [at, end) touches. */
static inline unsigned int entries_in(unsigned int level, uint64_t at, uint64_t end)
{
	return (unsigned int)(((end - 1) >> pt_shift(level)) - (at >> pt_shift(level)) + 1);
}

static inline unsigned int linear_index(uint64_t linear, unsigned int level)
{
	return (linear >> pt_shift(level)) % PT_ENTRIES;
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
#define OWN_SLOT    SPACE_NOT_RECURSIVE
#define SECOND_SLOT (SPACE_NOT_RECURSIVE - 1)
#endif

static inline bool is_recursive_slot(const struct space *space, unsigned int index)
{
	return (int)index == OWN_SLOT || (int)index == SECOND_SLOT ||
	       (int)index == space->recursive_slot;
}

/* SPACE_NOT_RECURSIVE, as a slot, begins where no range comes to. */
static inline bool reaches_slot(int slot, unsigned int levels, uint64_t start, uint64_t size)
{
	return ((uint64_t)slot << pt_shift(levels)) - start < size;
}

static inline bool touches_recursive_slot(const struct space *space, unsigned int levels,
					  virt_addr_t address, uint64_t size)
{
	const uint64_t start = virt_raw(address) & (linear_end(levels) - 1);

	if (is_recursive_slot(space, linear_index(virt_raw(address), levels)))
		return true;
	/* Only a range that leaves its slot, which no page does, can reach another. */
	if (size <= FRAME_SIZE || !((start ^ (start + size - 1)) >> pt_shift(levels)))
		return false;
	return reaches_slot(OWN_SLOT, levels, start, size) ||
	       reaches_slot(SECOND_SLOT, levels, start, size) ||
	       reaches_slot(space->recursive_slot, levels, start, size);
}

/* The errors of every range (mercator/mapper.h); fills *extent. `levels` is space->root.levels. */
MUST_CHECK static inline int range_check(const struct space *space, unsigned int levels,
					 virt_addr_t address, uint64_t size, struct extent *extent)
{
	uint64_t half = linear_end(levels) / 2;
	uint64_t start = virt_raw(address) & (2 * half - 1);

	if (!size || !pt_is_canonical(address, levels))
		return ERR_INVALID;
	if (!is_aligned(virt_raw(address) | size, FRAME_SIZE))
		return ERR_MISALIGNED;
	/* `start` and the end of its half are multiples of a page: one page always fits between. */
	if (size > FRAME_SIZE && size > half - (start & (half - 1)))
		return ERR_RANGE;
	*extent = (struct extent){ start, start + size };
	return touches_recursive_slot(space, levels, address, size) ? ERR_RANGE : 0;
}

/*
 * Without reading there is no mapping; nothing is written and executed. Users have the lower half.
 * What is global stays when the root changes, so it can only be in the half that spaces share. The
 * sets of rights that make sense are looked up in a bitmap of all sets.
 */
#define RIGHTS_SETS(more)                                                                          \
	(1u << (RIGHT_READ | (more)) | 1u << (RIGHT_READ | RIGHT_WRITE | (more)) |                 \
	 1u << (RIGHT_READ | RIGHT_EXECUTE | (more)))

static inline bool rights_make_sense(virt_addr_t address, unsigned int rights)
{
	const uint32_t anywhere = RIGHTS_SETS(0);
	const uint32_t lower = RIGHTS_SETS(RIGHT_USER), upper = RIGHTS_SETS(RIGHT_GLOBAL);

	if (rights > RIGHTS_ALL)
		return false;
	return __builtin_expect(anywhere >> rights & 1, true) ||
	       ((virt_raw(address) >> 63 ? upper : lower) >> rights & 1);
}

/* ERR_INVALID where the attributes make no sense for an address. */
MUST_CHECK static inline int attributes_check(virt_addr_t address, struct attributes attributes)
{
	if (!rights_make_sense(address, attributes.rights) || attributes.type > MEMORY_UNCACHED)
		return ERR_INVALID;
	return 0;
}

/*
 * A CPU without global pages keeps nothing across a change of the root: there, the right means
 * nothing and is dropped.
 */
static inline bool asks_for_too_much(const struct space *space, struct attributes attributes)
{
	return (attributes.rights & RIGHT_GLOBAL) && !space->global_pages;
}

static inline struct attributes as_possible(const struct space *space, struct attributes attributes)
{
	if (asks_for_too_much(space, attributes))
		attributes.rights &= ~RIGHT_GLOBAL;
	return attributes;
}

/* Physical memory that the CPU can have. */
MUST_CHECK static inline int physical_check(const struct space *space, phys_addr_t physical,
					    uint64_t size)
{
	if (!is_aligned(phys_raw(physical), FRAME_SIZE))
		return ERR_MISALIGNED;
	if (phys_raw(physical) >= space->physical_limit)
		return ERR_RANGE;
	/* The limit is a multiple of a page: one page always fits below. */
	if (size > FRAME_SIZE && size > space->physical_limit - phys_raw(physical))
		return ERR_RANGE;
	return 0;
}

/* Which level of leaves the distance between linear and physical addresses allows, at most. */
unsigned int largest_leaf_for(const struct space *space, uint64_t linear, uint64_t physical);

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
