/* SPDX-License-Identifier: MIT */
/*
 * A CPU's cache: the chunk that it has claimed, and the free frames of one word of it, `mask`.
 *
 * Frames in the mask are marked as allocated in the bitmap; the mask is what makes them free. They
 * move between word and mask so that each is seen as free in one of the two at any moment:
 *
 *	refill		mask = the word's free frames; then their bits are set, all at once
 *	give back	their bits are cleared, all at once; then mask = 0
 *	allocate	one bit of the mask is cleared. Nothing else: no locked instruction
 *	free		the frame's bit in its word is cleared, never put into a mask
 *
 * So a locked instruction is needed for each free, which is what catches every double free, and
 * one for up to 64 allocations.
 *
 * The mask's lock is biased to its CPU: that one says `busy`, looks whether it has been `revoked`,
 * and is in, with plain stores. A stranger, who comes only when memory has run out, pays: he sets
 * `revoked`, has every CPU execute a barrier, and waits until the CPU is not busy. A CPU that finds
 * itself revoked goes for the pool's lock, which the stranger holds.
 */
#ifndef FRAME_CACHE_H
#define FRAME_CACHE_H

#include "frame_chunk.h"

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

/* Have free frames in the mask, from the claimed chunk; false if it has none left. Entered. */
bool cache_refill(struct frame_cpu *cpu);

/* Whether the frame is in the mask of the CPU that has claimed its chunk. */
static inline bool cache_has(const struct frame_pool *pool, unsigned int cpu_id, pfn_t pfn)
{
	const struct frame_cpu *cpu = &pool->cpus[cpu_id];
	const uint64_t mask = atomic_load_acquire(&cpu->mask);

	return atomic_load(&cpu->base) == align_down(pfn, WORD_FRAMES) &&
	       mask >> pfn % WORD_FRAMES & 1;
}

/* Under the lock: claim a chunk that was taken, for this CPU, which has none. */
void cache_claim(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk,
		 unsigned int cpu_id);

/* Under the lock: this CPU gives its chunk back, if it has one. */
void cache_release_own(struct frame_pool *pool);

/* Under the lock: all CPUs give their chunks back; other CPUs only if there are free frames in them. */
void cache_drain(struct frame_pool *pool);

#endif
