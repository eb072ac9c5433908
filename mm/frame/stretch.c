/* SPDX-License-Identifier: MIT */
/* Reading the metadata in order, as stretches of frames that are all free, or all not. */
#include "internal.h"

/* The bits from `pfn` on, in its word, that have the same value. */
static struct stretch stretch_in_word(uint64_t used, mc_pfn_t pfn)
{
	const unsigned int bit = pfn % WORD_FRAMES;
	const bool is_free = !(used >> bit & 1);
	const uint64_t change = (is_free ? used : ~used) >> bit;
	const unsigned int count =
		change ? (unsigned int)__builtin_ctzll(change) : WORD_FRAMES - bit;

	return (struct stretch){ .end = pfn + count, .free = is_free };
}

struct stretch stretch_at(const struct mc_frame_view *view, mc_pfn_t pfn)
{
	const uint64_t chunk = pfn >> CHUNK_SHIFT, area = pfn >> AREA_SHIFT;
	const struct frames span = chunk_frames(view, chunk);
	struct stretch stretch;
	enum chunk_kind kind;

	if (chunk_is_inner(view, chunk) && !area_is_cut(area_state(view, area))) {
		/* Up to the area's last inner chunk; an edge after it has its own state. */
		const mc_pfn_t end = (area + 1) << AREA_SHIFT,
			       inner = view->end_chunk << CHUNK_SHIFT;

		return (struct stretch){ .end = end < inner ? end : inner,
					 .free = area_is_free(area_state(view, area)) };
	}
	kind = state_kind(*chunk_state(view, chunk));
	if (kind <= CHUNK_WHOLE)
		return (struct stretch){ .end = span.end, .free = true };
	if (kind == CHUNK_BLOCK)
		return (struct stretch){ .end = span.end, .free = false };
	/* Its owner may change it at the same time. */
	stretch = stretch_in_word(atomic_load(frame_word(view, pfn)), pfn);
	if (stretch.end > span.end)
		stretch.end = span.end;
	return stretch;
}
