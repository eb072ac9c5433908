/* SPDX-License-Identifier: MIT */
/* Statistics: read from the metadata when asked for, so that allocation does not pay for them. */
#include "internal.h"

/* The largest order of which a block begins at `start` and ends by `end`. */
static unsigned int largest_order(pfn_t start, pfn_t end)
{
	unsigned int order = FRAME_ORDER_1GIB;

	while (!frame_order_valid(order) || !is_aligned(start, frame_order_count(order)) ||
	       frame_order_count(order) > end - start)
		order--;
	return order;
}

static void add_run(struct frame_stats *stats, pfn_t start, pfn_t end)
{
	stats->nr_free += end - start;
	if (end - start > stats->largest_run)
		stats->largest_run = end - start;
	while (start < end) {
		const unsigned int order = largest_order(start, end);

		stats->free_blocks[order]++;
		start += frame_order_count(order);
	}
}

/* Under the lock. */
static void add_range(const struct frame_view *view, struct frame_stats *stats)
{
	pfn_t run = view->start;

	stats->nr_ranges++;
	stats->nr_frames += view->end - view->start;
	for (pfn_t pfn = view->start; pfn < view->end;) {
		const struct frame_extent extent = extent_at(view, pfn);

		if (!extent.free) {
			add_run(stats, run, pfn);
			run = extent.end;
		}
		pfn = extent.end;
	}
	add_run(stats, run, view->end);
}

void frame_stats(struct frame_pool *pool, struct frame_stats *stats)
{
	struct frame_range *range;
	struct frame_view view;
	uint64_t irq;

	*stats = (struct frame_stats){ 0 };
	irq = pool_lock(pool);
	for (pfn_t pfn = 0; (range = tree_find_from(pool, pfn)); pfn = view.end) {
		view_set(&view, range);
		add_range(&view, stats);
	}
	pool_unlock(pool, irq);
}

int frame_range_stats(struct frame_pool *pool, pfn_t pfn, pfn_t *start, pfn_t *end,
		      struct frame_stats *stats)
{
	struct frame_range *range = tree_find_from(pool, pfn);
	struct frame_view view;
	uint64_t irq;

	if (!range)
		return ERR_NOT_FOUND;
	view_set(&view, range);
	*stats = (struct frame_stats){ 0 };
	*start = view.start;
	*end = view.end;
	irq = pool_lock(pool);
	add_range(&view, stats);
	pool_unlock(pool, irq);
	return 0;
}

unsigned int frame_fragmentation(const struct frame_stats *stats)
{
	const uint64_t in_blocks = (stats->free_blocks[FRAME_ORDER_2MIB] << FRAME_ORDER_2MIB) +
				   (stats->free_blocks[FRAME_ORDER_1GIB] << FRAME_ORDER_1GIB);

	if (!stats->nr_free)
		return 0;
	return (unsigned int)((stats->nr_free - in_blocks) * 1000 / stats->nr_free);
}
