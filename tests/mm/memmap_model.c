/* SPDX-License-Identifier: MIT */
/*
 * See memmap_model.h. O(ranges^2), which is the point.
 */
#include <kernel/units.h>

#include "memmap_model.h"

bool memmap_model_byte(const struct memmap_model *model, uint64_t address)
{
	bool usable = false;

	for (size_t i = 0; i < model->count; i++) {
		if (address < model->ranges[i].start || address >= model->ranges[i].end)
			continue;
		if (model->ranges[i].type != MC_MEMMAP_USABLE)
			return false;
		usable = true;
	}
	return usable;
}

/* Shell sort with Ciura's gaps; enough for some ten thousands. */
static void sort_points(uint64_t *points, size_t count)
{
	static const size_t gaps[] = { 1750, 701, 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < ARRAY_SIZE(gaps); g++) {
		for (size_t i = gaps[g]; i < count; i++) {
			const uint64_t moved = points[i];
			size_t to = i;

			for (; to >= gaps[g] && points[to - gaps[g]] > moved; to -= gaps[g])
				points[to] = points[to - gaps[g]];
			points[to] = moved;
		}
	}
}

static size_t drop_repeated(uint64_t *points, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || points[kept - 1] != points[i])
			points[kept++] = points[i];
	return kept;
}

static void add_point(struct memmap_model *model, uint64_t point)
{
	const uint64_t frame = point / MC_FRAME_SIZE * MC_FRAME_SIZE;

	model->points[model->nr_points++] = point;
	model->points[model->nr_points++] = frame;
	model->points[model->nr_points++] =
		frame <= UINT64_MAX - MC_FRAME_SIZE ? frame + MC_FRAME_SIZE : frame;
}

struct memmap_model memmap_model_make(const struct mc_memmap_range *ranges, size_t count,
				      uint64_t limit, uint64_t *points)
{
	struct memmap_model model = { .ranges = ranges, .count = count, .points = points };

	points[model.nr_points++] = 0;
	add_point(&model, limit);
	for (size_t i = 0; i < count; i++) {
		add_point(&model, ranges[i].start);
		add_point(&model, ranges[i].end);
	}
	sort_points(points, model.nr_points);
	model.nr_points = drop_repeated(points, model.nr_points);
	return model;
}

/*
 * The cell of frames that begins at points[first], a frame bound: it ends at the next frame bound
 * among the points, and its frames are usable if all points in it are, because bytes between two
 * points are alike.
 */
static bool frames_usable(const struct memmap_model *model, size_t first, size_t *after)
{
	bool usable = true;
	size_t i = first;

	do
		usable = usable && memmap_model_byte(model, model->points[i]);
	while (++i < model->nr_points && model->points[i] % MC_FRAME_SIZE != 0);
	*after = i;
	return usable;
}

/* The next maximal run of usable frames from points[*at] on, without regard to the limit. */
static bool next_run(const struct memmap_model *model, size_t *at, uint64_t *start, uint64_t *end)
{
	bool in_run = false;

	/* What begins at the last frame bound is the top of 2^64, or lies beyond all ranges. */
	while (*at + 1 < model->nr_points) {
		size_t after;
		const bool usable = frames_usable(model, *at, &after);

		if (after >= model->nr_points || (in_run && !usable))
			break;
		if (usable && !in_run)
			*start = model->points[*at];
		in_run = in_run || usable;
		*at = after;
		*end = model->points[*at];
	}
	return in_run;
}

const char *memmap_model_check(const struct memmap_model *model, uint64_t limit,
			       const struct mc_memmap_range *result,
			       struct mc_memmap_summary summary)
{
	uint64_t usable = 0, beyond = 0, start = 0, end = 0;
	size_t at = 0, nr_ranges = 0;

	while (next_run(model, &at, &start, &end)) {
		const uint64_t frame_limit = limit / MC_FRAME_SIZE * MC_FRAME_SIZE;
		const uint64_t cut = end < frame_limit ? end : frame_limit;

		if (start >= frame_limit) {
			beyond += end - start;
			continue;
		}
		beyond += end - cut;
		usable += cut - start;
		if (nr_ranges >= summary.nr_ranges)
			return "a usable range is missing";
		if (result[nr_ranges].start != start || result[nr_ranges].end != cut)
			return "a range has other bounds";
		if (result[nr_ranges++].type != MC_MEMMAP_USABLE)
			return "a range is not of the usable type";
	}
	if (nr_ranges != summary.nr_ranges)
		return "there is a range too many";
	if (usable != summary.usable)
		return "the size of the usable ranges is wrong";
	return beyond != summary.beyond_limit ? "the size beyond the limit is wrong" : NULL;
}

static struct mc_memmap_range array_range(const void *context, size_t index)
{
	return ((const struct mc_memmap_range *)context)[index];
}

int memmap_find_in(const struct mc_memmap_range *ranges, size_t count, uint64_t size,
		   uint64_t align, uint64_t min, uint64_t limit, uint64_t *address)
{
	const struct mc_memmap_source map = { array_range, ranges, count };

	return mc_memmap_find(&map, size, align, min, limit, address);
}
