/* SPDX-License-Identifier: MIT */
/* The frame allocator. Its own structures are public so that callers can provide the memory. */
#ifndef MERCATOR_FRAME_H
#define MERCATOR_FRAME_H

#include <mercator/error.h>
#include <mercator/spinlock.h>
#include <mercator/types.h>

struct frame_range;
struct chunk_record;

/* Where the parts of a range's metadata are. Computed from the range, and cached. */
struct mc_frame_view {
	struct frame_range *range; /* NULL if the view is empty; then start equals end */
	mc_pfn_t start, end;
	uint64_t first_chunk, end_chunk; /* chunks that are all RAM: the ones with a record */
	uint64_t first_area, end_area;   /* areas that are all RAM: the ones with a record */
	uint64_t first_word;             /* the first bitmap word's number: start / 64 */
	struct chunk_record *records;
	uint16_t *areas;
	uint64_t *words;
	uint8_t *tags; /* with CONFIG_DEBUG_CHECKS only */
};

/* A CPU can own this many chunks: 4 GiB. A power of two, and a multiple of 64. */
#define MC_FRAME_CPU_CHUNKS 2048

/*
 * The chunks that a CPU owns (mm/frame/cache.h). A chunk's slot is its number modulo
 * MC_FRAME_CPU_CHUNKS. Two more slots follow: one for an edge, and one that is always empty. `busy`
 * and `revoked` are the lock.
 */
struct mc_frame_cpu {
	_Alignas(64) uint64_t *word; /* frames are taken from this word of the chunk in hand */
	mc_pfn_t word_pfn;           /* the word's first frame */
	uint32_t hand;               /* the slot of the chunk in hand */
	uint32_t nr_partial;         /* how many of the chunks have free frames */
	uint32_t busy;
	uint32_t revoked;
	uint64_t nr_allocated; /* frames, by this CPU, in total */
	uint64_t nr_freed;     /* separate, so that neither update waits for the other */
	mc_pfn_t edge_start, edge_end;
	struct mc_frame_slot {
		uint32_t chunk; /* its number + 1; 0: none */
		uint32_t nr_free;
	} slots[MC_FRAME_CPU_CHUNKS + 2];
	_Alignas(8) uint8_t partial[MC_FRAME_CPU_CHUNKS + 8]; /* 1: the chunk has free frames */
	uint64_t *words[MC_FRAME_CPU_CHUNKS + 1];
};

/* Chunk numbers; both are MC_FRAME_CHUNK_NONE if the list is empty. */
#define MC_FRAME_CHUNK_NONE 0xfffffff

struct mc_chunk_list {
	uint32_t head, tail;
};

/*
 * The class of a partial chunk is the order of its blocks; MC_FRAME_MIXED if there are several,
 * MC_FRAME_SHARED for single frames that one CPU allocates and another frees.
 */
#define MC_FRAME_MIXED      9
#define MC_FRAME_SHARED     10
#define MC_NR_CHUNK_CLASSES 11

struct mc_frame_pool {
	struct mc_spinlock lock;
	uint32_t version; /* odd while the tree of ranges changes */
	struct frame_range *root;
	struct mc_frame_cpu *cpus;
	unsigned int nr_cpus;

	/* Under the lock. */
	struct mc_chunk_list whole;
	struct mc_chunk_list partial[MC_NR_CHUNK_CLASSES];
	struct frame_range *edges_head, *edges_tail; /* ranges whose edges may have free frames */
	mc_pfn_t uncut; /* all areas below this are cut into chunks, or are one block */
	uint64_t nr_ranges;
	uint64_t nr_frames;
	struct mc_frame_view view;      /* of the chunk in hand */
	struct mc_frame_view list_view; /* of its neighbours in a list */
	struct mc_frame_view own_view;  /* of a chunk that a CPU gives up */

	/*
	 * All may be NULL, and may be set after init. `bytes` maps a frame's 4 KiB for the moment.
	 * The others are for CONFIG_DEBUG_CHECKS. `save` and `restore`, both or none, are called
	 * before and after the checks use `bytes`, to keep the last caller's pointer valid.
	 * `on_misuse` is called for each mistake in freeing, with no lock held.
	 */
	void *(*bytes)(mc_pfn_t pfn);
	uint64_t (*save)(void);
	void (*restore)(uint64_t saved);
	void (*on_misuse)(int error, mc_pfn_t pfn, unsigned int order);
};

/*
 * The frame allocator: which 4 KiB frames of physical memory are free. docs/frames.md explains its
 * metadata.
 *
 * Vocabulary: a block of order n is 2^n frames, aligned to its size; orders 0 to 9 (4 KiB to 2 MiB)
 * and 18 (1 GiB) exist. A chunk is an aligned 2 MiB, an area an aligned 1 GiB, even if only part of
 * it is RAM. A run is any number of contiguous frames; it is a set of single frames, not a block.
 *
 * The allocator never reads or writes the frames that it manages (except with the debug option,
 * below). So frames need not be mapped, and allocated frames are not cleared.
 *
 * Every function may be called on all CPUs at once, with interrupts on or off, and from any
 * interrupt handler. But not from an NMI or machine-check handler, nor from `bytes`, `save`,
 * `restore` or `on_misuse` of the same pool. An operation that fails has changed nothing, unless it
 * says otherwise.
 *
 * CONFIG_DEBUG_CHECKS: every mistake in freeing also calls the pool's `on_misuse` (the kernel's
 * panics). The order of each block is checked exactly, also in chunks with mixed orders. If the
 * pool has `bytes`, freed frames are filled with a pattern that is checked when they are allocated:
 * `bytes` is then called wherever frames are allocated and freed, between `save` and `restore`. It
 * costs a byte of metadata a frame.
 */

#define MC_FRAME_ORDER_2MIB 9
#define MC_FRAME_ORDER_1GIB 18

/* Whether blocks of this order exist. */
static inline bool mc_frame_order_valid(unsigned int order)
{
	return order <= MC_FRAME_ORDER_2MIB || order == MC_FRAME_ORDER_1GIB;
}

static inline uint64_t mc_frame_order_count(unsigned int order)
{
	return UINT64_C(1) << order;
}

/*
 * Set-up.
 *
 * mc_frame_pool_init() makes an empty pool. `cpus` is an array with one element for each number
 * that mc_cpu_id() can return, of any contents; the pool keeps it. Nothing else is written.
 */
void mc_frame_pool_init(struct mc_frame_pool *pool, struct mc_frame_cpu *cpus,
			unsigned int nr_cpus);

/*
 * Bytes of metadata for the frames [start, end): at most 64 + 1.13 bits a frame, a multiple of 8 (a
 * byte a frame more with CONFIG_DEBUG_CHECKS). 0 if the range is empty.
 */
uint64_t mc_frame_metadata_size(mc_pfn_t start, mc_pfn_t end);

/*
 * Add the frames [start, end), all free, to the pool. `metadata` has room for
 * mc_frame_metadata_size(start, end) bytes, of any contents. It is aligned to 8 (better to 64: then
 * CPUs do not share cache lines), and stays writable for ever. It may not lie in [start, end). Only
 * its first 48 bytes are written now: the time does not depend on the range's size. There may be
 * any number of ranges, added in any order. Adjacent ranges are not merged: a block lies in one of
 * them, a run may cross. So memory that is in use now and free later should be in a range from the
 * start: allocate it with mc_frame_alloc_at() before anything else, and free it with
 * mc_frame_free_run().
 *
 * MC_ERR_INVALID		the range is empty
 * MC_ERR_MISALIGNED	metadata is not aligned to 8
 * MC_ERR_UNSUPPORTED	the range ends above 512 TiB - 2 MiB: chunk numbers are too small for it
 * MC_ERR_EXISTS		a frame of it is in the pool already
 */
MC_MUST_CHECK int mc_frame_add_range(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end,
				     void *metadata);

/*
 * Allocate a block; *pfn is its first frame.
 *
 * MC_ERR_INVALID		there are no blocks of this order
 * MC_ERR_NO_MEMORY	no such block is free, not even in other CPUs' caches
 */
MC_MUST_CHECK int mc_frame_alloc(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn);

/*
 * Free a block that mc_frame_alloc() returned for the same order; frames of a run or of a bulk are
 * blocks of order 0. A CPU may free what another allocated: that takes the pool's lock. A mistake
 * is detected at once, wherever the frame is, and whatever other CPUs do at the same time:
 *
 * MC_ERR_INVALID		there are no blocks of this order
 * MC_ERR_MISALIGNED	the frame is not aligned to the order
 * MC_ERR_FOREIGN		the frame, or another of the block, is not in the pool (or in two ranges)
 * MC_ERR_NOT_ALLOCATED	it is free, and nothing of its chunk was ever allocated
 * MC_ERR_DOUBLE_FREE	it is free, and a frame of its chunk, perhaps another, was allocated before
 * MC_ERR_WRONG_ORDER	it is part of a block of another order. Exact where a chunk holds blocks of one
 *			order, which is so until memory is short, or a run or a given frame is taken
 *			among blocks; where it holds several, noticed if part of the block is free
 *			(docs/frames.md says why), and always with CONFIG_DEBUG_CHECKS.
 */
MC_MUST_CHECK int mc_frame_free(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order);

/*
 * Allocate `count` single frames, in no order, into `frames`. If fewer are free at the beginning,
 * nothing is done. Otherwise they are taken in steps; between two steps interrupts are enabled and
 * other CPUs may allocate. If they take so much that too few are left, the frames are freed again.
 * Only such a failure has effects: others may have got MC_ERR_NO_MEMORY meanwhile, and of two bulks
 * that together want more than there is, both may fail.
 *
 * MC_ERR_NO_MEMORY	there are not enough; none is taken, but `frames` may have been written to
 */
MC_MUST_CHECK int mc_frame_alloc_bulk(struct mc_frame_pool *pool, mc_pfn_t *frames, size_t count);

/*
 * Free single frames. Stops at the first mistake and returns its error (mc_frame_free()).
 * *nr_freed, if not NULL, is how many were freed: the mistake is frames[*nr_freed].
 */
MC_MUST_CHECK int mc_frame_free_bulk(struct mc_frame_pool *pool, const mc_pfn_t *frames,
				     size_t count, size_t *nr_freed);

/*
 * Allocate `count` contiguous frames, the first a multiple of `align` (frames, a power of two), all
 * below `limit` (a frame number; UINT64_MAX for none). Takes the lowest such run. The time is
 * proportional to the memory below it, with interrupts off.
 *
 * MC_ERR_INVALID		count is 0, or align is not a power of two
 * MC_ERR_NO_MEMORY	there is no such run
 */
MC_MUST_CHECK int mc_frame_alloc_run(struct mc_frame_pool *pool, uint64_t count, uint64_t align,
				     mc_pfn_t limit, mc_pfn_t *pfn);

/*
 * Allocate the frames [start, start + count), as single frames.
 *
 * MC_ERR_INVALID		count is 0, or the sum overflows
 * MC_ERR_FOREIGN		one is not in the pool
 * MC_ERR_BUSY		one is not free
 */
MC_MUST_CHECK int mc_frame_alloc_at(struct mc_frame_pool *pool, mc_pfn_t start, uint64_t count);

/*
 * Free contiguous single frames, such as a run or part of one. Stops at the first mistake and
 * returns its error (mc_frame_free()). *nr_freed, if not NULL, is how many were freed.
 */
MC_MUST_CHECK int mc_frame_free_run(struct mc_frame_pool *pool, mc_pfn_t start, uint64_t count,
				    uint64_t *nr_freed);

/*
 * Fill a block with zeros, through the pool's `bytes`, which must be set. Allowed in interrupt
 * handlers only if `bytes` is.
 */
void mc_frame_zero(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order);

/*
 * How many frames the pool has, and how many are free, those in CPUs' caches included. Cheap; exact
 * when no other CPU is in the allocator.
 */
uint64_t mc_frame_total(const struct mc_frame_pool *pool);
uint64_t mc_frame_free_count(const struct mc_frame_pool *pool);

/*
 * Free memory, divided into the largest possible blocks. Exact when no other CPU is in the
 * allocator. The time is proportional to the memory that was ever used, with interrupts off.
 */
struct mc_frame_stats {
	uint64_t nr_ranges;
	uint64_t nr_frames;
	uint64_t nr_free;
	uint64_t free_blocks[MC_FRAME_ORDER_1GIB +
			     1]; /* per order; 10 to 17 do not exist and are 0 */
	uint64_t largest_run;    /* contiguous frames, within one range */
};

/* Of the whole pool. */
void mc_frame_stats(struct mc_frame_pool *pool, struct mc_frame_stats *stats);

/*
 * Of one range: the first that ends above `pfn`, so that all can be visited in order. *start and
 * *end are its frames.
 *
 * MC_ERR_NOT_FOUND	there is none
 */
MC_MUST_CHECK int mc_frame_range_stats(struct mc_frame_pool *pool, mc_pfn_t pfn, mc_pfn_t *start,
				       mc_pfn_t *end, struct mc_frame_stats *stats);

/*
 * The part of free memory that is not available as 2 MiB blocks, in thousandths; 0 if none is free.
 */
unsigned int mc_frame_fragmentation(const struct mc_frame_stats *stats);

/*
 * How the frames [start, end) are used. `nr_broken` of the free ones cannot be allocated in a block
 * of 2 MiB, because others of the same 2 MiB are in use or not in the pool. Exact when no other CPU
 * is in the allocator. The time is proportional to the frames, less where whole gibibytes are free
 * or in use, with interrupts off.
 */
struct mc_frame_usage {
	uint64_t nr_frames; /* that are in the pool */
	uint64_t nr_free;
	uint64_t nr_broken;
};

struct mc_frame_usage mc_frame_usage(struct mc_frame_pool *pool, mc_pfn_t start, mc_pfn_t end);

#endif
