/* SPDX-License-Identifier: MIT */
/* The chunks that CPUs own (cache.h has the rules). */
#include "cache.h"

/* Nobody writes to a word that is full. */
static const uint64_t full_word = ~UINT64_C(0);

void cache_empty_hand(struct mc_frame_cpu *cpu)
{
	cpu->hand = SLOT_NONE;
	cpu->word = (uint64_t *)(uintptr_t)&full_word;
}

/* `cpu` gives the chunk up. It is this CPU, or is kept out of its cache. */
static void release(struct mc_frame_pool *pool, struct mc_frame_cpu *cpu, uint32_t slot,
		    unsigned int class)
{
	const uint64_t chunk = cpu->slots[slot].chunk - 1;

	/* An owned chunk is in some range. */
	(void)view_seek(pool, &pool->own_view,
			slot == SLOT_EDGE ? cpu->edge_start : chunk << CHUNK_SHIFT);
	if (cpu->slots[slot].nr_free)
		cache_mark(cpu, slot, false);
	cpu->slots[slot].chunk = 0;
	cpu->slots[slot].nr_free = 0;
	if (slot == SLOT_EDGE)
		cpu->edge_start = cpu->edge_end = 0;
	if (cpu->hand == slot)
		cache_empty_hand(cpu);
	chunk_settle(pool, &pool->own_view, chunk, class);
}

static uint32_t slot_in_view(const struct mc_frame_view *view, uint64_t chunk)
{
	return chunk_is_inner(view, chunk) ? slot_of(chunk) : SLOT_EDGE;
}

void cache_own(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk)
{
	const struct frames span = chunk_frames(view, chunk);
	struct mc_frame_cpu *cpu = &pool->cpus[mc_cpu_id()];
	const uint32_t slot = slot_in_view(view, chunk);

	if (cpu->slots[slot].chunk)
		release(pool, cpu, slot, 0);
	chunk_take(pool, view, chunk, 0);
	chunk_set_owner(view, chunk, mc_cpu_id());
	cpu->slots[slot].chunk = (uint32_t)chunk + 1;
	cpu->words[slot] = frame_word(view, span.start);
	cpu->slots[slot].nr_free = (uint32_t)chunk_count_free(view, chunk);
	if (slot == SLOT_EDGE) {
		cpu->edge_start = span.start;
		cpu->edge_end = span.end;
	}
	cache_mark(cpu, slot, true);
	cache_hold(cpu, slot, 0);
}

void cache_give_up(struct mc_frame_pool *pool, uint32_t slot)
{
	struct mc_frame_cpu *cpu = &pool->cpus[mc_cpu_id()];

	/* The lock was not held until now, so check again. */
	if (cpu->slots[slot].nr_free == CHUNK_FRAMES && cache_is_emptied(pool, cpu, slot))
		release(pool, cpu, slot, 0);
	if (cache_is_emptied(pool, cpu, cpu->hand))
		release(pool, cpu, cpu->hand, 0);
}

/* Wait until a CPU whose cache was revoked has left it. */
static void wait_for(const struct mc_frame_cpu *cpu)
{
	while (atomic_load_acquire(&cpu->busy))
		mc_cpu_relax();
}

void cache_disown(struct mc_frame_pool *pool, const struct mc_frame_view *view, uint64_t chunk,
		  unsigned int class)
{
	const unsigned int owner = state_cpu(*chunk_state(view, chunk));
	struct mc_frame_cpu *cpu = &pool->cpus[owner];

	if (owner != mc_cpu_id()) {
		atomic_store(&cpu->revoked, 1);
		mc_barrier_everywhere();
		wait_for(cpu);
	}
	release(pool, cpu, slot_in_view(view, chunk), class);
	atomic_store_release(&cpu->revoked, 0);
}

void cache_stop_others(struct mc_frame_pool *pool, uint32_t keep)
{
	bool any = false;

	for (unsigned int i = 0; i < pool->nr_cpus; i++) {
		struct mc_frame_cpu *cpu = &pool->cpus[i];

		/*
		 * With `keep` 0, stop even those without free frames: they may get some meanwhile.
		 */
		if (i == mc_cpu_id() || (keep && atomic_load(&cpu->nr_partial) <= keep))
			continue;
		atomic_store(&cpu->revoked, 1);
		any = true;
	}
	if (!any)
		return;
	mc_barrier_everywhere();
	for (unsigned int i = 0; i < pool->nr_cpus; i++)
		if (atomic_load(&pool->cpus[i].revoked))
			wait_for(&pool->cpus[i]);
}

void cache_let_others_in(struct mc_frame_pool *pool)
{
	for (unsigned int i = 0; i < pool->nr_cpus; i++)
		if (atomic_load(&pool->cpus[i].revoked))
			atomic_store_release(&pool->cpus[i].revoked, 0);
}

static void drain(struct mc_frame_pool *pool, struct mc_frame_cpu *cpu, enum cache_drain what)
{
	uint32_t slot = 0;

	/* A chunk that is all free may not be in hand: its CPU waits for the lock to give it up. */
	for (uint32_t left = cpu->nr_partial; left; left--, slot++) {
		slot = cache_next_partial(cpu, slot);
		if (what == DRAIN_PARTIAL || cpu->slots[slot].nr_free == CHUNK_FRAMES)
			release(pool, cpu, slot, 0);
	}
}

void cache_drain(struct mc_frame_pool *pool, uint32_t keep, enum cache_drain what)
{
	cache_stop_others(pool, keep);
	for (unsigned int i = 0; i < pool->nr_cpus; i++) {
		struct mc_frame_cpu *cpu = &pool->cpus[i];

		if (i == mc_cpu_id() ? cpu->nr_partial > keep : atomic_load(&cpu->revoked))
			drain(pool, cpu, what);
	}
	cache_let_others_in(pool);
}
