/* SPDX-License-Identifier: MIT */
/*
 * A CPU's cache: the chunks that it owns.
 *
 * Each chunk has at any moment one who may look into its bitmap words and change them: the CPU that
 * owns it or, if none does, the holder of the pool's lock. So nobody needs an atomic instruction,
 * the bitmap says the truth about every frame, cached or not, and a double free is seen at once.
 *
 * A CPU gets to own a chunk, under the lock, when it takes the first single frame from it, and owns
 * it until
 *	- all of its frames are free (but for the chunk in hand, which frames are being taken from),
 *	- another CPU frees a frame of it; the chunk is then shared until it is all free,
 *	- somebody wants frames that nobody else has, or these very frames, or
 *	- its slot is needed for another chunk.
 *
 * The lock of a cache is biased to its CPU: that one says `busy`, looks whether the cache has been
 * `revoked`, and is in, with plain stores. A stranger pays: with the pool's lock held he sets
 * `revoked`, has every CPU execute a barrier, and waits until the CPU is not busy. A CPU that finds
 * its cache revoked goes for the pool's lock. Who holds that may use his own cache without entering.
 */
#ifndef FRAME_CACHE_H
#define FRAME_CACHE_H

#include "frame_chunk.h"

#define SLOT_NONE FRAME_CPU_CHUNKS

static inline uint32_t slot_of(uint64_t chunk)
{
	return chunk % FRAME_CPU_CHUNKS;
}

/* Enter and leave one's own cache, with interrupts off. If it was revoked, one has not entered. */
static inline bool cache_enter(struct frame_cpu *cpu)
{
	atomic_store(&cpu->busy, 1);
	compiler_barrier();
	if (__builtin_expect(!atomic_load_acquire(&cpu->revoked), 1))
		return true;
	atomic_store_release(&cpu->busy, 0);
	return false;
}

static inline void cache_leave(struct frame_cpu *cpu)
{
	atomic_store_release(&cpu->busy, 0);
}

/* What follows is for who has entered, or holds the lock and uses his own cache. */

/* Where frames are, or are no more, free. */
void cache_mark(struct frame_cpu *cpu, uint32_t slot, bool partial);

/* Take the next chunk with free frames in hand. False if this CPU owns none. */
bool cache_turn(const struct frame_pool *pool, struct frame_cpu *cpu);

/* The word in hand is full, but not the chunk: take another word. */
void cache_turn_word(struct frame_cpu *cpu);

static inline bool cache_owns(const struct frame_cpu *cpu, uint64_t chunk)
{
	return cpu->chunks[slot_of(chunk)] == chunk + 1;
}

/* What became of a frame's freeing. */
enum cache_free {
	CACHE_REFUSED, /* nothing: it is not allocated, not of an owned chunk, or not of cpu->view */
	CACHE_FREED,
	CACHE_EMPTIED, /* it is free, and so is all of its chunk, which is not in hand */
};

static inline enum cache_free cache_free(struct frame_cpu *cpu, pfn_t pfn)
{
	const struct frame_view *view = &cpu->view;
	const uint64_t bit = UINT64_C(1) << pfn % WORD_FRAMES;
	const uint64_t chunk = pfn >> CHUNK_SHIFT;
	const uint32_t slot = slot_of(chunk);
	uint64_t *word, used;
	uint32_t nr_free;

	if (!cache_owns(cpu, chunk) || !chunk_is_inner(view, chunk))
		return CACHE_REFUSED;
	word = frame_word(view, pfn);
	used = atomic_load(word);
	if (!(used & bit))
		return CACHE_REFUSED;
	atomic_store(word, used & ~bit);
	nr_free = cpu->nr_free[slot] + 1u;
	cpu->nr_free[slot] = (uint16_t)nr_free;
	if (__builtin_expect(nr_free == 1, 0))
		cache_mark(cpu, slot, true);
	return __builtin_expect(nr_free == CHUNK_FRAMES && slot != cpu->slot, 0) ? CACHE_EMPTIED :
										   CACHE_FREED;
}

/* What follows is under the lock. */

/*
 * This CPU takes a chunk in hand, to own it: whole, or partial, with nothing but single frames that
 * this CPU alone is likely to free, and in its list. `view`, which must not be pool->own_view, shows it.
 */
void cache_own(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk);

/* This CPU's chunk became all free: give it up, unless that has happened already. */
void cache_give_up(struct frame_pool *pool, uint64_t chunk);

/* Whoever owns the chunk gives it up. It goes where it belongs, as one of this class. */
void cache_disown(struct frame_pool *pool, uint32_t state, uint64_t chunk, unsigned int class);

/* Which of the CPUs' chunks cache_drain() is after. */
enum cache_drain {
	DRAIN_PARTIAL, /* those with free frames */
	DRAIN_WHOLE,   /* those that are all free */
};

/* Have all CPUs that own more than `keep` chunks with free frames give up the ones that are wanted. */
void cache_drain(struct frame_pool *pool, uint32_t keep, enum cache_drain what);

#endif
