/* SPDX-License-Identifier: MIT */
/* Tags and poison (debug.h). */
#include <mercator/platform.h>

#include "debug.h"

#define TAG_1GIB     10 /* order 18 */
#define TAG_FRESH    13
#define TAG_POISONED 14
#define TAG_INSIDE   15 /* of a block that begins before */

#define POISON UINT64_C(0xf4eef4eef4eef4ee)

static uint8_t *tag_of(const struct mc_frame_view *view, mc_pfn_t pfn)
{
	return &view->tags[pfn - view->start];
}

static unsigned int tag_order(unsigned int order)
{
	return order == MC_FRAME_ORDER_1GIB ? TAG_1GIB : order;
}

void debug_mark_fresh(const struct mc_frame_view *view, struct frames span)
{
	for (mc_pfn_t pfn = span.start; FRAME_DEBUG && pfn < span.end; pfn++)
		atomic_store(tag_of(view, pfn), TAG_FRESH);
}

static void check_poison(struct mc_frame_pool *pool, mc_pfn_t pfn)
{
	const uint64_t *bytes = pool->bytes(pfn);

	for (unsigned int i = 0; i < MC_FRAME_SIZE / sizeof(*bytes); i++)
		if (bytes[i] != POISON)
			mc_panic("frame %#lx was written to at offset %#lx while it was free", pfn,
				 i * sizeof(*bytes));
}

/* Another user may be using the pointer of the last `bytes`: the checks must leave it valid. */
static uint64_t save_bytes(const struct mc_frame_pool *pool)
{
	return pool->save ? pool->save() : 0;
}

static void restore_bytes(const struct mc_frame_pool *pool, uint64_t saved)
{
	if (pool->restore)
		pool->restore(saved);
}

void debug_allocated(struct mc_frame_pool *pool, const struct mc_frame_view *view, mc_pfn_t pfn,
		     unsigned int order)
{
	uint64_t saved;

	if (!FRAME_DEBUG)
		return;
	saved = save_bytes(pool);
	for (uint64_t i = 0; i < mc_frame_order_count(order); i++) {
		uint8_t *tag = tag_of(view, pfn + i);

		if (pool->bytes && atomic_load(tag) == TAG_POISONED)
			check_poison(pool, pfn + i);
		atomic_store(tag, (uint8_t)(i ? TAG_INSIDE : tag_order(order)));
	}
	restore_bytes(pool, saved);
}

int debug_check_order(const struct mc_frame_view *view, mc_pfn_t pfn, unsigned int order)
{
	unsigned int tag;

	if (!FRAME_DEBUG)
		return 0;
	tag = atomic_load(tag_of(view, pfn));
	/* Another CPU is freeing it: the tag has changed, the bit has not yet. */
	if (tag == TAG_FRESH || tag == TAG_POISONED)
		return MC_ERR_DOUBLE_FREE;
	return tag == tag_order(order) ? 0 : MC_ERR_WRONG_ORDER;
}

void debug_freed(struct mc_frame_pool *pool, const struct mc_frame_view *view, mc_pfn_t pfn,
		 unsigned int order)
{
	uint64_t saved;

	if (!FRAME_DEBUG)
		return;
	saved = save_bytes(pool);
	for (uint64_t i = 0; i < mc_frame_order_count(order); i++) {
		uint64_t *bytes = pool->bytes ? pool->bytes(pfn + i) : NULL;

		for (unsigned int j = 0; bytes && j < MC_FRAME_SIZE / sizeof(*bytes); j++)
			bytes[j] = POISON;
		atomic_store(tag_of(view, pfn + i), bytes ? TAG_POISONED : TAG_FRESH);
	}
	restore_bytes(pool, saved);
}

int debug_misuse(struct mc_frame_pool *pool, int error, mc_pfn_t pfn, unsigned int order)
{
	if (FRAME_DEBUG && pool->on_misuse)
		pool->on_misuse(error, pfn, order);
	return error;
}
