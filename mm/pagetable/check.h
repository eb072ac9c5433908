/* SPDX-License-Identifier: MIT */
/*
 * What callers pass is checked here. Operations on a single page do that inline, with the size and the
 * number of levels known to the compiler, which leaves few instructions of it.
 */
#ifndef CHECK_H
#define CHECK_H

#include <mercator/error.h>

#include "window.h"

/* The errors of every range (mercator/mapper.h); fills *extent. `levels` is space->root.levels. */
MC_MUST_CHECK static inline int range_check(const struct mc_space *space, unsigned int levels,
					    mc_virt_addr_t address, uint64_t size,
					    struct extent *extent)
{
	uint64_t half = offset_end(levels) / 2;
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
	       ((mc_pt_is_upper_half(address) ? upper : lower) >> rights & 1);
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

/*
 * All that an operation on one page has to know of its attributes, quickly: the bits of a 4 KiB leaf.
 * False where they make no sense, the CPU cannot do all, or the memory is not write-back: the operation on
 * ranges says which.
 */
static inline bool find_bits(const struct mc_space *space, mc_virt_addr_t address,
			     struct mc_attributes attributes, uint64_t *bits)
{
	if (!mc_pt_look_up_bits(attributes, bits))
		return false;
	if (mc_pt_bits_are_usual(*bits))
		return true;
	if (!rights_make_sense(address, attributes.rights) || asks_for_too_much(space, attributes))
		return false;
	*bits = mc_pt_bits_found(*bits);
	return true;
}

#endif
