/* SPDX-License-Identifier: MIT */
/*
 * Ranges of an address space as the walker sees them: of offsets, addresses without their sign extension,
 * so that [start, end) is one piece in [0, 2^48) or [0, 2^57) and its end can always be written down.
 */
#ifndef RANGE_H
#define RANGE_H

#include <mercator/space.h>

#include "../units.h"

/* [start, end), not empty. */
struct extent {
	uint64_t start, end;
};

/* One past the last offset: 2^48 or 2^57. */
static inline uint64_t offset_end(unsigned int levels)
{
	return UINT64_C(1) << mc_pt_shift(levels + 1);
}

static inline mc_virt_addr_t virtual_of(const struct mc_space *space, uint64_t offset)
{
	return mc_pt_canonical(mc_virt_addr(offset), space->root.levels);
}

static inline bool is_upper_half(const struct mc_space *space, uint64_t offset)
{
	return offset >= offset_end(space->root.levels) / 2;
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

static inline unsigned int offset_index(uint64_t offset, unsigned int level)
{
	return (offset >> mc_pt_shift(level)) % MC_PT_ENTRIES;
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
