/* SPDX-License-Identifier: MIT */
/*
 * Chunks: their bits, their state, the lists that they are in. All under the pool's lock, and none
 * of it on chunks that a CPU owns, but for what says so.
 */
#ifndef FRAME_CHUNK_H
#define FRAME_CHUNK_H

#include "tree.h"

/* What a chunk's words say. */
struct chunk_scan {
	bool some_free, all_free;
};
struct chunk_scan chunk_scan(const struct mc_frame_view *view, uint64_t chunk);
uint64_t chunk_count_free(const struct mc_frame_view *view, uint64_t chunk);

/* Whether any of these frames' bits are set; they are in one chunk with valid words. */
bool bits_any_set(const struct mc_frame_view *view, struct frames span);
void bits_set(const struct mc_frame_view *view, struct frames span);
void bits_clear(const struct mc_frame_view *view, struct frames span);

/* Set the bits of up to `count` free frames of a chunk with valid words; how many there were. */
size_t bits_take(const struct mc_frame_view *view, uint64_t chunk, mc_pfn_t *frames, size_t count);

/* The first aligned free block of this order (0 to 8) in a chunk with valid words. */
bool chunk_find_block(const struct mc_frame_view *view, uint64_t chunk, unsigned int order,
		      mc_pfn_t *pfn);

/*
 * Take the chunk out of its list, for its owner to take frames from it, and make its words valid.
 * The state that it is left with is CHUNK_PARTIAL and in no list; chunk_settle() ends that.
 */
void chunk_take(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		unsigned int class);

/*
 * Find out whether a chunk in no list is whole, partial or full by now, and put it where it belongs;
 * `class` is that of the blocks in it. Its words are valid. It may be owned, which ends.
 */
void chunk_settle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class);

/* Whether a CPU may own the chunk, which has free frames: only single frames are in it, not shared. */
bool chunk_may_be_owned(const struct mc_frame_view *view, uint64_t chunk);

/* A chunk that was taken is a CPU's own from now on. */
void chunk_set_owner(const struct mc_frame_view *view, uint64_t chunk, unsigned int cpu_id);

/* Put a chunk that was taken, and has a free frame, into the list of its class. */
void chunk_list_partial(struct mc_frame_pool *pool, const struct mc_frame_view *view,
			uint64_t chunk);

/* The same for a chunk that is full, or partial and in its list, and has changed. */
void chunk_resettle(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Take a whole chunk as one block, and give it back. */
void chunk_take_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);
void chunk_give_block(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Move a partial chunk to its list's end, so that who searches the list next looks at others first. */
void chunk_rotate(struct mc_frame_pool *pool, struct mc_chunk_list *list, uint64_t chunk);

/* The chunk after this one in its list, or MC_FRAME_CHUNK_NONE. */
uint32_t chunk_next(struct mc_frame_pool *pool, uint32_t chunk);

/* Cut a free area into chunks, which go to the list of whole chunks. */
void area_cut(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t area);

/* Put the range into the list of those whose edges may have free frames, if it is not there. */
void edges_list(struct mc_frame_pool *pool, struct frame_range *range);

#endif
