/* SPDX-License-Identifier: MIT */
/* Blocks of order 1 and more, under the lock; and the checks for freeing blocks of any order. */
#include "../units.h"
#include "internal.h"

static bool alloc_area(struct mc_frame_pool *pool, mc_pfn_t *pfn)
{
	const struct mc_frame_view *view = &pool->view;
	uint64_t area;
	uint16_t state;

	if (!pick_area(pool, &area))
		return false;
	*pfn = area << AREA_SHIFT;
	state = area_state(view, area);
	if (area_is_cut(state))
		for (uint64_t i = 0; i < AREA_CHUNKS; i++)
			chunk_take_block(pool, view, area * AREA_CHUNKS + i);
	if (state == AREA_FRESH)
		debug_mark_fresh(view, (struct frames){ *pfn, *pfn + AREA_FRAMES });
	area_set_state(view, area, AREA_BLOCK);
	return true;
}

static bool alloc_chunk(struct mc_frame_pool *pool, mc_pfn_t *pfn)
{
	uint64_t chunk;

	if (!pick_chunk(pool, &chunk))
		return false;
	chunk_take_block(pool, &pool->view, chunk);
	*pfn = chunk << CHUNK_SHIFT;
	return true;
}

static bool alloc_small(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn)
{
	uint64_t chunk;

	if (!pick_block(pool, order, &chunk, pfn))
		return false;
	bits_set(&pool->view, (struct frames){ *pfn, *pfn + mc_frame_order_count(order) });
	if (!chunk_scan(&pool->view, chunk).some_free)
		chunk_resettle(pool, &pool->view, chunk);
	return true;
}

static bool alloc_locked(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn)
{
	if (order == MC_FRAME_ORDER_1GIB)
		return alloc_area(pool, pfn);
	if (order == MC_FRAME_ORDER_2MIB)
		return alloc_chunk(pool, pfn);
	return alloc_small(pool, order, pfn);
}

int alloc_block(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn)
{
	uint64_t irq;
	bool found;

	if (!mc_frame_order_valid(order))
		return MC_ERR_INVALID;
	irq = pool_lock(pool);
	found = alloc_locked(pool, order, pfn);
	if (found) {
		count_allocated(this_cpu(pool), mc_frame_order_count(order));
		debug_allocated(pool, &pool->view, *pfn, order);
	}
	pool_unlock(pool, irq);
	return found ? 0 : MC_ERR_NO_MEMORY;
}

/* Whether a frame is free, in a chunk with valid words. */
static bool is_free(const struct mc_frame_view *view, mc_pfn_t pfn)
{
	return !(atomic_load(frame_word(view, pfn)) >> pfn % WORD_FRAMES & 1);
}

/* A block of order 0 to 8 in a chunk with valid words. */
static int check_small(const struct mc_frame_view *view, uint32_t state, mc_pfn_t pfn,
		       unsigned int order)
{
	if (is_free(view, pfn))
		return MC_ERR_DOUBLE_FREE;
	if (order >= MC_FRAME_ORDER_2MIB || !class_holds(state_class(state), order))
		return MC_ERR_WRONG_ORDER;
	for (mc_pfn_t other = pfn + 1; other < pfn + mc_frame_order_count(order); other++)
		if (is_free(view, other))
			return MC_ERR_WRONG_ORDER;
	return debug_check_order(view, pfn, order);
}

/* 0 if the block may be freed, else the error. It lies in the range that `view` shows. */
static int check_block(const struct mc_frame_view *view, mc_pfn_t pfn, unsigned int order)
{
	const uint64_t chunk = pfn >> CHUNK_SHIFT;
	uint32_t state;

	if (chunk_is_inner(view, chunk)) {
		const uint16_t area = area_state(view, pfn >> AREA_SHIFT);

		if (area == AREA_BLOCK)
			return order == MC_FRAME_ORDER_1GIB ? 0 : MC_ERR_WRONG_ORDER;
		if (!area_is_cut(area))
			return area == AREA_FRESH ? MC_ERR_NOT_ALLOCATED : MC_ERR_DOUBLE_FREE;
	}
	state = *chunk_state(view, chunk);
	switch (state_kind(state)) {
	case CHUNK_FRESH: return MC_ERR_NOT_ALLOCATED;
	case CHUNK_WHOLE: return MC_ERR_DOUBLE_FREE;
	case CHUNK_BLOCK: return order == MC_FRAME_ORDER_2MIB ? 0 : MC_ERR_WRONG_ORDER;
	case CHUNK_PARTIAL:
	case CHUNK_FULL:
	case CHUNK_OWNED: break;
	}
	return check_small(view, state, pfn, order);
}

static void give_back(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order)
{
	const struct mc_frame_view *view = &pool->view;
	const uint64_t chunk = pfn >> CHUNK_SHIFT;
	enum chunk_kind kind;

	debug_freed(pool, view, pfn, order);
	count_freed(this_cpu(pool), mc_frame_order_count(order));
	if (order == MC_FRAME_ORDER_1GIB) {
		area_set_state(view, pfn >> AREA_SHIFT, AREA_FREE);
		if (pfn < pool->uncut)
			pool->uncut = pfn;
	} else if (order == MC_FRAME_ORDER_2MIB) {
		chunk_give_block(pool, view, chunk);
	} else {
		bits_clear(view, (struct frames){ pfn, pfn + mc_frame_order_count(order) });
		kind = state_kind(*chunk_state(view, chunk));
		if (kind == CHUNK_FULL ||
		    (kind == CHUNK_PARTIAL && chunk_scan(view, chunk).all_free))
			chunk_resettle(pool, view, chunk);
	}
}

/* A frame of a chunk that this CPU owns. */
static void give_back_own(struct mc_frame_pool *pool, mc_pfn_t pfn)
{
	struct mc_frame_cpu *cpu = this_cpu(pool);
	uint32_t slot;

	debug_freed(pool, &pool->view, pfn, 0);
	if (cache_free(cpu, pfn, &slot) == 1)
		cache_mark(cpu, slot, true);
	count_freed(cpu, 1);
	cache_give_up(pool, slot);
}

int free_locked(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order)
{
	const struct mc_frame_view *view = &pool->view;
	const uint64_t chunk = pfn >> CHUNK_SHIFT;
	int result;

	if (!is_aligned(pfn, mc_frame_order_count(order)))
		return MC_ERR_MISALIGNED;
	if (!view_seek(pool, &pool->view, pfn) || view->end - pfn < mc_frame_order_count(order))
		return MC_ERR_FOREIGN;
	result = check_block(view, pfn, order);
	if (!result && order == 0) {
		const uint32_t state = *chunk_state(view, chunk);

		if (state_kind(state) == CHUNK_OWNED && state_cpu(state) == mc_cpu_id()) {
			give_back_own(pool, pfn);
			return 0;
		}
		if (state_kind(state) == CHUNK_OWNED) {
			/* Check again: while it was owned, its bits could change. */
			cache_disown(pool, view, chunk, MC_FRAME_SHARED);
			result = check_block(view, pfn, order);
		}
	}
	if (!result)
		give_back(pool, pfn, order);
	return result;
}

int free_block(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order)
{
	uint64_t irq;
	int result;

	if (!mc_frame_order_valid(order))
		return debug_misuse(pool, MC_ERR_INVALID, pfn, order);
	irq = pool_lock(pool);
	result = free_locked(pool, pfn, order);
	pool_unlock(pool, irq);
	return result ? debug_misuse(pool, result, pfn, order) : 0;
}
