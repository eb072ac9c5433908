/* SPDX-License-Identifier: MIT */
/* Many single frames in one call. Interrupts are enabled between chunks. */
#include "internal.h"

/* A chunk with fewer free frames than this has none or a few in most words. */
#define SPARSE 64

/* Write the frames of all set bits of `free` to `frames`. Returns the end of what was written. */
static mc_pfn_t *take_word(uint64_t free, mc_pfn_t base, mc_pfn_t *frames)
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

/* Take all free frames of the current chunk. */
static void take_all(const struct mc_frame_cpu *cpu, mc_pfn_t *frames)
{
	const size_t nr_words = cache_nr_words(cpu, cpu->hand);
	uint64_t *words = cpu->words[cpu->hand];
	mc_pfn_t base = cache_base(cpu, cpu->hand);

	for (unsigned int i = 0; i < nr_words; i++, base += WORD_FRAMES) {
		frames = take_word(~atomic_load(&words[i]), base, frames);
		atomic_store(&words[i], ~UINT64_C(0));
	}
}

/*
 * Take all free frames of a chunk that has few in each word. The CPU cannot predict how many, so up
 * to two are taken without a branch: if there is no second one, the first overwrites it.
 */
static void take_all_sparse(uint64_t *words, mc_pfn_t base, mc_pfn_t *frames)
{
	const uint64_t stop = UINT64_C(1) << 63;

	for (unsigned int room = words_with_room(words, CHUNK_WORDS); room; room &= room - 1) {
		const unsigned int word = (unsigned int)__builtin_ctz(room);
		const mc_pfn_t first = base + word * WORD_FRAMES;
		const uint64_t free = ~atomic_load(&words[word]);
		const uint64_t second = free & (free - 1), third = second & (second - 1);
		size_t two = second != 0;

		atomic_store(&words[word], ~UINT64_C(0));
		HIDE_VALUE(two);
		frames[two] = first + (unsigned int)__builtin_ctzll(second | stop);
		frames[0] = first + (unsigned int)__builtin_ctzll(free);
		frames += 1 + two;
		if (third)
			frames = take_word(third, first, frames);
	}
}

/* Take `count` frames of the current chunk, which has more. */
static void take_some(const struct mc_frame_cpu *cpu, size_t count, mc_pfn_t *frames)
{
	uint64_t *words = cpu->words[cpu->hand];
	mc_pfn_t base = cache_base(cpu, cpu->hand);

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

/* Take up to `count` frames of the current chunk, which has some. Returns how many were taken. */
static size_t take_from_hand(struct mc_frame_cpu *cpu, mc_pfn_t *frames, size_t count)
{
	const uint32_t hand = cpu->hand, nr_free = cpu->slots[hand].nr_free;

	if (count < nr_free) {
		take_some(cpu, count, frames);
		cpu->slots[hand].nr_free = (uint32_t)(nr_free - count);
		return count;
	}
	take_all(cpu, frames);
	cpu->slots[hand].nr_free = 0;
	cache_mark(cpu, hand, false);
	return nr_free;
}

/*
 * Take all free frames of the next chunks (there is at least one), while they have few and no more
 * than `count` in all. The last of them becomes the current chunk. Returns how many frames were
 * taken.
 */
static size_t take_sparse_chunks(struct mc_frame_cpu *cpu, mc_pfn_t *frames, size_t count)
{
	uint32_t left = cpu->nr_partial, slot = cpu->hand;
	uint32_t next = cache_next_partial(cpu, slot + 1);
	size_t taken = 0;

	while (left) {
		const uint32_t nr_free = cpu->slots[next].nr_free;

		if (nr_free >= SPARSE || nr_free > count - taken || next == SLOT_EDGE)
			break;
		slot = next;
		cpu->partial[slot] = 0;
		if (--left) {
			/* Prefetch the words that are read next. */
			next = cache_next_partial(cpu, slot + 1);
			__builtin_prefetch(cpu->words[next]);
		}
		take_all_sparse(cpu->words[slot], cache_base(cpu, slot), frames + taken);
		cpu->slots[slot].nr_free = 0;
		taken += nr_free;
	}
	if (taken)
		cache_hold(cpu, slot, 0);
	atomic_store(&cpu->nr_partial, left);
	return taken;
}

/*
 * Take owned frames: at least `count`, unless there are fewer, and at most `most`. Cache entered.
 */
static size_t take_owned(struct mc_frame_cpu *cpu, mc_pfn_t *frames, size_t count, size_t most)
{
	size_t taken = 0;

	while (taken < count) {
		if (!cpu->slots[cpu->hand].nr_free) {
			if (!cpu->nr_partial)
				break;
			taken += take_sparse_chunks(cpu, frames + taken, most - taken);
			if (taken >= count || !cache_turn(cpu))
				break;
		}
		taken += take_from_hand(cpu, frames + taken, most - taken);
	}
	count_allocated(cpu, taken);
	return taken;
}

/* Whether `count` frames are free now. */
static bool are_enough(struct mc_frame_pool *pool, size_t count)
{
	const uint64_t irq = mc_irq_save();
	bool enough =
		(count <= CHUNK_FRAMES && atomic_load(&pool->whole.head) != MC_FRAME_CHUNK_NONE) ||
		count <= mc_frame_free_count(pool);

	/* While other CPUs allocate and free, the sum of the counters may be too low. */
	if (!enough) {
		mc_spin_lock(&pool->lock);
		cache_stop_others(pool, 0);
		enough = count <= mc_frame_free_count(pool);
		cache_let_others_in(pool);
		mc_spin_unlock(&pool->lock);
	}
	mc_irq_restore(irq);
	return enough;
}

int mc_frame_alloc_bulk(struct mc_frame_pool *pool, mc_pfn_t *frames, size_t count)
{
	size_t taken = 0;
	bool dry = false;

	if (!are_enough(pool, count))
		return MC_ERR_NO_MEMORY;
	while (taken < count && !dry) {
		const size_t left = count - taken, some = left < CHUNK_FRAMES ? left : CHUNK_FRAMES;
		const uint64_t irq = mc_irq_save();
		struct mc_frame_cpu *cpu = this_cpu(pool);
		size_t more = 0;

		if (cache_enter(cpu)) {
			more = take_owned(cpu, frames + taken, some, left);
			cache_leave(cpu);
		}
		if (!more)
			dry = !alloc_more(pool, frames + taken, some, &more);
		for (size_t i = taken; FRAME_DEBUG && i < taken + more; i++)
			tag_allocated(pool, frames[i]);
		mc_irq_restore(irq);
		taken += more;
	}
	if (taken == count)
		return 0;
	/* Other CPUs took the rest. These were just allocated, so freeing them cannot fail. */
	(void)!mc_frame_free_bulk(pool, frames, taken, NULL);
	return MC_ERR_NO_MEMORY;
}

/*
 * Free owned frames. Stops at the first that needs the slow path, or when a chunk must be given up:
 * *emptied is then its slot, else SLOT_NONE. Returns how many were freed.
 */
static size_t free_some(const struct mc_frame_pool *pool, struct mc_frame_cpu *cpu,
			const mc_pfn_t *frames, size_t count, uint32_t *emptied)
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
		/* cache_mark(), without a branch that the CPU would mispredict. */
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

int mc_frame_free_bulk(struct mc_frame_pool *pool, const mc_pfn_t *frames, size_t count,
		       size_t *nr_freed)
{
	size_t done = 0;
	int result = 0;

	while (done < count && !result) {
		const size_t most = count - done < CHUNK_FRAMES ? count - done : CHUNK_FRAMES;
		const uint64_t irq = mc_irq_save();
		struct mc_frame_cpu *cpu = this_cpu(pool);
		uint32_t emptied = SLOT_NONE;
		size_t some = 0;

		if (!FRAME_DEBUG && cache_enter(cpu)) {
			some = free_some(pool, cpu, frames + done, most, &emptied);
			cache_leave(cpu);
		}
		done += some;
		if (some && emptied == SLOT_NONE) {
			mc_irq_restore(irq);
			continue;
		}
		mc_spin_lock(&pool->lock);
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
