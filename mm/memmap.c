/* SPDX-License-Identifier: MIT */
/*
 * The memory map (mercator/memmap.h): sort in place, then a sweep that overwrites what it has read.
 */
#include <mercator/memmap.h>

#include "sort.h"
#include "units.h"

struct mc_memmap_range mc_memmap_from_length(uint64_t base, uint64_t length, uint32_t type)
{
	struct mc_memmap_range range = { .start = base, .end = base + length };

	if (range.end < base)
		range.end = UINT64_MAX;
	if (type >= MC_MEMMAP_OWN_FIRST && type <= MC_MEMMAP_OWN_LAST)
		type = MC_MEMMAP_RESERVED;
	range.type = (enum mc_memmap_type)type;
	return range;
}

const char *mc_memmap_type_name(enum mc_memmap_type type)
{
	switch (type) {
#define MEMMAP_CASE(name, number, text)                                                            \
	case name: return text;
		MC_MEMMAP_TYPES(MEMMAP_CASE)
#undef MEMMAP_CASE
	}
	return "other";
}

static bool is_empty(const struct mc_memmap_range *range)
{
	return range->start >= range->end;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The normalised ranges so far, and the run of usable bytes that may still grow. */
struct sweep {
	struct mc_memmap_range *ranges;
	uint64_t limit; /* a multiple of MC_FRAME_SIZE */
	uint64_t run_start;
	uint64_t run_end;
	struct mc_memmap_summary summary;
};

/*
 * The run is complete: write the whole frames in it. Only now is it rounded, because adjacent
 * ranges may fill a frame together. Rounding makes one blocked byte block its whole frame.
 */
static void finish_run(struct sweep *sweep)
{
	const uint64_t end = align_down(sweep->run_end, MC_FRAME_SIZE);
	uint64_t start = sweep->run_start, usable_end;

	/* Both in one frame; and align_up() wraps in the last frame of 2^64. */
	if (start > end)
		return;
	start = align_up(start, MC_FRAME_SIZE);
	usable_end = max_of(start, min_of(end, sweep->limit));
	sweep->summary.usable += usable_end - start;
	sweep->summary.beyond_limit += end - usable_end;
	if (start < usable_end)
		sweep->ranges[sweep->summary.nr_ranges++] = (struct mc_memmap_range){
			.start = start,
			.end = usable_end,
			.type = MC_MEMMAP_USABLE,
		};
}

static void add_usable_bytes(struct sweep *sweep, uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	if (start != sweep->run_end) {
		finish_run(sweep);
		sweep->run_start = start;
	}
	sweep->run_end = end;
}

/*
 * Nothing begins between the starts of two consecutive ranges. So what is usable there is covered
 * by the furthest usable range so far and not by the furthest blocking one: at most one run. That
 * is why n ranges give at most n, and why the output never overtakes the input.
 */
struct mc_memmap_summary mc_memmap_normalise(struct mc_memmap_range *ranges, size_t count,
					     uint64_t limit)
{
	struct sweep sweep = { .ranges = ranges, .limit = align_down(limit, MC_FRAME_SIZE) };
	uint64_t usable_end = 0, blocked_end = 0;

	sort(ranges, count, sizeof(*ranges));
	for (size_t i = 0; i < count; i++) {
		const uint64_t start = ranges[i].start;
		const uint64_t next = i + 1 < count ? ranges[i + 1].start : UINT64_MAX;
		uint64_t *end = ranges[i].type == MC_MEMMAP_USABLE ? &usable_end : &blocked_end;

		/* An empty range changes nothing: its end was passed already. */
		*end = max_of(*end, ranges[i].end);
		add_usable_bytes(&sweep, max_of(start, blocked_end), min_of(usable_end, next));
	}
	finish_run(&sweep);
	return sweep.summary;
}

/* The furthest end of the blocking ranges that overlap [start, end), or `start` if none does. */
static uint64_t blocked_until(const struct mc_memmap_source *map, uint64_t start, uint64_t end)
{
	uint64_t until = start;

	for (size_t i = 0; i < map->count; i++) {
		const struct mc_memmap_range range = map->range(map->context, i);

		if (range.type != MC_MEMMAP_USABLE && !is_empty(&range) && range.start < end &&
		    range.end > start)
			until = max_of(until, range.end);
	}
	return until;
}

/* The first byte at or after `start` that no usable range covers; it looks no further than `end`. */
static uint64_t covered_until(const struct mc_memmap_source *map, uint64_t start, uint64_t end)
{
	uint64_t until = start, before;

	do {
		before = until;
		for (size_t i = 0; i < map->count; i++) {
			const struct mc_memmap_range range = map->range(map->context, i);

			if (range.type == MC_MEMMAP_USABLE && range.start <= until)
				until = max_of(until, range.end);
		}
	} while (until != before && until < end);
	return until;
}

/* The lowest start of a usable range above `address`; false if there is none. */
static bool next_usable(const struct mc_memmap_source *map, uint64_t address, uint64_t *start)
{
	bool found = false;

	for (size_t i = 0; i < map->count; i++) {
		const struct mc_memmap_range range = map->range(map->context, i);

		if (range.type == MC_MEMMAP_USABLE && !is_empty(&range) && range.start > address &&
		    (!found || range.start < *start)) {
			*start = range.start;
			found = true;
		}
	}
	return found;
}

/*
 * Each round either ends or moves on: past the ranges that block, or past a byte that no range
 * covers. So no range is passed twice.
 */
int mc_memmap_find(const struct mc_memmap_source *map, uint64_t size, uint64_t align, uint64_t min,
		   uint64_t limit, uint64_t *address)
{
	uint64_t from = min;

	if (size == 0 || align == 0 || (align & (align - 1)) != 0)
		return MC_ERR_INVALID;
	for (;;) {
		const uint64_t start = align_up(from, align);
		uint64_t free_from, hole;

		if (start < from || start > limit || limit - start < size)
			return MC_ERR_NOT_FOUND;
		free_from = blocked_until(map, start, start + size);
		if (free_from != start) {
			from = free_from;
			continue;
		}
		hole = covered_until(map, start, start + size);
		if (hole >= start + size) {
			*address = start;
			return 0;
		}
		if (!next_usable(map, hole, &from))
			return MC_ERR_NOT_FOUND;
	}
}
