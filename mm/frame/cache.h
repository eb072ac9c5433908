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

#include "../units.h"
#include "chunk.h"

/* The slots of an edge, and of no chunk: what is in hand if nothing is. */
#define SLOT_EDGE MC_FRAME_CPU_CHUNKS
#define SLOT_NONE (MC_FRAME_CPU_CHUNKS + 1)

static inline uint32_t slot_of(uint64_t chunk)
{
	return chunk % MC_FRAME_CPU_CHUNKS;
}

/* The first frame of the chunk's words in this slot, and how many words there are. */
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

/* Enter and leave one's own cache, with interrupts off. If it was revoked, one has not entered. */
static inline bool cache_enter(struct mc_frame_cpu *cpu)
{
	/* There is no stranger. */
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

/* What follows is for who has entered, or holds the lock and uses his own cache. */

/* The chunk has free frames now, or has none any more. */
static inline void cache_mark(struct mc_frame_cpu *cpu, uint32_t slot, bool partial)
{
	cpu->partial[slot] = partial;
	atomic_store(&cpu->nr_partial, cpu->nr_partial + (partial ? 1u : -1u));
}

/* The first slot from this one on, round and round, whose chunk has free frames. There is one. */
static inline uint32_t cache_next_partial(const struct mc_frame_cpu *cpu, uint32_t from)
{
	/* Eight at a time; those before `from` in its eight are the last. */
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

/* Have this word of the chunk in this slot in hand. */
static inline void cache_hold(struct mc_frame_cpu *cpu, uint32_t slot, unsigned int word)
{
	cpu->hand = slot;
	cpu->word = &cpu->words[slot][word];
	cpu->word_pfn = cache_base(cpu, slot) + word * WORD_FRAMES;
}

/* The compiler knows nothing of the value any more, and so makes no branch out of what it would know. */
#define HIDE_VALUE(variable) __asm__("" : "+r"(variable))

/* Bit i is set if word i has room. Which have cannot be predicted, so there is no branch for each. */
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

/* Have no chunk in hand, but a word without free frames. */
void cache_empty_hand(struct mc_frame_cpu *cpu);

/* There is a free frame in hand, but perhaps not in this word: have a word that has one. */
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
	/* Each in its turn, so that a chunk gathers free frames meanwhile. */
	cache_hold(cpu, cache_next_partial(cpu, cpu->hand + 1), 0);
	return true;
}

/* Free a frame of this word, of the chunk in this slot; cache_free()'s answer. */
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
 * Free a frame of an owned chunk. How many frames of the chunk are free then; 0, with nothing done, if
 * the chunk is not owned or the frame not allocated. The caller sees to what follows if that was the
 * first free frame, or the last allocated one.
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

/* What follows is under the lock. */

/* Whether any chunk that nobody owns is broken for single frames. Without the lock, a guess. */
static inline bool pool_is_broken(const struct mc_frame_pool *pool)
{
	return atomic_load(&pool->partial[0].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->partial[MC_FRAME_SHARED].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->partial[MC_FRAME_MIXED].head) != MC_FRAME_CHUNK_NONE ||
	       atomic_load(&pool->edges_head);
}

/*
 * Whether a chunk that is all free is to be given up: that of this slot, or that in hand, which stays
 * there only if nothing else is broken.
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
 * This CPU takes a chunk in hand, to own it: whole, or partial, with nothing but single frames that
 * this CPU alone is likely to free, and in its list. `view`, which must not be pool->own_view, shows it.
 */
void cache_own(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk);

/* Give up what cache_is_emptied() meant, of this slot and the chunk in hand. */
void cache_give_up(struct mc_frame_pool *pool, uint32_t slot);

/*
 * Whoever owns the chunk gives it up. It goes where it belongs, as one of this class. `view`, which
 * must not be pool->own_view, shows it.
 */
void cache_disown(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class);

/*
 * Keep other CPUs out of their caches, and let them in again: those that own more than `keep` chunks
 * with free frames or, if `keep` is 0, all. Then nothing changes in between, so that what is not found
 * is not there. One by one would not do: a frame freed in a cache that was looked at, and another
 * allocated in one that was not yet, and none was ever seen, although there always was one.
 */
void cache_stop_others(struct mc_frame_pool *pool, uint32_t keep);
void cache_let_others_in(struct mc_frame_pool *pool);

/* Which of the CPUs' chunks cache_drain() is after. */
enum cache_drain {
	DRAIN_PARTIAL, /* those with free frames */
	DRAIN_WHOLE,   /* those that are all free */
};

/*
 * Have all CPUs that own more than `keep` chunks with free frames give up the ones that are wanted. All
 * other CPUs that this is about are stopped at the same time: with `keep` 0, there is a moment at which
 * what nobody owns is all there was.
 */
void cache_drain(struct mc_frame_pool *pool, uint32_t keep, enum cache_drain what);

#endif
