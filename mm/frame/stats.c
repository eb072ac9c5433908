/* SPDX-License-Identifier: MIT */
/* Statistics, computed from the metadata on request, so that allocation does not pay for them. */
#include "../units.h"
#include "internal.h"

/* The largest order of a block that begins at `start` and does not end beyond `end`. */
static unsigned int largest_order(mc_pfn_t start, mc_pfn_t end)
{
	unsigned int order = MC_FRAME_ORDER_1GIB;

	while (!mc_frame_order_valid(order) || !is_aligned(start, mc_frame_order_count(order)) ||
	       mc_frame_order_count(order) > end - start)
		order--;
	return order;
}

static void add_run(struct mc_frame_stats *stats, mc_pfn_t start, mc_pfn_t end)
{
	stats->nr_free += end - start;
	if (end - start > stats->largest_run)
		stats->largest_run = end - start;
	while (start < end) {
		const unsigned int order = largest_order(start, end);

		stats->free_blocks[order]++;
		start += mc_frame_order_count(order);
	}
}

/* Under the lock. */
static void add_range(const struct mc_frame_view *view, struct mc_frame_stats *stats)
{
	mc_pfn_t run = view->start;

	stats->nr_ranges++;
	stats->nr_frames += view->end - view->start;
	for (mc_pfn_t pfn = view->start; pfn < view->end;) {
		const struct stretch stretch = stretch_at(view, pfn);

		if (!stretch.free) {
			add_run(stats, run, pfn);
			run = stretch.end;
		}
		pfn = stretch.end;
	}
	add_run(stats, run, view->end);
}

void mc_frame_stats(struct mc_frame_pool *pool, struct mc_frame_stats *stats)
{
	struct frame_range *range;
	struct mc_frame_view view;
	uint64_t irq;

	*stats = (struct mc_frame_stats){ 0 };
	irq = pool_lock(pool);
	for (mc_pfn_t pfn = 0; (range = tree_find_from(pool, pfn)); pfn = view.end) {
		view_set(&view, range);
		add_range(&view, stats);
	}
	pool_unlock(pool, irq);
}

int mc_frame_range_stats(struct mc_frame_pool *pool, mc_pfn_t pfn, mc_pfn_t *start, mc_pfn_t *end,
			 struct mc_frame_stats *stats)
{
	struct frame_range *range = tree_find_from(pool, pfn);
	struct mc_frame_view view;
	uint64_t irq;

	if (!range)
		return MC_ERR_NOT_FOUND;
	view_set(&view, range);
	*stats = (struct mc_frame_stats){ 0 };
	*start = view.start;
	*end = view.end;
	irq = pool_lock(pool);
	add_range(&view, stats);
	pool_unlock(pool, irq);
	return 0;
}

unsigned int mc_frame_fragmentation(const struct mc_frame_stats *stats)
{
	const uint64_t in_blocks =
		(stats->free_blocks[MC_FRAME_ORDER_2MIB] << MC_FRAME_ORDER_2MIB) +
		(stats->free_blocks[MC_FRAME_ORDER_1GIB] << MC_FRAME_ORDER_1GIB);

	if (!stats->nr_free)
		return 0;
	return (unsigned int)((stats->nr_free - in_blocks) * 1000 / stats->nr_free);
}
