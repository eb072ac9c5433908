/* SPDX-License-Identifier: MIT */
/*
 * TLB debt as a value. An operation that takes a translation away adds what it took to a batch; the
 * translation may still be used by the CPU, and the frames of tables that were unlinked may still be
 * read by it, until the caller finishes the batch. Only then do the frames go back.
 *
 *	MC_TLB_BATCH(batch, space);
 *
 *	error = mc_mapper_unmap(space, address, size, &batch);
 *	... more operations on the same space ...
 *	mc_tlb_batch_finish(&batch);
 *
 * Invalidation is this CPU's. Where others may have the space active, its user has them flush (by an
 * interrupt) before mc_tlb_batch_finish() gives frames back: this kernel runs on one CPU and has no such
 * thing. For the same reason there is one temporary page, one second slot and one active space.
 *
 * A batch is one caller's, on one CPU, for one space; a CPU has one batch at a time that owes
 * something for a space. It may be finished on the way, when it has no more room or when pages change
 * their size: that is always safe.
 *
 * CONFIG_DEBUG_CHECKS makes sure that debts are paid. While a batch owes something, each of these is a
 * panic that says so: the batch goes out of scope (where MC_TLB_BATCH() has declared it); this CPU begins
 * it again, begins another for the space, or uses another for it; it is finished by another CPU; its
 * space is given up or the CPU's root changes (whoever does that calls mc_tlb_check_paid()). So is a batch
 * that is used for a space it was not begun for.
 */
#ifndef MERCATOR_TLB_H
#define MERCATOR_TLB_H

#include <mercator/space.h>

/*
 * Above this many pages the whole TLB is flushed instead. An INVLPG costs 100 to 200 cycles, a full
 * flush about 500 and the refilling of what was still needed; Linux measured the break-even and
 * settled on 33 (arch/x86/mm/tlb.c, tlb_single_page_flush_ceiling).
 */
#define MC_TLB_BATCH_PAGES_MAX 33

/* Frames of unlinked tables that a batch can hold before it flushes on its own. */
#define MC_TLB_BATCH_FRAMES_MAX 32

struct mc_tlb_batch {
	struct mc_space *space;
	uint64_t
		nr_pages; /* more than MC_TLB_BATCH_PAGES_MAX: not all are kept, flush everything */
	uint64_t nr_frames;
	mc_virt_addr_t
		pages[MC_TLB_BATCH_PAGES_MAX]; /* one address in each: its size does not matter */
	mc_pfn_t frames[MC_TLB_BATCH_FRAMES_MAX];
};

/* Start an empty batch for operations on `space`. */
void mc_tlb_batch_begin(struct mc_tlb_batch *batch, struct mc_space *space);

/*
 * Invalidate what was added, page by page or whole (global pages included), then release the frames.
 * The batch is empty afterwards and may be used again.
 */
void mc_tlb_batch_finish(struct mc_tlb_batch *batch);

/* Whether the batch owes nothing. */
static inline bool mc_tlb_batch_is_empty(const struct mc_tlb_batch *batch)
{
	return !batch->nr_pages && !batch->nr_frames;
}

/*
 * With CONFIG_DEBUG_CHECKS: panic if a batch of this CPU owes something for the space. `when` says
 * what is about to happen, as in "is destroyed".
 */
void mc_tlb_check_paid(const struct mc_space *space, const char *when);

/* Declare a batch and begin it. With CONFIG_DEBUG_CHECKS, leaving its scope is a check too. */
#define MC_TLB_BATCH(name, space)                                                                  \
	struct mc_tlb_batch name __attribute__((cleanup(mc_tlb_batch_leave_scope)));               \
	mc_tlb_batch_begin(&name, (space))

void mc_tlb_batch_leave_scope(const struct mc_tlb_batch *batch);

/* For the mapper, and all of them nothing without CONFIG_DEBUG_CHECKS: the rules above. */
void mc_tlb_batch_check_space(const struct mc_tlb_batch *batch, const struct mc_space *space);
void mc_tlb_batch_check_owing(struct mc_tlb_batch *batch);

/*
 * For the mapper: pages whose translation is gone, and the frame of a table that is unlinked. Nothing
 * is owed for a page that the TLB cannot have. (_of: where the space, which is the batch's, is at hand.)
 */
static inline void mc_tlb_batch_add_page_of(const struct mc_space *space,
					    struct mc_tlb_batch *batch, mc_virt_addr_t page)
{
	if (!mc_space_may_be_cached(space, page))
		return;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		mc_tlb_batch_check_owing(batch);
	if (__builtin_expect(batch->nr_pages < MC_TLB_BATCH_PAGES_MAX, true))
		batch->pages[batch->nr_pages] = page;
	batch->nr_pages++;
}

static inline void mc_tlb_batch_add_page(struct mc_tlb_batch *batch, mc_virt_addr_t page)
{
	mc_tlb_batch_add_page_of(batch->space, batch, page);
}

void mc_tlb_batch_add_pages(struct mc_tlb_batch *batch, mc_virt_addr_t start, uint64_t page_size,
			    uint64_t nr_pages);
void mc_tlb_batch_add_frame(struct mc_tlb_batch *batch, mc_pfn_t frame);

#endif
