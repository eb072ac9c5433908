/* SPDX-License-Identifier: MIT */
/*
 * States of chunks, and the lists that they are in.
 *
 *	            take_block                      take
 *	  BLOCK <------------------ FRESH, WHOLE ---------> (in hand, or OWNED by a CPU)
 *	    |                           ^  ^                     ^        |
 *	    +------- give_block --------+  |                take |        | settle
 *	                                   |                     |        v
 *	                                   +---- all freed --- PARTIAL <-> FULL
 *
 * Lists are for inner chunks. Edges are found through their range.
 */
#include "chunk.h"
#include "../units.h"
#include "debug.h"

static void set_state(const struct mc_frame_view *view, uint64_t chunk, enum chunk_kind kind,
		      unsigned int class)
{
	*chunk_state(view, chunk) = chunk_state_of(kind, class, 0);
}

/* The record of an inner chunk that is in a list, or is to be put into one. */
static struct chunk_record *listed_record(struct mc_frame_pool *pool, uint32_t chunk)
{
	/* A listed chunk is in some range. */
	(void)view_seek(pool, &pool->list_view, (mc_pfn_t)chunk << CHUNK_SHIFT);
	return chunk_record(&pool->list_view, chunk);
}

static uint32_t link_next(const struct chunk_record *record)
{
	return state_cpu(record->state) | record->links >> 28 << 24;
}

static uint32_t link_previous(const struct chunk_record *record)
{
	return record->links & MC_FRAME_CHUNK_NONE;
}

static void set_next(struct chunk_record *record, uint32_t next)
{
	record->links = link_previous(record) | next >> 24 << 28;
	record->state = (record->state & 0xff) | next << 8;
}

static void set_previous(struct chunk_record *record, uint32_t previous)
{
	record->links = (record->links & ~(uint32_t)MC_FRAME_CHUNK_NONE) | previous;
}

static void push_head(struct mc_frame_pool *pool, struct mc_chunk_list *list,
		      struct chunk_record *record, uint32_t chunk)
{
	set_previous(record, MC_FRAME_CHUNK_NONE);
	set_next(record, list->head);
	if (list->head == MC_FRAME_CHUNK_NONE)
		list->tail = chunk;
	else
		set_previous(listed_record(pool, list->head), chunk);
	atomic_store(&list->head, chunk);
}

static void push_tail(struct mc_frame_pool *pool, struct mc_chunk_list *list,
		      struct chunk_record *record, uint32_t chunk)
{
	set_previous(record, list->tail);
	set_next(record, MC_FRAME_CHUNK_NONE);
	if (list->tail == MC_FRAME_CHUNK_NONE)
		atomic_store(&list->head, chunk);
	else
		set_next(listed_record(pool, list->tail), chunk);
	list->tail = chunk;
}

static void unlink_chunk(struct mc_frame_pool *pool, struct mc_chunk_list *list,
			 const struct chunk_record *record)
{
	const uint32_t next = link_next(record), previous = link_previous(record);

	if (previous == MC_FRAME_CHUNK_NONE)
		atomic_store(&list->head, next);
	else
		set_next(listed_record(pool, previous), next);
	if (next == MC_FRAME_CHUNK_NONE)
		list->tail = previous;
	else
		set_previous(listed_record(pool, next), previous);
}

uint32_t chunk_next(struct mc_frame_pool *pool, uint32_t chunk)
{
	return link_next(listed_record(pool, chunk));
}

void chunk_rotate(struct mc_frame_pool *pool, struct mc_chunk_list *list, uint64_t chunk)
{
	struct chunk_record *record;

	if (list->tail == chunk)
		return;
	record = listed_record(pool, (uint32_t)chunk);
	unlink_chunk(pool, list, record);
	push_tail(pool, list, record, (uint32_t)chunk);
}

/*
 * An inner chunk has become whole, or is no longer. Areas that are only partly RAM keep no count.
 */
static void count_whole(const struct mc_frame_view *view, uint64_t chunk, int change)
{
	const uint64_t area = chunk / AREA_CHUNKS;

	if (area_is_inner(view, area)) {
		uint16_t *state = &view->areas[area - view->first_area];

		*state = (uint16_t)(*state + change);
	}
}

static void list_whole(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk)
{
	count_whole(view, chunk, 1);
	push_head(pool, &pool->whole, chunk_record(view, chunk), (uint32_t)chunk);
}

static void unlist_whole(struct mc_frame_pool *pool, const struct mc_frame_view *view,
			 uint64_t chunk)
{
	count_whole(view, chunk, -1);
	unlink_chunk(pool, &pool->whole, chunk_record(view, chunk));
}

static bool is_whole(enum chunk_kind kind)
{
	return kind == CHUNK_FRESH || kind == CHUNK_WHOLE;
}

void edges_list(struct mc_frame_pool *pool, struct frame_range *range)
{
	if (range->end_listed & RANGE_LISTED)
		return;
	atomic_store(&range->end_listed, range->end_listed | RANGE_LISTED);
	range->next_edges = NULL;
	if (pool->edges_tail)
		pool->edges_tail->next_edges = range;
	else
		atomic_store(&pool->edges_head, range);
	pool->edges_tail = range;
}

/* Mark all frames free, but those outside of the range allocated, so that they are never taken. */
static void clear_words(const struct mc_frame_view *view, uint64_t chunk)
{
	const struct frames span = chunk_frames(view, chunk);

	for_each_word (base, span)
		atomic_store(frame_word(view, base), ~word_mask(base, span.start, span.end));
}

void chunk_take(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		unsigned int class)
{
	const uint32_t state = *chunk_state(view, chunk);
	const enum chunk_kind kind = state_kind(state);

	if (is_whole(kind)) {
		if (chunk_is_inner(view, chunk))
			unlist_whole(pool, view, chunk);
		clear_words(view, chunk);
	} else {
		if (kind == CHUNK_PARTIAL && chunk_is_inner(view, chunk))
			unlink_chunk(pool, &pool->partial[state_class(state)],
				     chunk_record(view, chunk));
		if (!class_holds(state_class(state), class))
			class = MC_FRAME_MIXED;
		else
			class = state_class(state);
	}
	set_state(view, chunk, CHUNK_PARTIAL, class);
}

static void list_settled(struct mc_frame_pool *pool, const struct mc_frame_view *view,
			 uint64_t chunk, enum chunk_kind kind, unsigned int class)
{
	if (kind == CHUNK_FULL)
		return;
	if (!chunk_is_inner(view, chunk))
		edges_list(pool, view->range);
	else if (kind == CHUNK_WHOLE)
		list_whole(pool, view, chunk);
	else
		push_tail(pool, &pool->partial[class], chunk_record(view, chunk), (uint32_t)chunk);
}

void chunk_settle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class)
{
	const struct chunk_scan scan = chunk_scan(view, chunk);
	const enum chunk_kind kind = scan.all_free    ? CHUNK_WHOLE
				     : scan.some_free ? CHUNK_PARTIAL
						      : CHUNK_FULL;

	set_state(view, chunk, kind, class);
	list_settled(pool, view, chunk, kind, class);
}

bool chunk_may_be_owned(const struct mc_frame_view *view, uint64_t chunk)
{
	const uint32_t state = *chunk_state(view, chunk);

	return is_whole(state_kind(state)) || !state_class(state);
}

void chunk_set_owner(const struct mc_frame_view *view, uint64_t chunk, unsigned int cpu_id)
{
	*chunk_state(view, chunk) = chunk_state_of(CHUNK_OWNED, 0, cpu_id);
}

void chunk_list_partial(struct mc_frame_pool *pool, const struct mc_frame_view *view,
			uint64_t chunk)
{
	list_settled(pool, view, chunk, CHUNK_PARTIAL, state_class(*chunk_state(view, chunk)));
}

void chunk_resettle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk)
{
	const uint32_t state = *chunk_state(view, chunk);

	if (state_kind(state) == CHUNK_PARTIAL && chunk_is_inner(view, chunk))
		unlink_chunk(pool, &pool->partial[state_class(state)], chunk_record(view, chunk));
	chunk_settle(pool, view, chunk, state_class(state));
}

void chunk_take_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk)
{
	unlist_whole(pool, view, chunk);
	set_state(view, chunk, CHUNK_BLOCK, 0);
}

void chunk_give_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk)
{
	set_state(view, chunk, CHUNK_WHOLE, 0);
	list_whole(pool, view, chunk);
}

void area_cut(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t area)
{
	const enum chunk_kind kind =
		area_state(view, area) == AREA_FRESH ? CHUNK_FRESH : CHUNK_WHOLE;
	const struct frames span = frames_in_view(view, area << AREA_SHIFT, AREA_FRAMES);
	const uint64_t first = align_up(span.start, CHUNK_FRAMES) >> CHUNK_SHIFT;
	const uint64_t end = span.end >> CHUNK_SHIFT;

	for (uint64_t chunk = first; chunk < end; chunk++) {
		struct chunk_record *record = chunk_record(view, chunk);

		*record = (struct chunk_record){ .state = chunk_state_of(kind, 0, 0) };
		push_tail(pool, &pool->whole, record, (uint32_t)chunk);
	}
	if (kind == CHUNK_FRESH && first < end)
		debug_mark_fresh(view, (struct frames){ first << CHUNK_SHIFT, end << CHUNK_SHIFT });
	area_set_state(view, area, first < end ? (uint16_t)(end - first) : 0);
}
