/* SPDX-License-Identifier: MIT */
/* Pools and ranges: setting up, and how many frames there are. */
#include <mercator/platform.h>

#include "../units.h"
#include "internal.h"

static void cpu_init(struct mc_frame_cpu *cpu)
{
	/* `words` needs no clearing: it is not read for slots without a chunk. */
	__builtin_memset(cpu, 0, offsetof(struct mc_frame_cpu, words));
	cache_empty_hand(cpu);
}

void mc_frame_pool_init(struct mc_frame_pool *pool, struct mc_frame_cpu *cpus, unsigned int nr_cpus)
{
	const struct mc_chunk_list empty = { MC_FRAME_CHUNK_NONE, MC_FRAME_CHUNK_NONE };

	*pool = (struct mc_frame_pool){
		.cpus = cpus,
		.nr_cpus = nr_cpus,
		.whole = empty,
	};
	for (unsigned int i = 0; i < MC_NR_CHUNK_CLASSES; i++)
		pool->partial[i] = empty;
	for (unsigned int i = 0; i < nr_cpus; i++)
		cpu_init(&cpus[i]);
}

/* Edges are found through their range, which is in the pool's list of ranges with edges. */
static void list_edges(struct mc_frame_pool *pool, const struct mc_frame_view *view)
{
	const uint64_t head = view->start >> CHUNK_SHIFT, tail = (view->end - 1) >> CHUNK_SHIFT;
	const bool head_is_edge = !chunk_is_inner(view, head);
	const bool tail_is_edge = tail != head && !chunk_is_inner(view, tail);

	if (head_is_edge)
		debug_mark_fresh(view, chunk_frames(view, head));
	if (tail_is_edge)
		debug_mark_fresh(view, chunk_frames(view, tail));
	if (head_is_edge || tail_is_edge)
		edges_list(pool, view->range);
}

static bool overlaps(const struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end)
{
	const struct frame_range *next = tree_find_from(pool, start);

	return next && range_start(next) < end;
}

int mc_frame_add_range(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end, void *metadata)
{
	struct frame_range *range = metadata;
	struct mc_frame_view view;
	uint64_t irq;

	if (start >= end)
		return MC_ERR_INVALID;
	if (!is_aligned((uintptr_t)metadata, 8))
		return MC_ERR_MISALIGNED;
	if (end > FRAME_PFN_LIMIT)
		return MC_ERR_UNSUPPORTED;
	irq = pool_lock(pool);
	if (overlaps(pool, start, end)) {
		pool_unlock(pool, irq);
		return MC_ERR_EXISTS;
	}
	*range = (struct frame_range){ .start_known = start, .end_listed = end };
	view_set(&view, range);
	list_edges(pool, &view);
	tree_insert(pool, range);
	pool->nr_ranges++;
	atomic_store(&pool->nr_frames, pool->nr_frames + (end - start));
	if (start < pool->uncut)
		pool->uncut = start;
	pool_unlock(pool, irq);
	return 0;
}

uint64_t mc_frame_total(const struct mc_frame_pool *pool)
{
	return atomic_load(&pool->nr_frames);
}

uint64_t mc_frame_free_count(const struct mc_frame_pool *pool)
{
	uint64_t count = mc_frame_total(pool);

	for (unsigned int i = 0; i < pool->nr_cpus; i++)
		count += atomic_load(&pool->cpus[i].nr_freed) -
			 atomic_load(&pool->cpus[i].nr_allocated);
	return count;
}

void mc_frame_zero(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order)
{
	for (uint64_t i = 0; i < mc_frame_order_count(order); i++)
		mc_table_zero(pool->bytes(pfn + i));
}
