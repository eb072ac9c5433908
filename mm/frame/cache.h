/* SPDX-License-Identifier: MIT */
/*
 * A CPU's cache: the chunks that it owns. Frames are taken from the current one, the chunk in hand.
 *
 * At any moment, only one CPU may read and change the bitmap words of a chunk: its owner or, if it
 * has none, the holder of the pool's lock. So no atomic instructions are needed, the bitmap is
 * right for every frame, cached or not, and a double free is detected at once.
 *
 * A CPU becomes the owner of a chunk, under the lock, when it takes the first single frame from it.
 * It owns the chunk until
 *	- all of its frames are free (except the chunk in hand),
 *	- another CPU frees a frame of it (the chunk is then shared until it is all free),
 *	- a caller needs frames when no others are free, or these particular frames, or
 *	- its slot is needed for another chunk.
 *
 * The lock of a cache is biased to its CPU. To enter, the CPU sets `busy`, with a plain store, and
 * checks that the cache is not `revoked`; if it is, the CPU takes the pool's lock instead. Another
 * CPU, which holds the pool's lock, sets `revoked`, makes every CPU execute a barrier, and waits
 * until this CPU is not busy. The holder of the pool's lock may use its own cache without entering.
 */
#ifndef FRAME_CACHE_H
#define FRAME_CACHE_H

#include "../units.h"
#include "chunk.h"

/* The slot of an edge, and a slot that is always empty: the one in hand if no chunk is. */
#define SLOT_EDGE MC_FRAME_CPU_CHUNKS
#define SLOT_NONE (MC_FRAME_CPU_CHUNKS + 1)

static inline uint32_t slot_of(uint64_t chunk)
{
	return chunk % MC_FRAME_CPU_CHUNKS;
}

/* The frame of the first bit of the words of the chunk in this slot, and the number of words. */
static inline mc_pfn_t cache_base(const struct mc_frame_cpu *cpu, uint32_t slot)
{
	return slot == SLOT_EDGE ? align_down(cpu->edge_start, WORD_FRAMES)
				 : (mc_pfn_t)(cpu->slots[slot].chunk - 1) << CHUNK_SHIFT;
}

static inline size_t cache_nr_words(const struct mc_frame_cpu *cpu, uint32_t slot)
{
	return slot == SLOT_EDGE
		       ? (cpu->edge_end - cache_base(cpu, slot) + WORD_FRAMES - 1) / WORD_FRAMES
		       : CHUNK_WORDS;
}

/* Enter and leave this CPU's cache, with interrupts off. cache_enter() fails if it was revoked. */
static inline bool cache_enter(struct mc_frame_cpu *cpu)
{
	/* There is no other CPU. */
	if (MC_NR_CPUS == 1)
		return true;
	atomic_store(&cpu->busy, 1);
	compiler_barrier();
	if (__builtin_expect(!atomic_load_acquire(&cpu->revoked), 1))
		return true;
	atomic_store_release(&cpu->busy, 0);
	return false;
}

static inline void cache_leave(struct mc_frame_cpu *cpu)
{
	if (MC_NR_CPUS > 1)
		atomic_store_release(&cpu->busy, 0);
}

/*
 * For the functions below, the cache is entered, or is this CPU's own and the pool's lock is held.
 */

/* The chunk has its first free frame, or has lost its last. */
static inline void cache_mark(struct mc_frame_cpu *cpu, uint32_t slot, bool partial)
{
	cpu->partial[slot] = partial;
	atomic_store(&cpu->nr_partial, cpu->nr_partial + (partial ? 1u : -1u));
}

/* The first slot from this one on, cyclically, whose chunk has free frames. There must be one. */
static inline uint32_t cache_next_partial(const struct mc_frame_cpu *cpu, uint32_t from)
{
	/* Eight at a time. Those before `from` in the first eight come last. */
	uint32_t i = from - from % 8;
	const uint64_t *eight = (const uint64_t *)(const void *)&cpu->partial[i];
	uint64_t bytes = *eight & ~UINT64_C(0) << from % 8 * 8;

	while (!bytes) {
		i = i + 8 < ARRAY_SIZE(cpu->partial) ? i + 8 : 0;
		eight = (const uint64_t *)(const void *)&cpu->partial[i];
		bytes = *eight;
	}
	return i + (uint32_t)__builtin_ctzll(bytes) / 8;
}

/* Take frames from this word of the chunk in this slot from now on. */
static inline void cache_hold(struct mc_frame_cpu *cpu, uint32_t slot, unsigned int word)
{
	cpu->hand = slot;
	cpu->word = &cpu->words[slot][word];
	cpu->word_pfn = cache_base(cpu, slot) + word * WORD_FRAMES;
}

/* Hide the value from the compiler, so that it does not make a branch of it. */
#define HIDE_VALUE(variable) __asm__("" : "+r"(variable))

/* Bit i is set if word i has a free frame. No branch for each word: it would be mispredicted. */
static inline unsigned int words_with_room(const uint64_t *words, size_t count)
{
	uint64_t full = ~UINT64_C(0), room = 0;

	HIDE_VALUE(full);
#pragma GCC unroll 8
	while (count-- > 0) {
		room += room;
		HIDE_VALUE(room);
		room += atomic_load(&words[count]) < full;
	}
	return (unsigned int)room;
}

/* Have no chunk in hand; `word` then points at a word without free frames. */
void cache_empty_hand(struct mc_frame_cpu *cpu);

/* The chunk in hand has a free frame: go to a word that has one. */
static inline void cache_turn_word(struct mc_frame_cpu *cpu)
{
	const uint32_t hand = cpu->hand;
	uint64_t *words = cpu->words[hand];
	const unsigned int room = __builtin_expect(hand == SLOT_EDGE, 0)
					  ? words_with_room(words, cache_nr_words(cpu, hand))
					  : words_with_room(words, CHUNK_WORDS);

	cache_hold(cpu, hand, (unsigned int)__builtin_ctz(room));
}

/* Take the next chunk with free frames in hand. False if this CPU owns none. */
static inline bool cache_turn(struct mc_frame_cpu *cpu)
{
	if (!cpu->nr_partial)
		return false;
	/* Round robin: the other chunks collect free frames meanwhile. */
	cache_hold(cpu, cache_next_partial(cpu, cpu->hand + 1), 0);
	return true;
}

/* Free a frame of this word of the chunk in this slot. Returns the same as cache_free(). */
static inline uint32_t cache_clear(struct mc_frame_cpu *cpu, uint32_t slot, uint64_t *word,
				   mc_pfn_t pfn)
{
	const uint64_t used = atomic_load(word);
	uint32_t nr_free;

	if (!(used >> pfn % WORD_FRAMES & 1))
		return 0;
	atomic_store(word, used ^ UINT64_C(1) << pfn % WORD_FRAMES);
	nr_free = cpu->slots[slot].nr_free + 1;
	cpu->slots[slot].nr_free = nr_free;
	if (!nr_free)
		__builtin_unreachable();
	return nr_free;
}

/*
 * Free a frame of an owned chunk. Returns how many frames of the chunk are free now; 0, with
 * nothing done, if the chunk is not owned or the frame is not allocated. The caller handles the
 * first free frame (cache_mark()) and the last allocated one (cache_give_up()).
 */
static inline uint32_t cache_free(struct mc_frame_cpu *cpu, mc_pfn_t pfn, uint32_t *slot)
{
	const uint64_t chunk = pfn >> CHUNK_SHIFT;

	*slot = slot_of(chunk);
	if (__builtin_expect(cpu->slots[*slot].chunk == chunk + 1, 1))
		return cache_clear(cpu, *slot, &cpu->words[*slot][pfn / WORD_FRAMES % CHUNK_WORDS],
				   pfn);
	*slot = SLOT_EDGE;
	if (pfn - cpu->edge_start >= cpu->edge_end - cpu->edge_start)
		return 0;
	return cache_clear(cpu, *slot,
			   &cpu->words[*slot][pfn / WORD_FRAMES - cpu->edge_start / WORD_FRAMES],
			   pfn);
}

/* The functions below need the pool's lock, unless they say otherwise. */

/* Whether a chunk that nobody owns is broken up for single frames. Without the lock, a guess. */
static inline bool pool_is_broken(const struct mc_frame_pool *pool)
{
	return atomic_load(&pool->partial[0].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->partial[MC_FRAME_SHARED].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->partial[MC_FRAME_MIXED].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->edges_head);
}

/*
 * Whether to give up a chunk that is all free: the one in this slot, or the one in hand, which is
 * kept only if no other chunk is broken up. Without the lock, a guess.
 */
static inline bool cache_is_emptied(const struct mc_frame_pool *pool,
				    const struct mc_frame_cpu *cpu, uint32_t slot)
{
	if (cpu->slots[slot].nr_free == CHUNK_FRAMES && slot != cpu->hand)
		return true;
	return cpu->slots[cpu->hand].nr_free == CHUNK_FRAMES &&
	       (cpu->nr_partial > 1 || pool_is_broken(pool));
}

/*
 * Make a chunk this CPU's own, and take it in hand. The chunk is in its list: whole, or partial
 * with only single frames, and not shared. `view` shows it and must not be pool->own_view.
 */
void cache_own(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Give up the chunk in this slot and the one in hand, each if cache_is_emptied() says so. */
void cache_give_up(struct mc_frame_pool *pool, uint32_t slot);

/*
 * Take the chunk from its owner and settle it with this class (chunk_settle()). `view` shows it and
 * must not be pool->own_view.
 */
void cache_disown(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class);

/*
 * Keep other CPUs out of their caches, and let them in again: those that own more than `keep`
 * chunks with free frames or, if `keep` is 0, all. All are stopped at once: one by one, a search
 * could miss a free frame, if one CPU frees a frame after its cache was searched, and another
 * allocates one before.
 */
void cache_stop_others(struct mc_frame_pool *pool, uint32_t keep);
void cache_let_others_in(struct mc_frame_pool *pool);

/* Which chunks cache_drain() takes. */
enum cache_drain {
	DRAIN_PARTIAL, /* those with free frames */
	DRAIN_WHOLE,   /* those that are all free */
};

/*
 * Take these chunks from all CPUs that own more than `keep` chunks with free frames. Those CPUs are
 * stopped at the same time: so with `keep` 0, at one moment no CPU owns any such chunk.
 */
void cache_drain(struct mc_frame_pool *pool, uint32_t keep, enum cache_drain what);

#endif
