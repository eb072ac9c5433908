/* SPDX-License-Identifier: MIT */
/*
 * The frame allocator's own structures, public only so that callers can provide their memory. Users
 * read mercator/frame.h.
 */
#ifndef MERCATOR_FRAME_POOL_H
#define MERCATOR_FRAME_POOL_H

#include <mercator/spinlock.h>
#include <mercator/types.h>

struct frame_range;
struct chunk_record;

/* Where the parts of a range's metadata are; computed from the range, kept by who uses it often. */
struct frame_view {
	struct frame_range *range; /* NULL if this view shows nothing; then start equals end */
	pfn_t start, end;
	uint64_t first_chunk, end_chunk; /* chunks that are all RAM: the ones with a record */
	uint64_t nr_valid;             /* so many records, from the first, are known to be valid */
	uint64_t first_area, end_area; /* areas that are all RAM: the ones with a record */
	uint64_t first_word;           /* the first bitmap word's number: start / 64 */
	struct chunk_record *records;
	uint16_t *areas;
	uint64_t *words;
	uint16_t *tags; /* with CONFIG_DEBUG_CHECKS only */
};

/*
 * What a CPU has claimed: a chunk, and of one bitmap word the frames it may hand out without asking
 * anybody. `busy` and `revoked` are its lock (mm/frame_cache.h).
 */
struct frame_cpu {
	_Alignas(64) uint64_t mask; /* free frames, taken out of the word */
	pfn_t base;                 /* the word's first frame */
	uint32_t busy;
	uint32_t revoked;
	int64_t allocated;      /* frames, by this CPU, less those that it freed: may be negative */
	uint64_t *words;        /* the claimed chunk's first word, if nr_words is not 0 */
	pfn_t words_pfn;        /* that word's first frame */
	uint32_t nr_words;      /* 0: no chunk is claimed */
	uint32_t cursor;        /* the word that `mask` comes from */
	pfn_t claimed;          /* a frame of the claimed chunk */
	struct frame_view view; /* the range that this CPU freed to last */
};

/* Chunk numbers; a list without chunks has both FRAME_CHUNK_NONE. */
#define FRAME_CHUNK_NONE 0xfffffff

struct chunk_list {
	uint32_t head, tail;
};

/* Partial chunks are kept by the order of the blocks in them; FRAME_MIXED for several orders. */
#define FRAME_MIXED      9
#define NR_CHUNK_CLASSES 10

struct frame_pool {
	struct spinlock lock;
	uint32_t version; /* odd while the tree of ranges changes */
	struct frame_range *root;
	struct frame_cpu *cpus;
	unsigned int nr_cpus;

	/* Under the lock. */
	struct chunk_list whole;
	struct chunk_list partial[NR_CHUNK_CLASSES];
	struct frame_range *edges_head, *edges_tail; /* ranges whose edges may have free frames */
	pfn_t uncut; /* areas below this have all been cut into chunks, or are one block */
	uint64_t nr_ranges;
	uint64_t nr_frames;
	struct frame_view view;      /* of the chunk in hand */
	struct frame_view list_view; /* of its neighbours in a list */

	/*
	 * Both may be NULL, and both may be set after init. `bytes`: a frame's 4 KiB, mapped for the
	 * moment. `on_misuse`: with CONFIG_DEBUG_CHECKS, told of each mistake in freeing, no lock held.
	 */
	void *(*bytes)(pfn_t pfn);
	void (*on_misuse)(int error, pfn_t pfn, unsigned int order);
};

#endif
