/* SPDX-License-Identifier: MIT */
/* Many single frames in one call. Interrupts are let in between chunks. */
#include "frame_internal.h"

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

/*
 * The same if there are few, without a branch for the first two, which could not be predicted. Writes
 * one place too many.
 */
static pfn_t *take_sparse_word(uint64_t free, pfn_t base, pfn_t *frames)
{
	const uint64_t stop = UINT64_C(1) << 63;

	for (unsigned int i = 0; i < 2; i++) {
		*frames = base + (unsigned int)__builtin_ctzll(free | stop);
		frames += free != 0;
		free &= free - 1;
	}
	return free ? take_word(free, base, frames) : frames;
}

/* All that is free in the chunk in hand; there is room for more than that. */
static void take_all(struct frame_cpu *cpu, uint32_t nr_free, pfn_t *frames)
{
	for (unsigned int i = 0; i < CHUNK_WORDS; i++) {
		const pfn_t base = cpu->words_pfn + i * WORD_FRAMES;
		const uint64_t free = ~atomic_load(&cpu->words[i]);

		frames = nr_free < SPARSE ? take_sparse_word(free, base, frames) :
					    take_word(free, base, frames);
		atomic_store(&cpu->words[i], ~UINT64_C(0));
	}
}

/* So many of the chunk in hand, which has as many. */
static void take_some(struct frame_cpu *cpu, size_t count, pfn_t *frames)
{
	for (unsigned int i = 0; count; i++) {
		const pfn_t base = cpu->words_pfn + i * WORD_FRAMES;
		uint64_t free = ~atomic_load(&cpu->words[i]);

		for (; free && count; free &= free - 1, count--)
			*frames++ = base + (unsigned int)__builtin_ctzll(free);
		atomic_store(&cpu->words[i], ~free);
	}
}

/* Take up to `count` frames out of one owned chunk; how many were taken. */
static size_t try_alloc_some(const struct frame_pool *pool, struct frame_cpu *cpu, pfn_t *frames,
			     size_t count)
{
	uint32_t nr_free;

	if (!cpu->nr_free[cpu->slot] && !cache_turn(pool, cpu))
		return 0;
	nr_free = cpu->nr_free[cpu->slot];
	if (count > nr_free) {
		take_all(cpu, nr_free, frames);
		count = nr_free;
	} else {
		take_some(cpu, count, frames);
	}
	cpu->nr_free[cpu->slot] = (uint16_t)(nr_free - count);
	if (nr_free == count)
		cache_mark(cpu, cpu->slot, false);
	count_frames(cpu, (int64_t)count);
	return count;
}

int frame_alloc_bulk(struct frame_pool *pool, pfn_t *frames, size_t count)
{
	size_t taken = 0;
	bool dry = false;

	while (taken < count && !dry) {
		const uint64_t irq = arch_irq_save();
		struct frame_cpu *cpu = this_cpu(pool);
		size_t more = 0;

		if (cache_enter(cpu)) {
			more = try_alloc_some(pool, cpu, frames + taken, count - taken);
			cache_leave(cpu);
		}
		if (!more)
			dry = !alloc_more(pool, frames + taken, count - taken, &more);
		for (size_t i = taken; FRAME_DEBUG && i < taken + more; i++)
			tag_allocated(pool, cpu, frames[i]);
		arch_irq_restore(irq);
		taken += more;
	}
	if (taken == count)
		return 0;
	/* These were just allocated, so they can be freed. */
	(void)!frame_free_bulk(pool, frames, taken, NULL);
	return ERR_NO_MEMORY;
}

/* Free owned frames up to the first that is not so simple; how many were freed. */
static size_t free_some(struct frame_cpu *cpu, const pfn_t *frames, size_t count,
			enum cache_free *freed)
{
	size_t done = 0;

	do {
		*freed = cache_free(cpu, frames[done]);
		done += *freed != CACHE_REFUSED;
	} while (*freed == CACHE_FREED && done < count);
	count_frames(cpu, -(int64_t)done);
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
		enum cache_free freed = CACHE_REFUSED;

		if (!FRAME_DEBUG && cache_enter(cpu)) {
			done += free_some(cpu, frames + done, most, &freed);
			cache_leave(cpu);
		}
		if (freed == CACHE_REFUSED) {
			result = free_rest(pool, frames[done], freed);
			done += !result;
		} else if (freed == CACHE_EMPTIED) {
			result = free_rest(pool, frames[done - 1], freed);
		}
		arch_irq_restore(irq);
	}
	if (nr_freed)
		*nr_freed = done;
	return result ? debug_misuse(pool, result, frames[done], 0) : 0;
}
