/* SPDX-License-Identifier: MIT */
/* Contiguous frames, and particular frames. */
#include "../units.h"
#include "internal.h"

/* The end of the free frames that begin at `pfn`, across adjacent ranges; at most `end`. */
static mc_pfn_t free_until(struct mc_frame_pool *pool, mc_pfn_t pfn, mc_pfn_t end)
{
	while (pfn < end && view_seek(pool, &pool->view, pfn)) {
		const struct stretch stretch = stretch_at(&pool->view, pfn);

		if (!stretch.free)
			break;
		pfn = stretch.end;
	}
	return pfn < end ? pfn : end;
}

/* The first free frame at or after `pfn`. */
static bool next_free(struct mc_frame_pool *pool, mc_pfn_t *pfn)
{
	struct mc_frame_view *view = &pool->view;

	for (;;) {
		struct stretch stretch;

		if (!view_has(view, *pfn)) {
			struct frame_range *range = tree_find_from(pool, *pfn);

			if (!range)
				return false;
			view_set(view, range);
			if (*pfn < view->start)
				*pfn = view->start;
		}
		stretch = stretch_at(view, *pfn);
		if (stretch.free)
			return true;
		*pfn = stretch.end;
	}
}

/* `limit` is at most FRAME_PFN_LIMIT, and count at most limit, so nothing here overflows. */
static bool find_run(struct mc_frame_pool *pool, uint64_t count, uint64_t align, mc_pfn_t limit,
		     mc_pfn_t *found)
{
	mc_pfn_t pfn = 0;

	while (next_free(pool, &pfn)) {
		const mc_pfn_t start = align_up(pfn, align);
		mc_pfn_t end;

		if (start < pfn || start > limit - count)
			return false;
		end = free_until(pool, start, start + count);
		if (end == start + count) {
			*found = start;
			return true;
		}
		/* Skip that frame: it was in use. It may be free again, but the search must end. */
		pfn = end + 1;
	}
	return false;
}

/*
 * Take the chunks of these frames, which are in the pool, from their owners. False if a frame was
 * allocated meanwhile.
 */
static bool disown(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end)
{
	const struct mc_frame_view *view = &pool->view;

	for (mc_pfn_t pfn = start; pfn < end; pfn = chunk_frames(view, pfn >> CHUNK_SHIFT).end) {
		const uint64_t chunk = pfn >> CHUNK_SHIFT;

		(void)view_seek(pool, &pool->view, pfn);
		if (chunk_is_inner(view, chunk) &&
		    !area_is_cut(area_state(view, pfn >> AREA_SHIFT)))
			continue;
		if (state_kind(*chunk_state(view, chunk)) == CHUNK_OWNED)
			cache_disown(pool, view, chunk, 0);
	}
	return free_until(pool, start, end) == end;
}

/* Take free frames, of chunks that nobody owns, as single frames. */
static void take_frames(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end)
{
	const struct mc_frame_view *view = &pool->view;

	for (mc_pfn_t pfn = start; pfn < end;) {
		const uint64_t chunk = pfn >> CHUNK_SHIFT;
		struct frames span;

		(void)view_seek(pool, &pool->view, pfn);
		if (chunk_is_inner(view, chunk) &&
		    area_is_free(area_state(view, pfn >> AREA_SHIFT)))
			area_cut(pool, view, pfn >> AREA_SHIFT);
		span = chunk_frames(view, chunk);
		span.start = pfn;
		if (span.end > end)
			span.end = end;
		chunk_take(pool, view, chunk, 0);
		bits_set(view, span);
		chunk_settle(pool, view, chunk, state_class(*chunk_state(view, chunk)));
		for (; FRAME_DEBUG && pfn < span.end; pfn++)
			debug_allocated(pool, view, pfn, 0);
		pfn = span.end;
	}
	count_allocated(this_cpu(pool), end - start);
}

/*
 * The same with other CPUs stopped: their frees and allocations could hide a run from the search.
 */
static bool find_run_alone(struct mc_frame_pool *pool, uint64_t count, uint64_t align,
			   mc_pfn_t limit, mc_pfn_t *found)
{
	bool any;

	if (pool->nr_cpus == 1)
		return false;
	cache_stop_others(pool, 0);
	any = find_run(pool, count, align, limit, found);
	cache_let_others_in(pool);
	return any;
}

int mc_frame_alloc_run(struct mc_frame_pool *pool, uint64_t count, uint64_t align, mc_pfn_t limit,
		       mc_pfn_t *pfn)
{
	uint64_t irq;
	bool found;

	if (count == 0 || align == 0 || align & (align - 1))
		return MC_ERR_INVALID;
	if (limit > FRAME_PFN_LIMIT)
		limit = FRAME_PFN_LIMIT;
	if (count > limit)
		return MC_ERR_NO_MEMORY;
	irq = pool_lock(pool);
	/* This ends: each failure disowns a chunk, and its frames then stay as they are. */
	do {
		found = find_run(pool, count, align, limit, pfn) ||
			find_run_alone(pool, count, align, limit, pfn);
	} while (found && !disown(pool, *pfn, *pfn + count));
	if (found)
		take_frames(pool, *pfn, *pfn + count);
	pool_unlock(pool, irq);
	return found ? 0 : MC_ERR_NO_MEMORY;
}

static bool all_in_pool(struct mc_frame_pool *pool, mc_pfn_t pfn, mc_pfn_t end)
{
	while (pfn < end) {
		if (!view_seek(pool, &pool->view, pfn))
			return false;
		pfn = pool->view.end;
	}
	return true;
}

static int alloc_at(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end)
{
	if (!all_in_pool(pool, start, end))
		return MC_ERR_FOREIGN;
	if (free_until(pool, start, end) != end || !disown(pool, start, end))
		return MC_ERR_BUSY;
	take_frames(pool, start, end);
	return 0;
}

int mc_frame_alloc_at(struct mc_frame_pool *pool, mc_pfn_t start, uint64_t count)
{
	uint64_t irq;
	int result;

	if (count == 0 || start + count < start)
		return MC_ERR_INVALID;
	irq = pool_lock(pool);
	result = alloc_at(pool, start, start + count);
	pool_unlock(pool, irq);
	return result;
}

/* The frames of one bitmap word. */
#define BATCH 64

int mc_frame_free_run(struct mc_frame_pool *pool, mc_pfn_t start, uint64_t count,
		      uint64_t *nr_freed)
{
	mc_pfn_t frames[BATCH];
	uint64_t done = 0;
	int result = 0;

	while (done < count && !result) {
		size_t size = 0, freed;

		do {
			frames[size] = start + done + size;
			size++;
		} while (done + size < count && !is_aligned(start + done + size, BATCH));
		result = mc_frame_free_bulk(pool, frames, size, &freed);
		done += freed;
	}
	if (nr_freed)
		*nr_freed = done;
	return result;
}
