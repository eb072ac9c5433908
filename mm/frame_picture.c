/* SPDX-License-Identifier: MIT */
/* Physical memory as text, a character a chunk. */
#include <mercator/fmt.h>

#include "frame_internal.h"

#define LINE_CHUNKS 64
#define LINE_FRAMES (LINE_CHUNKS * CHUNK_FRAMES)
#define LINE_MAX    128

/* What one chunk holds, in all ranges that have a part of it. */
struct chunk_sum {
	uint64_t nr_frames, nr_free;
	bool block;
};

static void add_part(const struct frame_view *view, uint64_t chunk, struct chunk_sum *sum)
{
	const struct frame_span span = chunk_span(view, chunk);
	const uint16_t area = area_state(view, chunk / AREA_CHUNKS);
	const bool cut = !chunk_is_inner(view, chunk) || area_is_cut(area);
	const enum chunk_kind kind = cut                  ? state_kind(*chunk_state(view, chunk))
				     : area == AREA_BLOCK ? CHUNK_BLOCK
							  : CHUNK_WHOLE;

	sum->block |= kind == CHUNK_BLOCK;
	sum->nr_frames += span.end - span.start;
	for (pfn_t pfn = span.start; pfn < span.end;) {
		const struct frame_extent extent = extent_at(view, pfn);
		const pfn_t end = extent.end < span.end ? extent.end : span.end;

		sum->nr_free += extent.free ? end - pfn : 0;
		pfn = end;
	}
}

static char chunk_character(const struct frame_pool *pool, struct frame_view *view, uint64_t chunk)
{
	const pfn_t end = (chunk + 1) << CHUNK_SHIFT;
	struct chunk_sum sum = { 0 };
	uint64_t tenths;

	for (pfn_t pfn = chunk << CHUNK_SHIFT; pfn < end; pfn = view->end) {
		struct frame_range *range = tree_find_from(pool, pfn);

		if (!range || range_start(range) >= end)
			break;
		view_set(view, range);
		add_part(view, chunk, &sum);
	}
	if (!sum.nr_frames)
		return ' ';
	if (sum.block)
		return 'B';
	if (sum.nr_free == sum.nr_frames)
		return '.';
	if (!sum.nr_free)
		return '#';
	tenths = (sum.nr_frames - sum.nr_free) * 10 / sum.nr_frames;
	return (char)('0' + (tenths ? tenths : 1));
}

/* How many areas from this one on, all RAM, are in the same uncut state. */
static uint64_t count_uncut(const struct frame_view *view, uint64_t area, bool *is_free)
{
	uint64_t count = 0;

	for (; area_is_inner(view, area + count); count++) {
		const uint16_t state = area_state(view, area + count);

		if (area_is_cut(state) || (count && *is_free != area_is_free(state)))
			break;
		*is_free = area_is_free(state);
	}
	return count;
}

/* Make the line of the chunks from `pfn` on, or of whole areas; where the next one begins. */
static pfn_t make_line(struct frame_pool *pool, pfn_t pfn, char *text, size_t size)
{
	struct frame_view view = { 0 };
	char chunks[LINE_CHUNKS + 1];
	bool is_free = false;
	uint64_t count = 0;

	if (is_aligned(pfn, AREA_FRAMES) && view_seek(pool, &view, pfn))
		count = count_uncut(&view, pfn >> AREA_SHIFT, &is_free);
	if (count) {
		fmt_print(text, size, "%#016lx  %lu GiB %s", phys_raw(phys_of_pfn(pfn)), count,
			  is_free ? "free" : "in blocks of 1 GiB");
		return pfn + (count << AREA_SHIFT);
	}
	for (unsigned int i = 0; i < LINE_CHUNKS; i++)
		chunks[i] = chunk_character(pool, &view, (pfn >> CHUNK_SHIFT) + i);
	chunks[LINE_CHUNKS] = '\0';
	fmt_print(text, size, "%#016lx  %s", phys_raw(phys_of_pfn(pfn)), chunks);
	return pfn + LINE_FRAMES;
}

void frame_picture(struct frame_pool *pool, void (*line)(void *context, const char *text),
		   void *context)
{
	const struct frame_range *range;
	char text[LINE_MAX];
	pfn_t pfn = 0;

	while ((range = tree_find_from(pool, pfn))) {
		uint64_t irq;

		if (pfn < range_start(range))
			pfn = align_down(range_start(range), LINE_FRAMES);
		irq = pool_lock(pool);
		pfn = make_line(pool, pfn, text, sizeof(text));
		pool_unlock(pool, irq);
		line(context, text);
	}
}
