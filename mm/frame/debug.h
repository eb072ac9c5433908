/* SPDX-License-Identifier: MIT */
/*
 * CONFIG_DEBUG_CHECKS: a tag for each frame, and poison in free ones. Without the option all of this
 * compiles to nothing.
 *
 * A tag: the order of the block that begins here, or a TAG_*.
 */
#ifndef FRAME_DEBUG_H
#define FRAME_DEBUG_H

#include "layout.h"

#define FRAME_DEBUG IS_ENABLED(CONFIG_DEBUG_CHECKS)

/* Tag frames that were never allocated or poisoned. */
void debug_mark_fresh(const struct mc_frame_view *view, struct frames span);

/* Panics if a poisoned frame was written to. */
void debug_allocated(struct mc_frame_pool *pool, const struct mc_frame_view *view, mc_pfn_t pfn,
		     unsigned int order);

/*
 * 0; MC_ERR_WRONG_ORDER if the block that begins here has another order, or none begins here; or
 * MC_ERR_DOUBLE_FREE.
 */
int debug_check_order(const struct mc_frame_view *view, mc_pfn_t pfn, unsigned int order);

/* Before the bits are cleared. */
void debug_freed(struct mc_frame_pool *pool, const struct mc_frame_view *view, mc_pfn_t pfn,
		 unsigned int order);

/* Report a mistake to the pool's `on_misuse`, and return it. No lock is held. */
int debug_misuse(struct mc_frame_pool *pool, int error, mc_pfn_t pfn, unsigned int order);

#endif
