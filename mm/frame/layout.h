/* SPDX-License-Identifier: MIT */
/*
 * The metadata of one range of frames: where each part is, and what its bits say.
 *
 *	+--------------------+
 *	| struct frame_range |  48 bytes: bounds, place in the tree, the records of the edges
 *	+--------------------+
 *	| chunk_record []    |  8 bytes for each chunk that is all RAM
 *	+--------------------+
 *	| area []            |  2 bytes for each area that is all RAM
 *	+--------------------+
 *	| bitmap words       |  a bit a frame: 0 free, 1 allocated or not in this range
 *	+--------------------+
 *	| tags               |  CONFIG_DEBUG_CHECKS only: a byte a frame
 *	+--------------------+
 *
 * Each level says whether the one below it is valid, so that nothing is written at start:
 *
 *	range   `known`: from there on, the entries of areas are garbage
 *	area    uncut (or one block): the records of its chunks are garbage
 *	chunk   fresh, whole or one block: the words of its frames are garbage
 *
 * A chunk at a range's end that is only partly RAM is an edge. Its record is in the range's
 * descriptor and always valid. It has no links: two ranges may share such a chunk, so its number
 * does not identify it. Areas that are only partly RAM have one bit in the descriptor: cut or not.
 */
#ifndef FRAME_LAYOUT_H
#define FRAME_LAYOUT_H

#include "../atomic.h"
#include "../units.h"
#include <mercator/frame.h>

#define WORD_FRAMES  64
#define WORD_SHIFT   6
#define CHUNK_SHIFT  MC_FRAME_ORDER_2MIB
#define CHUNK_FRAMES (UINT64_C(1) << CHUNK_SHIFT)
#define CHUNK_WORDS  (CHUNK_FRAMES / WORD_FRAMES)
#define AREA_SHIFT   MC_FRAME_ORDER_1GIB
#define AREA_FRAMES  (UINT64_C(1) << AREA_SHIFT)
#define AREA_CHUNKS  (AREA_FRAMES / CHUNK_FRAMES)

/* Chunk numbers have 28 bits, the last of which means none. */
#define FRAME_PFN_LIMIT ((uint64_t)MC_FRAME_CHUNK_NONE << CHUNK_SHIFT)

#define BOUND_BITS 40
#define BOUND_MASK ((UINT64_C(1) << BOUND_BITS) - 1)

struct frame_range {
	uint64_t
		start_known; /* first frame; from bit 40 how many areas are known, 22 bits; cut bits */
	uint64_t end_listed; /* frame after the last; bit 40: in the pool's list of edges */
	struct frame_range *left, *right; /* in the tree (tree.c) */
	struct frame_range *next_edges;   /* in the pool's list of edges */
	uint32_t edges[2]; /* state of the chunk at the start and of that at the end */
};

#define RANGE_KNOWN_SHIFT BOUND_BITS
#define RANGE_KNOWN_MASK  UINT64_C(0x3fffff)
#define RANGE_HEAD_CUT    (UINT64_C(1) << 62) /* the area at the start, if only partly RAM */
#define RANGE_TAIL_CUT    (UINT64_C(1) << 63)
#define RANGE_LISTED      (UINT64_C(1) << 40)

static inline mc_pfn_t range_start(const struct frame_range *range)
{
	return atomic_load(&range->start_known) & BOUND_MASK;
}

static inline mc_pfn_t range_end(const struct frame_range *range)
{
	return atomic_load(&range->end_listed) & BOUND_MASK;
}

/*
 * A chunk's state: bits 0-3 kind, 4-7 class, 8-31 the CPU that owns it. In a record, while the
 * chunk is in a list, bits 8-31 are the low bits of the next chunk's number, and the second word has
 * its other 4 bits and the previous chunk's number.
 */
struct chunk_record {
	uint32_t state;
	uint32_t links;
};

enum chunk_kind {
	CHUNK_FRESH,   /* free, and nothing in it was ever allocated; in the list of whole chunks */
	CHUNK_WHOLE,   /* free; in the list of whole chunks */
	CHUNK_PARTIAL, /* has free frames, or is about to; in the list of its class */
	CHUNK_FULL,    /* no frame is free; in no list */
	CHUNK_OWNED,   /* owned by a CPU, which alone may read its words; in no list */
	CHUNK_BLOCK,   /* allocated as one block, or part of one of 1 GiB; in no list */
};

static inline enum chunk_kind state_kind(uint32_t state)
{
	return state & 0xf;
}

static inline unsigned int state_class(uint32_t state)
{
	return state >> 4 & 0xf;
}

static inline unsigned int state_cpu(uint32_t state)
{
	return state >> 8;
}

/* Whether chunks of this class may hold blocks of this order. */
static inline bool class_holds(unsigned int class, unsigned int order)
{
	return class == MC_FRAME_MIXED || class == order ||
	       (class == MC_FRAME_SHARED && order == 0);
}

static inline uint32_t chunk_state_of(enum chunk_kind kind, unsigned int class, uint32_t rest)
{
	return kind | class << 4 | rest << 8;
}

/* An area that is cut has its number of whole chunks as its state; others, one of these. */
enum area_state {
	AREA_FRESH = 0x4000, /* free, and nothing in it was ever allocated */
	AREA_FREE,
	AREA_BLOCK, /* allocated as one block */
};

static inline bool area_is_cut(uint16_t state)
{
	return state <= AREA_CHUNKS;
}

static inline bool area_is_free(uint16_t state)
{
	return state == AREA_FRESH || state == AREA_FREE;
}

/* Whether the frame lies in the range that the view shows. */
static inline bool view_has(const struct mc_frame_view *view, mc_pfn_t pfn)
{
	return pfn - view->start < view->end - view->start;
}

/* Whether the chunk is all RAM, and so has a record; else it is an edge. */
static inline bool chunk_is_inner(const struct mc_frame_view *view, uint64_t chunk)
{
	return chunk - view->first_chunk < view->end_chunk - view->first_chunk;
}

static inline struct chunk_record *chunk_record(const struct mc_frame_view *view, uint64_t chunk)
{
	return &view->records[chunk - view->first_chunk];
}

/* Where the chunk's state is. That of an inner chunk is valid only if its area is cut. */
static inline uint32_t *chunk_state(const struct mc_frame_view *view, uint64_t chunk)
{
	if (chunk_is_inner(view, chunk))
		return &chunk_record(view, chunk)->state;
	return &view->range->edges[chunk != view->start >> CHUNK_SHIFT];
}

static inline uint64_t *frame_word(const struct mc_frame_view *view, mc_pfn_t pfn)
{
	return &view->words[(pfn >> WORD_SHIFT) - view->first_word];
}

/* The frames of a chunk, or an area, that are in the range. */
struct frames {
	mc_pfn_t start, end;
};

static inline struct frames frames_in_view(const struct mc_frame_view *view, mc_pfn_t start,
					   uint64_t count)
{
	return (struct frames){
		.start = start > view->start ? start : view->start,
		.end = start + count < view->end ? start + count : view->end,
	};
}

static inline struct frames chunk_frames(const struct mc_frame_view *view, uint64_t chunk)
{
	return frames_in_view(view, chunk << CHUNK_SHIFT, CHUNK_FRAMES);
}

/* The bits that frames [start, end) have in the word that begins at frame `base`. */
static inline uint64_t word_mask(mc_pfn_t base, mc_pfn_t start, mc_pfn_t end)
{
	uint64_t mask = ~UINT64_C(0);

	if (start > base)
		mask &= ~UINT64_C(0) << (start - base);
	if (end < base + WORD_FRAMES)
		mask &= ~UINT64_C(0) >> (base + WORD_FRAMES - end);
	return mask;
}

/* Visit the words of a span: `base` is the word's first frame. */
#define for_each_word(base, span)                                                                  \
	for (mc_pfn_t base = align_down((span).start, WORD_FRAMES); base < (span).end;             \
	     base += WORD_FRAMES)

/* layout.c */

/* Show the range, or nothing if it is NULL. */
void view_set(struct mc_frame_view *view, struct frame_range *range);

uint16_t area_state(const struct mc_frame_view *view, uint64_t area);
/* Under the lock. */
void area_set_state(const struct mc_frame_view *view, uint64_t area, uint16_t state);

static inline bool area_is_inner(const struct mc_frame_view *view, uint64_t area)
{
	return area - view->first_area < view->end_area - view->first_area;
}

#endif
