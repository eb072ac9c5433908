/* SPDX-License-Identifier: MIT */
/* The chunks that CPUs own (frame_cache.h has the rules). */
#include "frame_cache.h"

void cache_mark(struct frame_cpu *cpu, uint32_t slot, bool partial)
{
	const uint64_t bit = UINT64_C(1) << slot % 64;
	uint64_t *word = &cpu->partial[slot / 64];

	*word = partial ? *word | bit : *word & ~bit;
	atomic_store(&cpu->nr_partial, cpu->nr_partial + (partial ? 1u : -1u));
}

bool cache_turn(const struct frame_pool *pool, struct frame_cpu *cpu)
{
	/* Round and round, so that a chunk gathers free frames until its turn comes. */
	const uint32_t from = (cpu->slot + 1) % FRAME_CPU_CHUNKS;
	uint64_t bits = cpu->partial[from / 64] & ~UINT64_C(0) << from % 64;
	uint32_t i = from / 64;

	if (!cpu->nr_partial)
		return false;
	while (!bits) {
		i = (i + 1) % ARRAY_SIZE(cpu->partial);
		bits = cpu->partial[i];
	}
	cpu->slot = i * 64 + (uint32_t)__builtin_ctzll(bits);
	cpu->words_pfn = (pfn_t)(cpu->chunks[cpu->slot] - 1) << CHUNK_SHIFT;
	/* An owned chunk is in some range. */
	(void)view_seek(pool, &cpu->view, cpu->words_pfn);
	cpu->words = frame_word(&cpu->view, cpu->words_pfn);
	cpu->word = 0;
	return true;
}

void cache_turn_word(struct frame_cpu *cpu)
{
	unsigned int with_room = 0;

	/* Which word it will be cannot be predicted, so there is no branch for each. */
	for (unsigned int i = 0; i < CHUNK_WORDS; i++)
		with_room |= (unsigned int)(~atomic_load(&cpu->words[i]) != 0) << i;
	cpu->word = (uint32_t)__builtin_ctz(with_room);
}

/* The chunk is in no list any more, and nobody's. The cache is this CPU's own, or stopped. */
static void release(struct frame_pool *pool, struct frame_cpu *cpu, uint32_t slot,
		    unsigned int class)
{
	const uint64_t chunk = cpu->chunks[slot] - 1;

	cpu->chunks[slot] = 0;
	if (cpu->nr_free[slot])
		cache_mark(cpu, slot, false);
	cpu->nr_free[slot] = 0;
	if (cpu->slot == slot)
		cpu->slot = SLOT_NONE;
	(void)view_seek(pool, &pool->own_view, chunk << CHUNK_SHIFT);
	chunk_settle(pool, &pool->own_view, chunk, class);
}

void cache_own(struct frame_pool *pool, const struct frame_view *view, uint64_t chunk)
{
	struct frame_cpu *cpu = &pool->cpus[arch_cpu_id()];
	const uint32_t slot = slot_of(chunk);

	if (cpu->chunks[slot])
		release(pool, cpu, slot, 0);
	chunk_take(pool, view, chunk, 0);
	cpu->chunks[slot] = (uint32_t)chunk + 1;
	cpu->nr_free[slot] = (uint16_t)chunk_count_free(view, chunk);
	cache_mark(cpu, slot, true);
	chunk_set_owner(view, chunk, arch_cpu_id());
	cpu->slot = slot;
	cpu->words = frame_word(view, chunk << CHUNK_SHIFT);
	cpu->words_pfn = chunk << CHUNK_SHIFT;
	cpu->word = 0;
	cache_turn_word(cpu);
}

void cache_give_up(struct frame_pool *pool, uint64_t chunk)
{
	struct frame_cpu *cpu = &pool->cpus[arch_cpu_id()];
	const uint32_t slot = slot_of(chunk);

	if (cache_owns(cpu, chunk) && cpu->nr_free[slot] == CHUNK_FRAMES && cpu->slot != slot)
		release(pool, cpu, slot, 0);
}

/* Keep a CPU out of its cache, which it is not to be in: say so to some, then wait for each. */
static void wait_for(const struct frame_cpu *cpu)
{
	while (atomic_load_acquire(&cpu->busy))
		arch_cpu_relax();
}

void cache_disown(struct frame_pool *pool, uint32_t state, uint64_t chunk, unsigned int class)
{
	struct frame_cpu *cpu = &pool->cpus[state_cpu(state)];

	if (state_cpu(state) != arch_cpu_id()) {
		atomic_store(&cpu->revoked, 1);
		arch_barrier_everywhere();
		wait_for(cpu);
	}
	release(pool, cpu, slot_of(chunk), class);
	atomic_store_release(&cpu->revoked, 0);
}

static void drain(struct frame_pool *pool, struct frame_cpu *cpu, enum cache_drain what)
{
	if (what == DRAIN_WHOLE) {
		/* Any other such chunk was given up when it became one. */
		if (cpu->nr_free[cpu->slot] == CHUNK_FRAMES)
			release(pool, cpu, cpu->slot, 0);
		return;
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(cpu->partial); i++)
		while (cpu->partial[i])
			release(pool, cpu, i * 64 + (uint32_t)__builtin_ctzll(cpu->partial[i]), 0);
}

void cache_drain(struct frame_pool *pool, uint32_t keep, enum cache_drain what)
{
	const unsigned int self = arch_cpu_id();
	bool any = false;

	for (unsigned int i = 0; i < pool->nr_cpus; i++) {
		if (i == self || atomic_load(&pool->cpus[i].nr_partial) <= keep)
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
		wait_for(cpu);
		drain(pool, cpu, what);
		atomic_store_release(&cpu->revoked, 0);
	}
	if (pool->cpus[self].nr_partial > keep)
		drain(pool, &pool->cpus[self], what);
}
