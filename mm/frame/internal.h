/* SPDX-License-Identifier: MIT */
/* What the allocator's public operations share. */
#ifndef FRAME_INTERNAL_H
#define FRAME_INTERNAL_H

#include "debug.h"
#include "pick.h"

static inline uint64_t pool_lock(struct mc_frame_pool *pool)
{
	const uint64_t irq = mc_irq_save();

	mc_spin_lock(&pool->lock);
	return irq;
}

static inline void pool_unlock(struct mc_frame_pool *pool, uint64_t irq)
{
	/* If a chunk was broken up meanwhile, it is used before an all-free one in hand. */
	cache_give_up(pool, SLOT_NONE);
	mc_spin_unlock(&pool->lock);
	mc_irq_restore(irq);
}

static inline struct mc_frame_cpu *this_cpu(struct mc_frame_pool *pool)
{
	return &pool->cpus[mc_cpu_id()];
}

/* Count frames that this CPU allocated or freed. Interrupts are off. */
static inline void count_allocated(struct mc_frame_cpu *cpu, uint64_t count)
{
	atomic_store(&cpu->nr_allocated, cpu->nr_allocated + count);
}

static inline void count_freed(struct mc_frame_cpu *cpu, uint64_t count)
{
	atomic_store(&cpu->nr_freed, cpu->nr_freed + count);
}

/* block.c: mc_frame_alloc() and mc_frame_free() for all but single frames. */
int alloc_block(struct mc_frame_pool *pool, unsigned int order, mc_pfn_t *pfn);
int free_block(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order);

/* block.c: mc_frame_free() under the lock, for any order, without calling `on_misuse`. */
int free_locked(struct mc_frame_pool *pool, mc_pfn_t pfn, unsigned int order);

/*
 * single.c: get frames when this CPU owns no free one. Either it has some in hand afterwards, or
 * *taken frames, at most `count`, were taken from a chunk that cannot be owned and are in `frames`.
 * False if there are no more. Interrupts are off.
 */
bool alloc_more(struct mc_frame_pool *pool, mc_pfn_t *frames, size_t count, size_t *taken);

/* single.c: CONFIG_DEBUG_CHECKS: tag a frame as allocated. Interrupts are off. */
void tag_allocated(struct mc_frame_pool *pool, mc_pfn_t pfn);

/*
 * stretch.c: the frames from `pfn` up to `end` are all free, or all not. Under the lock; chunks
 * that a CPU owns may change meanwhile.
 */
struct stretch {
	mc_pfn_t end;
	bool free;
};

struct stretch stretch_at(const struct mc_frame_view *view, mc_pfn_t pfn);

#endif
