/* SPDX-License-Identifier: MIT */
/* Reading the whole of the metadata in order: stretches of frames that are all free, or all not. */
#include "frame_internal.h"

/* The part of a word that says the same from `pfn` on. */
static struct frame_extent extent_in_word(uint64_t used, pfn_t pfn)
{
	const unsigned int bit = pfn % WORD_FRAMES;
	const bool is_free = !(used >> bit & 1);
	const uint64_t change = (is_free ? used : ~used) >> bit;
	const unsigned int count =
		change ? (unsigned int)__builtin_ctzll(change) : WORD_FRAMES - bit;

	return (struct frame_extent){ .end = pfn + count, .free = is_free };
}

struct frame_extent extent_at(const struct frame_pool *pool, const struct frame_view *view,
			      pfn_t pfn, enum cached_frames cached)
{
	const uint64_t chunk = pfn >> CHUNK_SHIFT, area = pfn >> AREA_SHIFT;
	const struct frame_span span = chunk_span(view, chunk);
	struct frame_extent extent;
	enum chunk_kind kind;
	uint64_t used;
	uint32_t state;

	if (chunk_is_inner(view, chunk) && !area_is_cut(area_state(view, area))) {
		/* Up to the area's last inner chunk; an edge after it has its own state. */
		const pfn_t end = (area + 1) << AREA_SHIFT, inner = view->end_chunk << CHUNK_SHIFT;

		return (struct frame_extent){ .end = end < inner ? end : inner,
					      .free = area_is_free(area_state(view, area)) };
	}
	state = atomic_load_acquire(chunk_state(view, chunk));
	kind = state_kind(state);
	if (kind <= CHUNK_WHOLE)
		return (struct frame_extent){ .end = span.end, .free = true };
	if (kind == CHUNK_BLOCK || (kind == CHUNK_CLAIMED && cached == CACHED_NOT_FREE))
		return (struct frame_extent){ .end = span.end, .free = false };
	used = atomic_load_acquire(frame_word(view, pfn));
	if (kind == CHUNK_CLAIMED) {
		const struct frame_cpu *cpu = &pool->cpus[state_cpu(state)];

		if (atomic_load(&cpu->base) == align_down(pfn, WORD_FRAMES))
			used &= ~atomic_load(&cpu->mask);
	}
	extent = extent_in_word(used, pfn);
	if (extent.end > span.end)
		extent.end = span.end;
	return extent;
}
