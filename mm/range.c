/* SPDX-License-Identifier: MIT */
/* Checking ranges and counting what they need (range.h). Arithmetic only: no table is read here. */
#include "range.h"

static bool touches_recursive_slot(const struct space *space, const struct extent *extent)
{
	uint64_t span = pt_span(space->root.levels);
	uint64_t slot_start = (uint64_t)space->recursive_slot * span;

	return space->recursive_slot != SPACE_NOT_RECURSIVE && extent->start < slot_start + span &&
	       extent->end > slot_start;
}

int range_check(const struct space *space, virt_addr_t address, uint64_t size,
		struct extent *extent)
{
	uint64_t start = linear_of(space, address);
	uint64_t half_end = linear_end(space);

	if (!size || !pt_is_canonical(address, space->root.levels))
		return ERR_INVALID;
	if (!is_aligned(virt_raw(address) | size, FRAME_SIZE))
		return ERR_MISALIGNED;
	if (!is_upper_half(space, start))
		half_end /= 2;
	if (size > half_end - start)
		return ERR_RANGE;
	*extent = (struct extent){ start, start + size };
	return touches_recursive_slot(space, extent) ? ERR_RANGE : 0;
}

int attributes_check(const struct space *space, const struct extent *extent,
		     struct attributes attributes)
{
	unsigned int rights = attributes.rights;

	if (rights & ~RIGHTS_ALL || !(rights & RIGHT_READ) || attributes.type > MEMORY_UNCACHED)
		return ERR_INVALID;
	if ((rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE))
		return ERR_INVALID;
	if ((rights & RIGHT_USER) &&
	    ((rights & RIGHT_GLOBAL) || is_upper_half(space, extent->start)))
		return ERR_INVALID;
	return 0;
}

unsigned int largest_leaf_for(const struct space *space, uint64_t linear, uint64_t physical)
{
	unsigned int level = 1;

	while (level < space->largest_leaf && is_aligned(linear ^ physical, pt_span(level + 1)))
		level++;
	return level;
}

/* Entries of `level` that [start, end) touches, and those among them that it covers wholly. */
static uint64_t entries_touched(unsigned int level, uint64_t start, uint64_t end)
{
	return ((end - 1) >> pt_shift(level)) - (start >> pt_shift(level)) + 1;
}

static uint64_t entries_covered(unsigned int level, uint64_t start, uint64_t end)
{
	uint64_t first = align_up(start, pt_span(level)) >> pt_shift(level);
	uint64_t last = end >> pt_shift(level);

	return last > first ? last - first : 0;
}

/*
 * A table of level - 1 stands below every entry of `level` that is touched and is no leaf. An entry
 * that is touched in part never lies inside a larger leaf, so the levels can be counted one by one.
 */
uint64_t tables_needed(unsigned int level, uint64_t start, uint64_t end, unsigned int largest_leaf)
{
	uint64_t needed = 0;

	for (; level > 1; level--) {
		needed += entries_touched(level, start, end);
		if (level <= largest_leaf)
			needed -= entries_covered(level, start, end);
	}
	return needed;
}

unsigned int tables_to_split(unsigned int level, uint64_t edge)
{
	unsigned int needed = 0;

	while (level > 1 && !is_aligned(edge, pt_span(level))) {
		needed++;
		level--;
	}
	return needed;
}
