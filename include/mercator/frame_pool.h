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
	uint64_t first_area, end_area;   /* areas that are all RAM: the ones with a record */
	uint64_t first_word;             /* the first bitmap word's number: start / 64 */
	struct chunk_record *records;
	uint16_t *areas;
	uint64_t *words;
	uint16_t *tags; /* with CONFIG_DEBUG_CHECKS only */
};

/* So many chunks can a CPU own: 4 GiB. A power of two, and a multiple of 64. */
#define FRAME_CPU_CHUNKS 2048

/*
 * The chunks that a CPU owns (mm/frame_cache.h). Each has the slot of its number modulo
 * FRAME_CPU_CHUNKS; behind these are one for an edge, and one that never has a chunk. `busy` and
 * `revoked` are the lock.
 */
struct frame_cpu {
	_Alignas(64) uint64_t *word; /* frames are taken from this word of the chunk in hand */
	pfn_t word_pfn;              /* the word's first frame */
	uint32_t hand;               /* the slot of the chunk in hand */
	uint32_t nr_partial;         /* how many of the chunks have free frames */
	uint32_t busy;
	uint32_t revoked;
	uint64_t nr_allocated; /* frames, by this CPU, since ever */
	uint64_t nr_freed;     /* a counter of its own: so neither waits for the other */
	pfn_t edge_start, edge_end;
	struct frame_slot {
		uint32_t chunk; /* its number + 1; 0: none */
		uint32_t nr_free;
	} slots[FRAME_CPU_CHUNKS + 2];
	_Alignas(8) uint8_t partial[FRAME_CPU_CHUNKS + 8]; /* 1: the chunk has free frames */
	uint64_t *words[FRAME_CPU_CHUNKS + 1];
};

/* Chunk numbers; a list without chunks has both FRAME_CHUNK_NONE. */
#define FRAME_CHUNK_NONE 0xfffffff

struct chunk_list {
	uint32_t head, tail;
};

/*
 * Partial chunks are kept by the order of the blocks in them; FRAME_MIXED for several orders,
 * FRAME_SHARED for single frames that one CPU allocates and another frees.
 */
#define FRAME_MIXED      9
#define FRAME_SHARED     10
#define NR_CHUNK_CLASSES 11

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
	struct frame_view own_view;  /* of a chunk that a CPU gives up */

	/*
	 * All may be NULL, and all may be set after init. `bytes`: a frame's 4 KiB, mapped for the
	 * moment. The others with CONFIG_DEBUG_CHECKS: `save` and `restore`, both or none, come before and
	 * after the checks use `bytes`, and have it show what its last caller saw. `on_misuse` is told of
	 * each mistake in freeing, no lock held.
	 */
	void *(*bytes)(pfn_t pfn);
	uint64_t (*save)(void);
	void (*restore)(uint64_t saved);
	void (*on_misuse)(int error, pfn_t pfn, unsigned int order);
};

#endif
