/* SPDX-License-Identifier: MIT */
/* How frames are used, for a picture of memory. */
#include "internal.h"

/* Whether the 2 MiB chunk of a free frame could be allocated as one block. */
static bool chunk_is_free(const struct mc_frame_view *view, uint64_t chunk)
{
	struct stretch stretch;

	if (!chunk_is_inner(view, chunk))
		return false;
	stretch = stretch_at(view, chunk << CHUNK_SHIFT);
	return stretch.free && stretch.end >= (chunk + 1) << CHUNK_SHIFT;
}

/* Add the frames of one range from `pfn` on that are in one state. Returns their end. */
static mc_pfn_t add_stretch(const struct mc_frame_view *view, mc_pfn_t pfn, mc_pfn_t end,
			    struct mc_frame_usage *usage)
{
	const struct stretch stretch = stretch_at(view, pfn);
	const mc_pfn_t stop = stretch.end < end ? stretch.end : end;

	usage->nr_frames += stop - pfn;
	if (stretch.free) {
		usage->nr_free += stop - pfn;
		if (!chunk_is_free(view, pfn >> CHUNK_SHIFT))
			usage->nr_broken += stop - pfn;
	}
	return stop;
}

struct mc_frame_usage mc_frame_usage(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end)
{
	const uint64_t irq = pool_lock(pool);
	struct mc_frame_usage usage = { 0 };
	struct mc_frame_view view = { 0 };
	struct frame_range *range;

	while (start < end && (range = tree_find_from(pool, start)) && range_start(range) < end) {
		view_set(&view, range);
		if (start < view.start)
			start = view.start;
		while (start < end && start < view.end)
			start = add_stretch(&view, start, end, &usage);
	}
	pool_unlock(pool, irq);
	return usage;
}
