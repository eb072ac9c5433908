/* SPDX-License-Identifier: MIT */
/* Batches of TLB debt (mercator/tlb.h). */
#include <mercator/platform.h>
#include <mercator/tlb.h>

#include "forget.h"

/* Where a space keeps which batch of this CPU owes something for it: CONFIG_DEBUG_CHECKS only. */
static struct mc_tlb_batch *owing_for(const struct mc_space *space)
{
	return space->owing[mc_cpu_id()];
}

void mc_tlb_check_paid(const struct mc_space *space, const char *when)
{
	const struct mc_tlb_batch *batch;

	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	batch = owing_for(space);
	if (batch)
		mc_panic("TLB batch: the space %s while a batch owes %lu pages and %lu frames",
			 when, batch->nr_pages, batch->nr_frames);
}

void mc_tlb_batch_leave_scope(const struct mc_tlb_batch *batch)
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && !mc_tlb_batch_is_empty(batch))
		mc_panic("TLB batch: it goes out of scope and owes %lu pages and %lu frames",
			 batch->nr_pages, batch->nr_frames);
}

void mc_tlb_batch_check_space(const struct mc_tlb_batch *batch, const struct mc_space *space)
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && batch->space != space)
		mc_panic("TLB batch: it is used for a space that it was not begun for");
}

/* Something is about to be owed. */
void mc_tlb_batch_check_owing(struct mc_tlb_batch *batch)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	if (owing_for(batch->space) && owing_for(batch->space) != batch)
		mc_panic("TLB batch: it is used while another of this CPU owes for the same space");
	batch->space->owing[mc_cpu_id()] = batch;
}

/* All is about to be paid. */
static void forget_debts(const struct mc_tlb_batch *batch)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS) || mc_tlb_batch_is_empty(batch))
		return;
	if (owing_for(batch->space) != batch)
		mc_panic("TLB batch: it is finished by a CPU that is not its own");
	batch->space->owing[mc_cpu_id()] = NULL;
}

void mc_tlb_batch_begin(struct mc_tlb_batch *batch, struct mc_space *space)
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && owing_for(space))
		mc_panic("TLB batch: it is begun while %s owes for the same space",
			 owing_for(space) == batch ? "it" : "another of this CPU");
	batch->space = space;
	batch->nr_pages = 0;
	batch->nr_frames = 0;
}

void tlb_forget(const struct mc_space *space, const mc_virt_addr_t *pages, uint64_t nr_pages)
{
	if (nr_pages > MC_TLB_BATCH_PAGES_MAX) {
		mc_tlb_flush_all();
		return;
	}
	for (uint64_t i = 0; i < nr_pages; i++)
		if (mc_space_may_be_cached(space, pages[i]))
			mc_tlb_invalidate_page(pages[i]);
}

void tlb_forget_not_global(const struct mc_space *active)
{
	mc_tlb_load_root(active->root.table);
}

void mc_tlb_batch_add_pages(struct mc_tlb_batch *batch, mc_virt_addr_t start, uint64_t page_size,
			    uint64_t nr_pages)
{
	if (!mc_space_may_be_cached(batch->space, start))
		return;
	if (nr_pages > MC_TLB_BATCH_PAGES_MAX) {
		mc_tlb_batch_check_owing(batch);
		batch->nr_pages += nr_pages;
		return;
	}
	for (uint64_t i = 0; i < nr_pages; i++)
		mc_tlb_batch_add_page(batch, mc_virt_addr(mc_virt_raw(start) + i * page_size));
}

void mc_tlb_batch_add_frame(struct mc_tlb_batch *batch, mc_pfn_t frame)
{
	if (batch->nr_frames == MC_TLB_BATCH_FRAMES_MAX)
		mc_tlb_batch_finish(batch);
	mc_tlb_batch_check_owing(batch);
	batch->frames[batch->nr_frames++] = frame;
}

void mc_tlb_batch_finish(struct mc_tlb_batch *batch)
{
	const struct mc_frame_source *frames = batch->space->frames;

	tlb_forget(batch->space, batch->pages, batch->nr_pages);
	/* Not before this point: the CPU may have read the tables until now. */
	for (uint64_t i = 0; i < batch->nr_frames; i++)
		frames->release(frames->context, batch->frames[i]);
	forget_debts(batch);
	mc_tlb_batch_begin(batch, batch->space);
}
