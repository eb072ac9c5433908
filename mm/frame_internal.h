/* SPDX-License-Identifier: MIT */
/* What the allocator's public operations share. */
#ifndef FRAME_INTERNAL_H
#define FRAME_INTERNAL_H

#include "frame_debug.h"
#include "frame_pick.h"

static inline uint64_t pool_lock(struct frame_pool *pool)
{
	const uint64_t irq = arch_irq_save();

	spin_lock(&pool->lock);
	return irq;
}

static inline void pool_unlock(struct frame_pool *pool, uint64_t irq)
{
	spin_unlock(&pool->lock);
	arch_irq_restore(irq);
}

static inline struct frame_cpu *this_cpu(struct frame_pool *pool)
{
	return &pool->cpus[arch_cpu_id()];
}

/* So many frames were allocated (or, if negative, freed) on this CPU, whose interrupts are off. */
static inline void count_frames(struct frame_cpu *cpu, int64_t change)
{
	atomic_store(&cpu->allocated, cpu->allocated + change);
}

/* frame_block.c: frame_alloc() and frame_free() for all but single frames. */
int alloc_block(struct frame_pool *pool, unsigned int order, pfn_t *pfn);
int free_block(struct frame_pool *pool, pfn_t pfn, unsigned int order);

/*
 * frame_block.c: whether the block may be freed: 0, or frame_free()'s error. The block lies in the
 * range that `view` shows. Under the lock.
 */
int check_block(const struct frame_pool *pool, const struct frame_view *view, pfn_t pfn,
		unsigned int order);

/* frame_extent.c: frames from `pfn` on that are all free, or all not, up to `end`. Under the lock. */
struct frame_extent {
	pfn_t end;
	bool free;
};

/* Whether frames in chunks that CPUs have claimed count as free. */
enum cached_frames {
	CACHED_NOT_FREE,
	CACHED_FREE,
};

struct frame_extent extent_at(const struct frame_pool *pool, const struct frame_view *view,
			      pfn_t pfn, enum cached_frames cached);

#endif
