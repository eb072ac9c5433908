/* SPDX-License-Identifier: MIT */
/* CPUs' caches (frame_cache.h has the protocol). */
#include "frame_cache.h"

bool cache_refill(struct frame_cpu *cpu)
{
	for (uint32_t i = 0; i < cpu->nr_words; i++) {
		uint64_t *word = &cpu->words[cpu->cursor];
		const uint64_t free = ~atomic_load_acquire(word);

		if (free) {
			atomic_store(&cpu->base, cpu->words_pfn + cpu->cursor * WORD_FRAMES);
			atomic_store_release(&cpu->mask, free);
			atomic_fetch_or(word, free);
			return true;
		}
		cpu->cursor = cpu->cursor + 1 == cpu->nr_words ? 0 : cpu->cursor + 1;
	}
	return false;
}

void cache_claim(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk,
		 unsigned int cpu_id)
{
	const struct frame_span span = chunk_span(view, chunk);
	struct frame_cpu *cpu = &pool->cpus[cpu_id];
	uint32_t *state = chunk_state(view, chunk);

	cpu->words = frame_word(view, span.start);
	cpu->words_pfn = align_down(span.start, WORD_FRAMES);
	cpu->claimed = span.start;
	cpu->cursor = 0;
	atomic_store(&cpu->nr_words,
		     (uint32_t)((align_up(span.end, WORD_FRAMES) - cpu->words_pfn) / WORD_FRAMES));
	atomic_store_release(state, chunk_state_of(CHUNK_CLAIMED, state_class(*state), cpu_id));
}

/* The cache is this CPU's own, or revoked and not busy. */
static void release(struct frame_pool *pool, struct frame_cpu *cpu)
{
	const uint64_t mask = cpu->mask;

	if (!cpu->nr_words)
		return;
	if (mask)
		atomic_fetch_and(&cpu->words[cpu->cursor], ~mask);
	atomic_store_release(&cpu->mask, 0);
	atomic_store(&cpu->nr_words, 0);
	/* A claimed chunk is in some range. */
	(void)view_seek(pool, &pool->view, cpu->claimed);
	chunk_settle(pool, &pool->view, cpu->claimed >> CHUNK_SHIFT,
		     mask ? CHUNK_PARTIAL : CHUNK_FULL);
}

void cache_release_own(struct frame_pool *pool)
{
	release(pool, &pool->cpus[arch_cpu_id()]);
}

/*
 * Whether it is worth to revoke the cache. Frames go from the words to the mask, where they are
 * before they leave the words, so in this order none is overlooked.
 */
static bool has_free(const struct frame_cpu *cpu)
{
	for (uint32_t i = 0; i < cpu->nr_words; i++)
		if (~atomic_load_acquire(&cpu->words[i]))
			return true;
	return atomic_load(&cpu->mask) != 0;
}

void cache_drain(struct frame_pool *pool)
{
	const unsigned int self = arch_cpu_id();
	bool any = false;

	for (unsigned int i = 0; i < pool->nr_cpus; i++) {
		if (i == self || !has_free(&pool->cpus[i]))
			continue;
		atomic_store(&pool->cpus[i].revoked, 1);
		any = true;
	}
	if (any)
		arch_barrier_everywhere();
	for (unsigned int i = 0; any && i < pool->nr_cpus; i++) {
		struct frame_cpu *cpu = &pool->cpus[i];

		if (!atomic_load(&cpu->revoked))
			continue;
		while (atomic_load_acquire(&cpu->busy))
			arch_cpu_relax();
		release(pool, cpu);
		atomic_store_release(&cpu->revoked, 0);
	}
	release(pool, &pool->cpus[self]);
}
