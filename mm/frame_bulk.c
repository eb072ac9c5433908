/* SPDX-License-Identifier: MIT */
/* Many single frames in one call. Interrupts are let in between chunks. */
#include "frame_internal.h"

/* The compiler knows nothing of the value any more, and so makes no branch out of what it would know. */
#define HIDE_VALUE(variable) __asm__("" : "+r"(variable))

/* With fewer free frames in a chunk than this, most of its words have none or a few. */
#define SPARSE 64

/* The frames of a word's free bits, all of which are taken; to `frames`, of which the end is returned. */
static pfn_t *take_word(uint64_t free, pfn_t base, pfn_t *frames)
{
	if (~free == 0) {
		for (unsigned int i = 0; i < WORD_FRAMES; i++)
			frames[i] = base + i;
		return frames + WORD_FRAMES;
	}
	for (; free; free &= free - 1)
		*frames++ = base + (unsigned int)__builtin_ctzll(free);
	return frames;
}

/* All that is free in the chunk in hand. */
static void take_all(const struct frame_cpu *cpu, pfn_t *frames)
{
	const size_t nr_words = cache_nr_words(cpu, cpu->hand);
	uint64_t *words = cpu->words[cpu->hand];
	pfn_t base = cache_base(cpu, cpu->hand);

	for (unsigned int i = 0; i < nr_words; i++, base += WORD_FRAMES) {
		frames = take_word(~atomic_load(&words[i]), base, frames);
		atomic_store(&words[i], ~UINT64_C(0));
	}
}

/*
 * The same if it is no edge and there are few in each word: up to two of each are taken without a branch, which could
 * not be predicted; then what is left. Writes one place too many.
 */
static void take_all_sparse(const struct frame_cpu *cpu, pfn_t *frames)
{
	const uint64_t stop = UINT64_C(1) << 63;
	uint64_t *words = cpu->words[cpu->hand], left = 0;
	pfn_t base = cache_base(cpu, cpu->hand);
	size_t count = 0;

#pragma GCC unroll 8
	for (unsigned int i = 0; i < CHUNK_WORDS; i++, base += WORD_FRAMES) {
		uint64_t free = ~atomic_load(&words[i]), second = free & (free - 1);

		frames[count] = base + (unsigned int)__builtin_ctzll(free | stop);
		HIDE_VALUE(free);
		count += free != 0;
		frames[count] = base + (unsigned int)__builtin_ctzll(second | stop);
		free = second & (second - 1);
		HIDE_VALUE(second);
		count += second != 0;
		atomic_store(&words[i], ~free);
		left |= free;
	}
	if (left)
		take_all(cpu, frames + count);
}

/* So many of the chunk in hand, which has more. */
static void take_some(const struct frame_cpu *cpu, size_t count, pfn_t *frames)
{
	uint64_t *words = cpu->words[cpu->hand];
	pfn_t base = cache_base(cpu, cpu->hand);

	for (unsigned int i = 0; count; i++, base += WORD_FRAMES) {
		uint64_t free = ~atomic_load(&words[i]);

		if (~free == 0 && count >= WORD_FRAMES) {
			frames = take_word(free, base, frames);
			count -= WORD_FRAMES;
			free = 0;
		}
		for (; free && count; free &= free - 1, count--)
			*frames++ = base + (unsigned int)__builtin_ctzll(free);
		atomic_store(&words[i], ~free);
	}
}

/* Take up to `count` frames out of the chunk in hand, which has some; how many were taken. */
static size_t take_from_hand(struct frame_cpu *cpu, pfn_t *frames, size_t count)
{
	const uint32_t hand = cpu->hand, nr_free = cpu->slots[hand].nr_free;

	if (count < nr_free) {
		take_some(cpu, count, frames);
		cpu->slots[hand].nr_free = (uint32_t)(nr_free - count);
		return count;
	}
	/* One place more is needed than there are frames. */
	if (nr_free < SPARSE && count > nr_free && hand != SLOT_EDGE)
		take_all_sparse(cpu, frames);
	else
		take_all(cpu, frames);
	cpu->slots[hand].nr_free = 0;
	cache_mark(cpu, hand, false);
	return nr_free;
}

/* Take owned frames: at least `count`, unless there are fewer, and at most `most`. Entered. */
static size_t take_owned(struct frame_cpu *cpu, pfn_t *frames, size_t count, size_t most)
{
	size_t taken = 0;

	while (taken < count && (cpu->slots[cpu->hand].nr_free || cache_turn(cpu)))
		taken += take_from_hand(cpu, frames + taken, most - taken);
	count_allocated(cpu, taken);
	return taken;
}

int frame_alloc_bulk(struct frame_pool *pool, pfn_t *frames, size_t count)
{
	size_t taken = 0;
	bool dry = false;

	while (taken < count && !dry) {
		const size_t left = count - taken, some = left < CHUNK_FRAMES ? left : CHUNK_FRAMES;
		const uint64_t irq = arch_irq_save();
		struct frame_cpu *cpu = this_cpu(pool);
		size_t more = 0;

		if (cache_enter(cpu)) {
			more = take_owned(cpu, frames + taken, some, left);
			cache_leave(cpu);
		}
		if (!more)
			dry = !alloc_more(pool, frames + taken, some, &more);
		for (size_t i = taken; FRAME_DEBUG && i < taken + more; i++)
			tag_allocated(pool, frames[i]);
		arch_irq_restore(irq);
		taken += more;
	}
	if (taken == count)
		return 0;
	/* These were just allocated, so they can be freed. */
	(void)!frame_free_bulk(pool, frames, taken, NULL);
	return ERR_NO_MEMORY;
}

/*
 * Free owned frames up to the first that is not so simple, or one that leaves a chunk to be given up:
 * in *slot then, which is SLOT_NONE otherwise. How many were freed.
 */
static size_t free_some(const struct frame_pool *pool, struct frame_cpu *cpu, const pfn_t *frames,
			size_t count, uint32_t *emptied)
{
	uint32_t nr_partial = 0;
	size_t done = 0;

	*emptied = SLOT_NONE;
	while (done < count) {
		uint32_t slot;
		const uint32_t nr_free = cache_free(cpu, frames[done], &slot);

		if (!nr_free)
			break;
		done++;
		/* cache_mark(), without a branch that could not be predicted. */
		cpu->partial[slot] = 1;
		nr_partial += nr_free < 2;
		if (nr_free == CHUNK_FRAMES) {
			*emptied = slot;
			break;
		}
	}
	atomic_store(&cpu->nr_partial, cpu->nr_partial + nr_partial);
	count_freed(cpu, done);
	if (*emptied == SLOT_NONE && cpu->slots[cpu->hand].nr_free == CHUNK_FRAMES)
		*emptied = cpu->hand;
	if (*emptied != SLOT_NONE && !cache_is_emptied(pool, cpu, *emptied))
		*emptied = SLOT_NONE;
	return done;
}

int frame_free_bulk(struct frame_pool *pool, const pfn_t *frames, size_t count, size_t *nr_freed)
{
	size_t done = 0;
	int result = 0;

	while (done < count && !result) {
		const size_t most = count - done < CHUNK_FRAMES ? count - done : CHUNK_FRAMES;
		const uint64_t irq = arch_irq_save();
		struct frame_cpu *cpu = this_cpu(pool);
		uint32_t emptied = SLOT_NONE;
		size_t some = 0;

		if (!FRAME_DEBUG && cache_enter(cpu)) {
			some = free_some(pool, cpu, frames + done, most, &emptied);
			cache_leave(cpu);
		}
		done += some;
		if (some && emptied == SLOT_NONE) {
			arch_irq_restore(irq);
			continue;
		}
		spin_lock(&pool->lock);
		if (some)
			cache_give_up(pool, emptied);
		else
			result = free_locked(pool, frames[done], 0);
		done += !some && !result;
		pool_unlock(pool, irq);
	}
	if (nr_freed)
		*nr_freed = done;
	return result ? debug_misuse(pool, result, frames[done], 0) : 0;
}
