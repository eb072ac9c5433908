/* SPDX-License-Identifier: MIT */
/*
 * Single frames, one by one: the hot path. No lock is taken, and no atomic instruction executed, while
 * this CPU owns free frames, and for frees of what it owns.
 */
#include "frame_internal.h"

void tag_allocated(struct frame_pool *pool, struct frame_cpu *cpu, pfn_t pfn)
{
	if (FRAME_DEBUG && view_seek(pool, &cpu->view, pfn))
		debug_allocated(pool, &cpu->view, pfn, 0);
}

/*
 * Take single frames from a chunk that cannot be owned: an edge, one with frames that other CPUs
 * free, or one with blocks.
 */
static size_t take_unowned(struct frame_pool *pool, uint64_t chunk, pfn_t *frames, size_t count)
{
	const size_t taken = bits_take(&pool->view, chunk, frames, count);

	if (!chunk_scan(&pool->view, chunk).some_free)
		chunk_resettle(pool, &pool->view, chunk);
	count_frames(this_cpu(pool), (int64_t)taken);
	return taken;
}

bool alloc_more(struct frame_pool *pool, pfn_t *frames, size_t count, size_t *taken)
{
	struct frame_cpu *cpu = this_cpu(pool);
	uint64_t chunk;
	bool found;

	*taken = 0;
	spin_lock(&pool->lock);
	/* Perhaps there is some after all: the cache may have been revoked for a moment. */
	found = cpu->nr_free[cpu->slot] || cache_turn(pool, cpu);
	if (!found) {
		found = pick_single(pool, &chunk);
		if (found && chunk_may_be_owned(&pool->view, chunk))
			cache_own(pool, &pool->view, chunk);
		else if (found)
			*taken = take_unowned(pool, chunk, frames, count);
	}
	spin_unlock(&pool->lock);
	return found;
}

static inline bool try_alloc(const struct frame_pool *pool, struct frame_cpu *cpu, pfn_t *pfn)
{
	uint64_t *word, free;
	uint32_t nr_free;

	if (!cache_enter(cpu))
		return false;
	nr_free = cpu->nr_free[cpu->slot];
	if (__builtin_expect(!nr_free, 0)) {
		if (!cache_turn(pool, cpu)) {
			cache_leave(cpu);
			return false;
		}
		nr_free = cpu->nr_free[cpu->slot];
	}
	free = ~atomic_load(&cpu->words[cpu->word]);
	if (!free) {
		cache_turn_word(cpu);
		free = ~atomic_load(&cpu->words[cpu->word]);
	}
	word = &cpu->words[cpu->word];
	atomic_store(word, ~(free & (free - 1)));
	cpu->nr_free[cpu->slot] = (uint16_t)(nr_free - 1);
	if (nr_free == 1)
		cache_mark(cpu, cpu->slot, false);
	*pfn = cpu->words_pfn + cpu->word * WORD_FRAMES + (unsigned int)__builtin_ctzll(free);
	count_frames(cpu, 1);
	cache_leave(cpu);
	return true;
}

static inline int alloc_single(struct frame_pool *pool, pfn_t *pfn)
{
	const uint64_t irq = arch_irq_save();
	struct frame_cpu *cpu = this_cpu(pool);
	size_t taken = 0;
	int result = 0;

	while (!taken && !try_alloc(pool, cpu, pfn)) {
		if (!alloc_more(pool, pfn, 1, &taken)) {
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

__attribute__((noinline)) int free_rest(struct frame_pool *pool, pfn_t pfn,
					enum cache_free freed)
{
	int result = 0;

	spin_lock(&pool->lock);
	if (freed == CACHE_REFUSED)
		result = free_locked(pool, pfn, 0);
	else
		cache_give_up(pool, pfn >> CHUNK_SHIFT);
	spin_unlock(&pool->lock);
	return result;
}

int free_single(struct frame_pool *pool, pfn_t pfn)
{
	const uint64_t irq = arch_irq_save();
	struct frame_cpu *cpu = this_cpu(pool);
	enum cache_free freed = CACHE_REFUSED;
	int result = 0;

	if (!FRAME_DEBUG && cache_enter(cpu)) {
		freed = cache_free(cpu, pfn);
		if (freed != CACHE_REFUSED)
			count_frames(cpu, -1);
		cache_leave(cpu);
	}
	if (__builtin_expect(freed != CACHE_FREED, 0))
		result = free_rest(pool, pfn, freed);
	arch_irq_restore(irq);
	return result ? debug_misuse(pool, result, pfn, 0) : 0;
}
