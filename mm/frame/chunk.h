/* SPDX-License-Identifier: MIT */
/*
 * Chunks: their bits, their state, the lists that they are in. Unless it says otherwise, a function
 * needs the pool's lock and a chunk that no CPU owns.
 */
#ifndef FRAME_CHUNK_H
#define FRAME_CHUNK_H

#include "tree.h"

/* A summary of a chunk's words. */
struct chunk_scan {
	bool some_free, all_free;
};
struct chunk_scan chunk_scan(const struct mc_frame_view *view, uint64_t chunk);
uint64_t chunk_count_free(const struct mc_frame_view *view, uint64_t chunk);

/* Whether any of these frames' bits are set; they are in one chunk with valid words. */
bool bits_any_set(const struct mc_frame_view *view, struct frames span);
void bits_set(const struct mc_frame_view *view, struct frames span);
void bits_clear(const struct mc_frame_view *view, struct frames span);

/*
 * Set the bits of up to `count` free frames of a chunk with valid words. Returns how many were set.
 */
size_t bits_take(const struct mc_frame_view *view, uint64_t chunk, mc_pfn_t *frames, size_t count);

/* The first aligned free block of this order (0 to 8) in a chunk with valid words. */
bool chunk_find_block(const struct mc_frame_view *view, uint64_t chunk, unsigned int order,
		      mc_pfn_t *pfn);

/*
 * Take the chunk out of its list and make its words valid, so that frames can be taken from it. It
 * is then CHUNK_PARTIAL but in no list, until chunk_settle().
 */
void chunk_take(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		unsigned int class);

/*
 * Find out whether a chunk in no list is whole, partial or full, and put it into the right list.
 * `class` is that of the blocks in it. Its words are valid. If it is owned, that ends.
 */
void chunk_settle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class);

/* Whether a CPU may own the chunk, which has free frames: only single ones, and not shared. */
bool chunk_may_be_owned(const struct mc_frame_view *view, uint64_t chunk);

/* Make a CPU the owner of a chunk after chunk_take(). */
void chunk_set_owner(const struct mc_frame_view *view, uint64_t chunk, unsigned int cpu_id);

/* After chunk_take(), put a chunk that has a free frame into the list of its class. */
void chunk_list_partial(struct mc_frame_pool *pool, const struct mc_frame_view *view,
			uint64_t chunk);

/* The same for a chunk that was full, or partial and in its list, and has changed. */
void chunk_resettle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Take a whole chunk as one block, and give it back. */
void chunk_take_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);
void chunk_give_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Move a partial chunk to the end of its list, so that the next search looks at others first. */
void chunk_rotate(struct mc_frame_pool *pool, struct mc_chunk_list *list, uint64_t chunk);

/* The chunk after this one in its list, or MC_FRAME_CHUNK_NONE. */
uint32_t chunk_next(struct mc_frame_pool *pool, uint32_t chunk);

/* Cut a free area into chunks, which go to the list of whole chunks. */
void area_cut(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t area);

/* Put the range into the list of those whose edges may have free frames, if it is not there. */
void edges_list(struct mc_frame_pool *pool, struct frame_range *range);

#endif
