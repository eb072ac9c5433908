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
static inline uint64_t linear_end(const struct space *space)
{
	return UINT64_C(1) << pt_shift(space->root.levels + 1);
}

static inline uint64_t linear_of(const struct space *space, virt_addr_t address)
{
	return virt_raw(address) & (linear_end(space) - 1);
}

static inline virt_addr_t virtual_of(const struct space *space, uint64_t linear)
{
	return pt_canonical(virt_addr(linear), space->root.levels);
}

static inline bool is_upper_half(const struct space *space, uint64_t linear)
{
	return linear >= linear_end(space) / 2;
}

/* The end of the part of [at, end) that one entry of a table of this level spans. */
static inline uint64_t chunk_end(uint64_t at, uint64_t end, unsigned int level)
{
	uint64_t next = (at | (pt_span(level) - 1)) + 1;

	return next < end ? next : end;
}

static inline unsigned int linear_index(uint64_t linear, unsigned int level)
{
	return (linear >> pt_shift(level)) % PT_ENTRIES;
}

/* The errors of every range (mercator/mapper.h); fills *extent. */
MUST_CHECK int range_check(const struct space *space, virt_addr_t address, uint64_t size,
			   struct extent *extent);

/* ERR_INVALID where the attributes make no sense for the range. */
MUST_CHECK int attributes_check(const struct space *space, const struct extent *extent,
				struct attributes attributes);

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
