/* SPDX-License-Identifier: MIT */
/*
 * Which chunk to allocate from. In this order:
 *
 *	single frames	chunks broken for single frames; edges, which can never be whole;
 *			shared chunks; chunks where orders are mixed; a whole chunk; what lies in
 *			other CPUs' caches; chunks broken for other orders
 *	orders 1 to 8	chunks broken for this order; a whole chunk; what the caches give back; any
 *			chunk with a free block
 *	order 9		a whole chunk; what the caches give back
 *	order 18	a free area; what the caches give back
 *
 * A whole chunk comes from areas that are cut already, before another area is cut.
 *
 * As long as there is memory, each chunk holds blocks of one order only. That tells mc_frame_free()
 * the order of a block: a little more than a bit a frame leaves no room to store it.
 */
#include "pick.h"
#include "../units.h"

/* Have pool->view show the chunk's range. The chunk is in a list, so it has one. */
static void show(struct mc_frame_pool *pool, uint64_t chunk)
{
	(void)view_seek(pool, &pool->view, chunk << CHUNK_SHIFT);
}

static bool has_room(uint32_t state)
{
	return state_kind(state) <= CHUNK_PARTIAL;
}

/* The chunk at one end of the range, if it is an edge with free frames. */
static bool edge_with_room(const struct mc_frame_view *view, unsigned int index, uint64_t *chunk)
{
	*chunk = (index ? view->end - 1 : view->start) >> CHUNK_SHIFT;
	return !chunk_is_inner(view, *chunk) &&
	       chunk_state(view, *chunk) == &view->range->edges[index] &&
	       has_room(view->range->edges[index]);
}

/* The first edge with free frames. Ranges without one are removed from the list on the way. */
static bool pick_edge(struct mc_frame_pool *pool, uint64_t *chunk)
{
	while (pool->edges_head) {
		struct frame_range *range = pool->edges_head;

		if (pool->view.range != range)
			view_set(&pool->view, range);
		if (edge_with_room(&pool->view, 0, chunk) || edge_with_room(&pool->view, 1, chunk))
			return true;
		atomic_store(&pool->edges_head, range->next_edges);
		if (!pool->edges_head)
			pool->edges_tail = NULL;
		atomic_store(&range->end_listed, range->end_listed & ~RANGE_LISTED);
	}
	return false;
}

static bool list_head(struct mc_frame_pool *pool, const struct mc_chunk_list *list, uint64_t *chunk)
{
	if (list->head == MC_FRAME_CHUNK_NONE)
		return false;
	*chunk = list->head;
	show(pool, *chunk);
	return true;
}

/* Cut the lowest free area from pool->uncut on that has inner chunks. */
static bool cut_next_area(struct mc_frame_pool *pool)
{
	struct frame_range *range;

	while ((range = tree_find_from(pool, pool->uncut))) {
		struct mc_frame_view *view = &pool->view;
		mc_pfn_t pfn = pool->uncut;

		if (view->range != range)
			view_set(view, range);
		if (pfn < view->start)
			pfn = view->start;
		for (; pfn < view->end; pfn = align_down(pfn, AREA_FRAMES) + AREA_FRAMES) {
			const uint64_t area = pfn >> AREA_SHIFT;

			if (!area_is_free(area_state(view, area)))
				continue;
			area_cut(pool, view, area);
			if (pool->whole.head == MC_FRAME_CHUNK_NONE)
				continue;
			pool->uncut = pfn;
			return true;
		}
		pool->uncut = view->end;
	}
	return false;
}

/* A whole chunk that nobody owns. */
static bool find_chunk(struct mc_frame_pool *pool, uint64_t *chunk)
{
	return list_head(pool, &pool->whole, chunk) ||
	       (cut_next_area(pool) && list_head(pool, &pool->whole, chunk));
}

bool pick_chunk(struct mc_frame_pool *pool, uint64_t *chunk)
{
	if (list_head(pool, &pool->whole, chunk))
		return true;
	if (!cut_next_area(pool))
		cache_drain(pool, 0, DRAIN_WHOLE);
	return list_head(pool, &pool->whole, chunk);
}

/* Make blocks of this order available from the chunk. It stays in a list. */
static void break_for(struct mc_frame_pool *pool, uint64_t chunk, unsigned int order)
{
	const uint32_t state = *chunk_state(&pool->view, chunk);

	if (state_kind(state) == CHUNK_PARTIAL && class_holds(state_class(state), order))
		return;
	chunk_take(pool, &pool->view, chunk, order);
	chunk_list_partial(pool, &pool->view, chunk);
}

/*
 * A CPU may keep this many chunks with free frames while others break whole ones. Taking fewer from
 * it would cost more than it gains.
 */
#define KEPT_CHUNKS 8

static bool pick_broken(struct mc_frame_pool *pool, uint64_t *chunk)
{
	return list_head(pool, &pool->partial[0], chunk) || pick_edge(pool, chunk) ||
	       list_head(pool, &pool->partial[MC_FRAME_SHARED], chunk) ||
	       list_head(pool, &pool->partial[MC_FRAME_MIXED], chunk);
}

static bool find_single(struct mc_frame_pool *pool, uint64_t *chunk)
{
	bool found = pick_broken(pool, chunk);

	if (!found) {
		cache_drain(pool, KEPT_CHUNKS, DRAIN_PARTIAL);
		found = pick_broken(pool, chunk) || find_chunk(pool, chunk);
	}
	if (!found) {
		cache_drain(pool, 0, DRAIN_PARTIAL);
		/* Chunks of other CPUs may be all free. */
		found = pick_broken(pool, chunk) || find_chunk(pool, chunk);
	}
	/* Large orders first: there, one frame costs the least. */
	for (unsigned int order = MC_FRAME_ORDER_2MIB; !found && --order;)
		found = list_head(pool, &pool->partial[order], chunk);
	return found;
}

bool pick_single(struct mc_frame_pool *pool, uint64_t *chunk)
{
	if (!find_single(pool, chunk))
		return false;
	if (!chunk_may_be_owned(&pool->view, *chunk))
		break_for(pool, *chunk, 0);
	return true;
}

/* Search a list; chunks without a block go to its end, so that the next search begins elsewhere. */
static bool search_list(struct mc_frame_pool *pool, struct mc_chunk_list *list, unsigned int order,
			uint64_t *chunk, mc_pfn_t *pfn)
{
	const uint32_t last = list->tail;

	while (list_head(pool, list, chunk)) {
		if (chunk_find_block(&pool->view, *chunk, order, pfn))
			return true;
		chunk_rotate(pool, list, *chunk);
		if (*chunk == last)
			break;
	}
	return false;
}

/* Find a block in an edge whose words are not valid because all of its frames are free. */
static bool block_in_span(struct frames span, unsigned int order, mc_pfn_t *pfn)
{
	*pfn = align_up(span.start, mc_frame_order_count(order));
	return *pfn + mc_frame_order_count(order) <= span.end;
}

static bool search_edges(struct mc_frame_pool *pool, unsigned int order, uint64_t *chunk,
			 mc_pfn_t *pfn)
{
	struct mc_frame_view *view = &pool->view;

	for (struct frame_range *range = pool->edges_head; range; range = range->next_edges) {
		view_set(view, range);
		for (unsigned int i = 0; i < 2; i++) {
			if (!edge_with_room(view, i, chunk))
				continue;
			if (state_kind(range->edges[i]) == CHUNK_PARTIAL
				    ? chunk_find_block(view, *chunk, order, pfn)
				    : block_in_span(chunk_frames(view, *chunk), order, pfn))
				return true;
		}
	}
	return false;
}

static bool search_broken(struct mc_frame_pool *pool, unsigned int order, uint64_t *chunk,
			  mc_pfn_t *pfn)
{
	if (search_edges(pool, order, chunk, pfn) ||
	    search_list(pool, &pool->partial[MC_FRAME_MIXED], order, chunk, pfn) ||
	    search_list(pool, &pool->partial[MC_FRAME_SHARED], order, chunk, pfn))
		return true;
	for (unsigned int class = 0; class < MC_FRAME_MIXED; class ++)
		if (search_list(pool, &pool->partial[class], order, chunk, pfn))
			return true;
	return false;
}

bool pick_block(struct mc_frame_pool *pool, unsigned int order, uint64_t *chunk, mc_pfn_t *pfn)
{
	bool found = list_head(pool, &pool->partial[order], chunk) || pick_chunk(pool, chunk);

	if (!found) {
		cache_drain(pool, 0, DRAIN_PARTIAL);
		found = find_chunk(pool, chunk);
	}
	if (!found) {
		if (!search_broken(pool, order, chunk, pfn))
			return false;
		break_for(pool, *chunk, order);
		return true;
	}
	break_for(pool, *chunk, order);
	/* In a chunk of blocks of one order, no gap is smaller than a block. */
	return chunk_find_block(&pool->view, *chunk, order, pfn);
}

static bool find_area(struct mc_frame_pool *pool, uint64_t *area)
{
	struct mc_frame_view *view = &pool->view;
	struct frame_range *range;

	for (mc_pfn_t pfn = 0; (range = tree_find_from(pool, pfn)); pfn = view->end) {
		if (view->range != range)
			view_set(view, range);
		for (*area = view->first_area; *area < view->end_area; (*area)++) {
			const uint16_t state = area_state(view, *area);

			if (area_is_free(state) || state == AREA_CHUNKS)
				return true;
		}
	}
	return false;
}

bool pick_area(struct mc_frame_pool *pool, uint64_t *area)
{
	if (find_area(pool, area))
		return true;
	cache_drain(pool, 0, DRAIN_WHOLE);
	return find_area(pool, area);
}
