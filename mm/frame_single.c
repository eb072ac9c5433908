/* SPDX-License-Identifier: MIT */
/*
 * Single frames, the hot path: one by one and in bulk. No lock is taken while the claimed chunk has
 * free frames, nor while the chunks that frames are freed to stay as full, or as empty, as they were.
 */
#include "frame_internal.h"

/* Give this CPU another chunk. False if there is no free frame. */
static bool claim_next(struct frame_pool *pool)
{
	uint64_t chunk;
	bool found;

	spin_lock(&pool->lock);
	cache_release_own(pool);
	found = pick_single(pool, &chunk);
	if (found)
		cache_claim(pool, &pool->view, chunk, arch_cpu_id());
	spin_unlock(&pool->lock);
	return found;
}

static void tag_allocated(struct frame_pool *pool, struct frame_cpu *cpu, pfn_t pfn)
{
	if (FRAME_DEBUG && view_seek(pool, &cpu->view, pfn))
		debug_allocated(pool, &cpu->view, pfn, 0);
}

static inline bool try_alloc(struct frame_cpu *cpu, pfn_t *pfn)
{
	bool found = false;

	if (!cache_enter(cpu))
		return false;
	if (cpu->mask || cache_refill(cpu)) {
		const uint64_t mask = cpu->mask;

		*pfn = cpu->base + (unsigned int)__builtin_ctzll(mask);
		atomic_store(&cpu->mask, mask & (mask - 1));
		count_frames(cpu, 1);
		found = true;
	}
	cache_leave(cpu);
	return found;
}

static inline int alloc_single(struct frame_pool *pool, pfn_t *pfn)
{
	const uint64_t irq = arch_irq_save();
	struct frame_cpu *cpu = this_cpu(pool);
	int result = 0;

	while (!try_alloc(cpu, pfn)) {
		if (!claim_next(pool)) {
			result = ERR_NO_MEMORY;
			break;
		}
	}
	if (!result)
		tag_allocated(pool, cpu, *pfn);
	arch_irq_restore(irq);
	return result;
}

int frame_alloc(struct frame_pool *pool, unsigned int order, pfn_t *pfn)
{
	return order ? alloc_block(pool, order, pfn) : alloc_single(pool, pfn);
}

/* Take up to `count` frames out of the mask; how many were taken. */
static size_t try_alloc_some(struct frame_cpu *cpu, pfn_t *frames, size_t count)
{
	size_t taken = 0;

	if (!cache_enter(cpu))
		return 0;
	if (cpu->mask || cache_refill(cpu)) {
		const pfn_t base = cpu->base;
		uint64_t mask = cpu->mask;

		if (~mask == 0 && count >= WORD_FRAMES) {
			for (; taken < WORD_FRAMES; taken++)
				frames[taken] = base + taken;
			mask = 0;
		}
		for (; mask && taken < count; mask &= mask - 1)
			frames[taken++] = base + (unsigned int)__builtin_ctzll(mask);
		atomic_store(&cpu->mask, mask);
		count_frames(cpu, (int64_t)taken);
	}
	cache_leave(cpu);
	return taken;
}

int frame_alloc_bulk(struct frame_pool *pool, pfn_t *frames, size_t count)
{
	size_t taken = 0;

	/* Interrupts are let in between words. */
	while (taken < count) {
		const uint64_t irq = arch_irq_save();
		struct frame_cpu *cpu = this_cpu(pool);
		const size_t more = try_alloc_some(cpu, frames + taken, count - taken);
		const bool dry = !more && !claim_next(pool);

		for (size_t i = taken; FRAME_DEBUG && i < taken + more; i++)
			tag_allocated(pool, cpu, frames[i]);
		arch_irq_restore(irq);
		if (dry)
			break;
		taken += more;
	}
	if (taken == count)
		return 0;
	/* These were just allocated, so they can be freed. */
	(void)!frame_free_bulk(pool, frames, taken, NULL);
	return ERR_NO_MEMORY;
}

/* Whether a chunk in this state has words, and single frames can be in it. */
static inline bool may_hold_singles(uint32_t state)
{
	const unsigned int class = state_class(state);

	return state_kind(state) - CHUNK_PARTIAL <= CHUNK_CLAIMED - CHUNK_PARTIAL &&
	       (class == 0 || class == FRAME_MIXED);
}

static inline bool any_in_cache(const struct frame_pool *pool, uint32_t state, pfn_t base,
				uint64_t mask)
{
	const struct frame_cpu *cpu;
	uint64_t cached;

	if (state_kind(state) != CHUNK_CLAIMED)
		return false;
	cpu = &pool->cpus[state_cpu(state)];
	cached = atomic_load_acquire(&cpu->mask);
	return (cached & mask) && atomic_load(&cpu->base) == base;
}

/* What a freed frame may change about its chunk is looked at again, under the lock. */
static void settle_freed(struct frame_pool *pool, struct frame_cpu *cpu, uint64_t chunk)
{
	uint32_t state;

	spin_lock(&pool->lock);
	state = *chunk_state(&cpu->view, chunk);
	if (may_hold_singles(state) && state_kind(state) != CHUNK_CLAIMED)
		chunk_resettle(pool, &cpu->view, chunk);
	spin_unlock(&pool->lock);
}

/* Frames were freed, and their word is `word` now. The exchange that did it was the barrier. */
static inline void after_free(struct frame_pool *pool, struct frame_cpu *cpu, uint64_t chunk,
			      uint64_t word)
{
	const struct frame_view *view = &cpu->view;
	const enum chunk_kind kind = state_kind(atomic_load_acquire(chunk_state(view, chunk)));

	if (kind == CHUNK_FULL ||
	    (kind == CHUNK_PARTIAL && !(word && chunk_is_inner(view, chunk)) &&
	     chunk_scan(view, chunk).all_free))
		settle_freed(pool, cpu, chunk);
}

static void tag_freed(struct frame_pool *pool, const struct frame_view *view, pfn_t base,
		      uint64_t mask)
{
	for (; FRAME_DEBUG && mask; mask &= mask - 1)
		debug_freed(pool, view, base + (unsigned int)__builtin_ctzll(mask), 0);
}

static bool tags_differ(const struct frame_view *view, pfn_t base, uint64_t mask)
{
	for (; FRAME_DEBUG && mask; mask &= mask - 1)
		if (debug_check_order(view, base + (unsigned int)__builtin_ctzll(mask), 0))
			return true;
	return false;
}

/*
 * Free the `count` frames of one bitmap word that are in `mask`. False, with nothing done, if not all of them look
 * as if they could be: the caller finds out which. Interrupts are off.
 *
 * A double free is caught because exactly one CPU's compare-and-exchange clears a bit. The word is
 * read before the chunk's state and its claimer's mask: so a frame that was free all the time is seen
 * as such in one of them, whichever way it is moving (frame_cache.h).
 */
static bool free_word(struct frame_pool *pool, struct frame_cpu *cpu, pfn_t base, uint64_t mask,
		      size_t count)
{
	const pfn_t first = base + (unsigned int)__builtin_ctzll(mask);
	const uint64_t chunk = first >> CHUNK_SHIFT;
	struct frame_view *view = &cpu->view;
	uint64_t *word, old;

	if (!view_seek(pool, view, first) || mask & ~word_mask(base, view->start, view->end) ||
	    !chunk_is_valid(view, chunk) ||
	    !may_hold_singles(atomic_load_acquire(chunk_state(view, chunk))))
		return false;
	word = frame_word(view, base);
	old = atomic_load_acquire(word);
	if ((old & mask) != mask || tags_differ(view, base, mask))
		return false;
	do {
		const uint32_t state = atomic_load_acquire(chunk_state(view, chunk));

		if ((old & mask) != mask || any_in_cache(pool, state, base, mask))
			return false;
		tag_freed(pool, view, base, mask);
	} while (!atomic_compare_exchange(word, &old, old & ~mask));
	count_frames(cpu, -(int64_t)count);
	after_free(pool, cpu, chunk, old & ~mask);
	return true;
}

/*
 * The same for one frame in a chunk that is all RAM, of the range that this CPU freed to last:
 * nearly every free. False, with nothing done, if it is not as simple as that.
 */
static inline bool free_fast(struct frame_pool *pool, struct frame_cpu *cpu, pfn_t pfn)
{
	const struct frame_view *view = &cpu->view;
	const uint64_t bit = UINT64_C(1) << pfn % WORD_FRAMES;
	const uint64_t chunk = pfn >> CHUNK_SHIFT;
	uint64_t *word, old;
	uint32_t state;

	if (FRAME_DEBUG || chunk - view->first_chunk >= view->nr_valid)
		return false;
	word = frame_word(view, pfn);
	old = atomic_load_acquire(word);
	state = atomic_load_acquire(&chunk_record(view, chunk)->state);
	if (!(old & bit) || !may_hold_singles(state) ||
	    any_in_cache(pool, state, align_down(pfn, WORD_FRAMES), bit) ||
	    !atomic_compare_exchange(word, &old, old & ~bit))
		return false;
	count_frames(cpu, -1);
	after_free(pool, cpu, chunk, old & ~bit);
	return true;
}

/* Why a frame could not be freed; 0 if it can: the claimer's mask and base were not of one moment. */
static int explain(struct frame_pool *pool, struct frame_cpu *cpu, pfn_t pfn)
{
	int result;

	if (!view_seek(pool, &cpu->view, pfn))
		return ERR_FOREIGN;
	spin_lock(&pool->lock);
	result = check_block(pool, &cpu->view, pfn, 0);
	spin_unlock(&pool->lock);
	return result;
}

__attribute__((noinline)) static int free_slow(struct frame_pool *pool, struct frame_cpu *cpu,
					       pfn_t pfn)
{
	while (!free_word(pool, cpu, align_down(pfn, WORD_FRAMES), UINT64_C(1) << pfn % WORD_FRAMES,
			  1)) {
		const int result = explain(pool, cpu, pfn);

		if (result)
			return result;
	}
	return 0;
}

static inline int free_single(struct frame_pool *pool, pfn_t pfn)
{
	const uint64_t irq = arch_irq_save();
	struct frame_cpu *cpu = this_cpu(pool);
	int result = 0;

	if (!free_fast(pool, cpu, pfn))
		result = free_slow(pool, cpu, pfn);
	arch_irq_restore(irq);
	return result ? debug_misuse(pool, result, pfn, 0) : 0;
}

int frame_free(struct frame_pool *pool, pfn_t pfn, unsigned int order)
{
	return order ? free_block(pool, pfn, order) : free_single(pool, pfn);
}

/* Free frames of one word; if that cannot be, one by one up to the mistake. */
static int free_group(struct frame_pool *pool, const pfn_t *frames, size_t count, uint64_t mask,
		      size_t *nr_freed)
{
	const uint64_t irq = arch_irq_save();
	const bool freed =
		free_word(pool, this_cpu(pool), align_down(frames[0], WORD_FRAMES), mask, count);
	int result = 0;

	arch_irq_restore(irq);
	*nr_freed = freed ? count : 0;
	while (*nr_freed < count) {
		result = free_single(pool, frames[*nr_freed]);
		if (result)
			break;
		(*nr_freed)++;
	}
	return result;
}

/* How many frames from the first on lie in one word, each once. */
static size_t group(const pfn_t *frames, size_t count, uint64_t *mask)
{
	const pfn_t base = align_down(frames[0], WORD_FRAMES);
	size_t i;

	*mask = 0;
	for (i = 0; i < count && frames[i] - base < WORD_FRAMES; i++) {
		const uint64_t bit = UINT64_C(1) << (frames[i] - base);

		if (*mask & bit)
			break;
		*mask |= bit;
	}
	return i;
}

int frame_free_bulk(struct frame_pool *pool, const pfn_t *frames, size_t count, size_t *nr_freed)
{
	size_t done = 0;
	int result = 0;

	while (done < count && !result) {
		uint64_t mask;
		const size_t size = group(frames + done, count - done, &mask);
		size_t freed;

		result = free_group(pool, frames + done, size, mask, &freed);
		done += freed;
	}
	if (nr_freed)
		*nr_freed = done;
	return result;
}
