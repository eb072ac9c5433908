/* SPDX-License-Identifier: MIT */
/* Which range a frame is in: a search tree of the ranges, read without a lock. */
#ifndef FRAME_TREE_H
#define FRAME_TREE_H

#include "layout.h"

/* The first range that ends above `pfn`, or NULL: the one that has the frame, or the next. */
struct frame_range *tree_find_from(const struct mc_frame_pool *pool, mc_pfn_t pfn);

/* Add a range that overlaps no other. Under the lock. */
void tree_insert(struct mc_frame_pool *pool, struct frame_range *range);

/* Have `view` show the range that has the frame; false, with the view as it was, if none has. */
bool view_seek_slow(const struct mc_frame_pool *pool, struct mc_frame_view *view, mc_pfn_t pfn);

static inline bool view_seek(const struct mc_frame_pool *pool, struct mc_frame_view *view,
			     mc_pfn_t pfn)
{
	return view_has(view, pfn) || view_seek_slow(pool, view, pfn);
}

#endif
