/* SPDX-License-Identifier: MIT */
/* Where the parts of a range's metadata are (the picture is in layout.h), and area states. */
#include "layout.h"
#include "../units.h"

_Static_assert(sizeof(struct frame_range) == 48, "64 bytes a range, less two bitmap words");
_Static_assert(sizeof(struct chunk_record) == 8, "a bit for every 8 frames");

/*
 * From this size on, the budget of 1.13 bits a frame has room to align a chunk's 8 words to a cache
 * line. Then CPUs that own different chunks never write to the same line.
 */
#define ALIGN_WORDS_FROM (UINT64_C(1) << 17)
#define CACHE_LINE       64

struct layout {
	uint64_t areas, words, tags, size; /* offsets from the descriptor, and the total */
};

static struct layout layout_of(const struct mc_frame_view *view)
{
	const uint64_t nr_words = align_up(view->end, WORD_FRAMES) / WORD_FRAMES - view->first_word;
	struct layout at;

	at.areas = sizeof(struct frame_range) +
		   (view->end_chunk - view->first_chunk) * sizeof(struct chunk_record);
	at.words = align_up(at.areas + (view->end_area - view->first_area) * sizeof(uint16_t), 8);
	if (view->end - view->start >= ALIGN_WORDS_FROM)
		at.words += (view->first_word * sizeof(uint64_t) - at.words) % CACHE_LINE;
	at.tags = at.words + nr_words * sizeof(uint64_t);
	at.size = at.tags;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		at.size = align_up(at.tags + (view->end - view->start) * sizeof(*view->tags), 8);
	return at;
}

/* The units of 2^shift frames that lie wholly in [start, end). */
static void inner_units(mc_pfn_t start, mc_pfn_t end, unsigned int shift, uint64_t *first,
			uint64_t *last)
{
	*first = align_up(start, UINT64_C(1) << shift) >> shift;
	*last = end >> shift;
	if (*last < *first)
		*last = *first;
}

static void view_set_bounds(struct mc_frame_view *view, mc_pfn_t start, mc_pfn_t end)
{
	view->start = start;
	view->end = end;
	inner_units(start, end, CHUNK_SHIFT, &view->first_chunk, &view->end_chunk);
	inner_units(start, end, AREA_SHIFT, &view->first_area, &view->end_area);
	view->first_word = start >> WORD_SHIFT;
}

void view_set(struct mc_frame_view *view, struct frame_range *range)
{
	char *base = (char *)range;
	struct layout at;

	*view = (struct mc_frame_view){ .range = range };
	if (!range)
		return;
	view_set_bounds(view, range_start(range), range_end(range));
	at = layout_of(view);
	view->records = (void *)(base + sizeof(struct frame_range));
	view->areas = (void *)(base + at.areas);
	view->words = (void *)(base + at.words);
	view->tags = (void *)(base + at.tags);
}

uint64_t mc_frame_metadata_size(mc_pfn_t start, mc_pfn_t end)
{
	struct mc_frame_view view = { 0 };

	if (start >= end)
		return 0;
	view_set_bounds(&view, start, end);
	return layout_of(&view).size;
}

static uint64_t nr_known(uint64_t start_known)
{
	return start_known >> RANGE_KNOWN_SHIFT & RANGE_KNOWN_MASK;
}

/* Which bit of the descriptor says whether an area that is not all RAM is cut. */
static uint64_t cut_bit(const struct mc_frame_view *view, uint64_t area)
{
	return area == view->start >> AREA_SHIFT ? RANGE_HEAD_CUT : RANGE_TAIL_CUT;
}

uint16_t area_state(const struct mc_frame_view *view, uint64_t area)
{
	const uint64_t known = atomic_load_acquire(&view->range->start_known);
	const uint64_t index = area - view->first_area;

	if (!area_is_inner(view, area))
		return known & cut_bit(view, area) ? 0 : AREA_FRESH;
	return index < nr_known(known) ? atomic_load_acquire(&view->areas[index]) : AREA_FRESH;
}

void area_set_state(const struct mc_frame_view *view, uint64_t area, uint16_t state)
{
	uint64_t *start_known = &view->range->start_known;
	const uint64_t index = area - view->first_area;
	uint64_t known = nr_known(*start_known);

	if (!area_is_inner(view, area)) {
		if (area_is_cut(state))
			atomic_store_release(start_known, *start_known | cut_bit(view, area));
		return;
	}
	for (; known <= index; known++)
		atomic_store(&view->areas[known], AREA_FRESH);
	atomic_store_release(&view->areas[index], state);
	if (known != nr_known(*start_known))
		atomic_store_release(start_known,
				     (*start_known & ~(RANGE_KNOWN_MASK << RANGE_KNOWN_SHIFT)) |
					     known << RANGE_KNOWN_SHIFT);
}
