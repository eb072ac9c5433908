/* SPDX-License-Identifier: MIT */
/*
 * Single frames, one by one: the hot path. No lock and no atomic instruction while this CPU owns
 * free frames, and for frees of frames that it owns.
 */
#include "internal.h"

void tag_allocated(struct mc_frame_pool *pool, mc_pfn_t pfn)
{
	struct mc_frame_view view = { 0 };

	if (FRAME_DEBUG && view_seek(pool, &view, pfn))
		debug_allocated(pool, &view, pfn, 0);
}

/* Take single frames from a chunk that cannot be owned: a shared one, or one with blocks. */
static size_t take_unowned(struct mc_frame_pool *pool, uint64_t chunk, mc_pfn_t *frames,
			   size_t count)
{
	const size_t taken = bits_take(&pool->view, chunk, frames, count);

	if (!chunk_scan(&pool->view, chunk).some_free)
		chunk_resettle(pool, &pool->view, chunk);
	count_allocated(this_cpu(pool), taken);
	return taken;
}

bool alloc_more(struct mc_frame_pool *pool, mc_pfn_t *frames, size_t count, size_t *taken)
{
	struct mc_frame_cpu *cpu = this_cpu(pool);
	uint64_t chunk;
	bool found;

	*taken = 0;
	mc_spin_lock(&pool->lock);
	/* There may be a free frame: the cache may only have been revoked for a moment. */
	found = cpu->slots[cpu->hand].nr_free || cache_turn(cpu);
	if (!found) {
		found = pick_single(pool, &chunk);
		if (found && chunk_may_be_owned(&pool->view, chunk))
			cache_own(pool, &pool->view, chunk);
		else if (found)
			*taken = take_unowned(pool, chunk, frames, count);
	}
	mc_spin_unlock(&pool->lock);
	return found;
}

/*
 * Try to have a free frame in hand, without the lock. Cache entered. When memory is nearly full,
 * most allocations come here.
 */
__attribute__((always_inline)) static inline bool have_in_hand(struct mc_frame_cpu *cpu)
{
	if (!cpu->slots[cpu->hand].nr_free && !cache_turn(cpu))
		return false;
	cache_turn_word(cpu);
	return true;
}

/* Take the first free frame of the word in hand, which has one. Cache entered. */
static inline void take(struct mc_frame_cpu *cpu, uint64_t used, mc_pfn_t *pfn)
{
	atomic_store(cpu->word, used | (used + 1));
	*pfn = cpu->word_pfn + (unsigned int)__builtin_ctzll(~used);
	count_allocated(cpu, 1);
	if (--cpu->slots[cpu->hand].nr_free == 0)
		cache_mark(cpu, cpu->hand, false);
}

static bool try_alloc(struct mc_frame_cpu *cpu, mc_pfn_t *pfn)
{
	bool found;

	if (!cache_enter(cpu))
		return false;
	found = have_in_hand(cpu);
	if (found)
		take(cpu, atomic_load(cpu->word), pfn);
	cache_leave(cpu);
	return found;
}

/* Called with interrupts off; restores them to `irq`. */
__attribute__((noinline)) static int alloc_slow(struct mc_frame_pool *pool, mc_pfn_t *pfn,
						uint64_t irq)
{
	struct mc_frame_cpu *cpu = this_cpu(pool);
	bool found = true;
	size_t taken = 0;

	while (found && !taken && !try_alloc(cpu, pfn))
		found = alloc_more(pool, pfn, 1, &taken);
	if (found)
		tag_allocated(pool, *pfn);
	mc_irq_restore(irq);
	return found ? 0 : MC_ERR_NO_MEMORY;
}

/* The same if the word in hand is full. Called with the cache entered. */
__attribute__((noinline)) static int alloc_turn(struct mc_frame_pool *pool,
						struct mc_frame_cpu *cpu, mc_pfn_t *pfn,
						uint64_t irq)
{
	if (!have_in_hand(cpu)) {
		cache_leave(cpu);
		return alloc_slow(pool, pfn, irq);
	}
	take(cpu, atomic_load(cpu->word), pfn);
	cache_leave(cpu);
	mc_irq_restore(irq);
	return 0;
}

int mc_frame_alloc(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn)
{
	struct mc_frame_cpu *cpu;
	uint64_t irq;

	if (order)
		return alloc_block(pool, order, pfn);
	irq = mc_irq_save();
	cpu = this_cpu(pool);
	/* The usual case: there is a free frame in the word in hand. */
	if (!FRAME_DEBUG && cache_enter(cpu)) {
		const uint64_t used = atomic_load(cpu->word);

		if (~used == 0)
			return alloc_turn(pool, cpu, pfn, irq);
		take(cpu, used, pfn);
		cache_leave(cpu);
		mc_irq_restore(irq);
		return 0;
	}
	return alloc_slow(pool, pfn, irq);
}

/* Free a frame that this CPU does not own, or that cannot be freed. */
__attribute__((noinline)) static int free_slow(struct mc_frame_pool *pool, mc_pfn_t pfn,
					       uint64_t irq)
{
	int result;

	mc_spin_lock(&pool->lock);
	result = free_locked(pool, pfn, 0);
	pool_unlock(pool, irq);
	return result ? debug_misuse(pool, result, pfn, 0) : 0;
}

/* Give up chunks that are now all free; `slot` is that of the frame just freed. */
__attribute__((noinline)) static int give_up_slow(struct mc_frame_pool *pool, uint32_t slot,
						  uint64_t irq)
{
	mc_spin_lock(&pool->lock);
	cache_give_up(pool, slot);
	pool_unlock(pool, irq);
	return 0;
}

int mc_frame_free(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order)
{
	struct mc_frame_cpu *cpu;
	uint64_t irq;

	if (order)
		return free_block(pool, pfn, order);
	irq = mc_irq_save();
	cpu = this_cpu(pool);
	if (!FRAME_DEBUG && cache_enter(cpu)) {
		uint32_t slot;
		const uint32_t nr_free = cache_free(cpu, pfn, &slot);

		if (nr_free) {
			bool emptied = false;

			if (nr_free == 1)
				cache_mark(cpu, slot, true);
			if (nr_free == 1 || nr_free == CHUNK_FRAMES)
				emptied = cache_is_emptied(pool, cpu, slot);
			count_freed(cpu, 1);
			cache_leave(cpu);
			if (emptied)
				return give_up_slow(pool, slot, irq);
			mc_irq_restore(irq);
			return 0;
		}
		cache_leave(cpu);
	}
	return free_slow(pool, pfn, irq);
}
