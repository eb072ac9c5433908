/* SPDX-License-Identifier: MIT */
/*
 * Chunks: their bits, their state, the lists that they are in. All under the pool's lock, except
 * where it says otherwise.
 *
 * Who may change a bitmap word: anybody clears bits of frames that he owns, without a lock. Only
 * the one who owns the chunk sets bits: the CPU that claimed it or, for any other chunk, the holder
 * of the lock. So a free frame seen by the owner stays free until he takes it.
 */
#ifndef FRAME_CHUNK_H
#define FRAME_CHUNK_H

#include "frame_tree.h"

/* What a chunk's words say now. Without the lock, frames may be freed meanwhile. */
struct chunk_scan {
	bool some_free, all_free;
};
struct chunk_scan chunk_scan(const struct frame_view *view, uint64_t chunk);

/* Whether all, or any, of these frames' bits are set; they are in one chunk with valid words. */
bool bits_all_set(const struct frame_view *view, struct frame_span span);
bool bits_any_set(const struct frame_view *view, struct frame_span span);
void bits_set(const struct frame_view *view, struct frame_span span);
void bits_clear(const struct frame_view *view, struct frame_span span);

/* The first aligned free block of this order (0 to 8) in a chunk with valid words. */
bool chunk_find_block(const struct frame_view *view, uint64_t chunk, unsigned int order,
		      pfn_t *pfn);

/*
 * Take the chunk out of its list, for its owner to take frames from it, and make its words valid.
 * The state that it is left with is CHUNK_PARTIAL and in no list; chunk_settle() ends that.
 */
void chunk_take(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk,
		unsigned int class);

/*
 * Find out whether a chunk in no list is whole, partial or full by now, and put it where it belongs.
 * Its words are valid. `guess` is the likely one, which saves time if it is right.
 */
void chunk_settle(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk,
		  enum chunk_kind guess);

/* Put a chunk that was taken, and has a free frame, into the list of its class. */
void chunk_list_partial(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk);

/* The same as chunk_settle() for a chunk that is full, or partial and in its list, some of whose frames were freed. */
void chunk_resettle(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk);

/* Take a whole chunk as one block, and give it back. */
void chunk_take_block(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk);
void chunk_give_block(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk);

/* Move a partial chunk to its list's end, so that who searches the list next looks at others first. */
void chunk_rotate(struct frame_pool *pool, struct chunk_list *list, uint64_t chunk);

/* The chunk after this one in its list, or FRAME_CHUNK_NONE. */
uint32_t chunk_next(struct frame_pool *pool, uint32_t chunk);

/* Cut a free area into chunks, which go to the list of whole chunks. */
void area_cut(struct frame_pool *pool, const struct frame_view *view, uint64_t area);

/* Put the range into the list of those whose edges may have free frames, if it is not there. */
void edges_list(struct frame_pool *pool, struct frame_range *range);

#endif
