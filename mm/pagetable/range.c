/* SPDX-License-Identifier: MIT */
/* Counting what ranges need (range.h). Arithmetic only: no table is read here. */
#include "range.h"
#include "../units.h"

unsigned int largest_leaf_for(const struct mc_space *space, uint64_t offset, uint64_t physical)
{
	unsigned int level = 1;

	while (level < space->largest_leaf && is_aligned(offset ^ physical, mc_pt_span(level + 1)))
		level++;
	return level;
}

/* Entries of `level` that [start, end) touches, and those among them that it covers wholly. */
static uint64_t entries_touched(unsigned int level, uint64_t start, uint64_t end)
{
	return ((end - 1) >> mc_pt_shift(level)) - (start >> mc_pt_shift(level)) + 1;
}

static uint64_t entries_covered(unsigned int level, uint64_t start, uint64_t end)
{
	uint64_t first = align_up(start, mc_pt_span(level)) >> mc_pt_shift(level);
	uint64_t last = end >> mc_pt_shift(level);

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

	while (level > 1 && !is_aligned(edge, mc_pt_span(level))) {
		needed++;
		level--;
	}
	return needed;
}
