/* SPDX-License-Identifier: MIT */
/* Which chunk or area to allocate from: the policy against fragmentation. Under the lock. */
#ifndef FRAME_PICK_H
#define FRAME_PICK_H

#include "cache.h"

/*
 * Find a chunk with free frames for single frames; pool->view shows its range. It is in its list:
 * whole, or partial and usable for single frames. This CPU's cache is empty. False if there is no
 * free frame at all.
 */
bool pick_single(struct mc_frame_pool *pool, uint64_t *chunk);

/*
 * Find a free block of order 1 to 8. Its chunk is in its list: partial, of that order or of mixed
 * orders. False if there is none.
 */
bool pick_block(struct mc_frame_pool *pool, unsigned int order, uint64_t *chunk, mc_pfn_t *pfn);

/* Find a whole chunk; it stays in its list. */
bool pick_chunk(struct mc_frame_pool *pool, uint64_t *chunk);

/* Find an area that is all RAM and all free. */
bool pick_area(struct mc_frame_pool *pool, uint64_t *area);

#endif
