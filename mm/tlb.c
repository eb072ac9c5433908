/* SPDX-License-Identifier: MIT */
/* Batches of TLB debt (mercator/tlb.h). */
#include <arch/tlb.h>
#include <mercator/tlb.h>

void tlb_batch_begin(struct tlb_batch *batch, struct space *space)
{
	batch->space = space;
	batch->nr_pages = 0;
	batch->nr_frames = 0;
}

bool tlb_batch_is_empty(const struct tlb_batch *batch)
{
	return !batch->nr_pages && !batch->nr_frames;
}

void tlb_batch_add_pages(struct tlb_batch *batch, uint64_t start, uint64_t page_size,
			 uint64_t nr_pages)
{
	if (!space_may_be_cached(batch->space, virt_addr(start)))
		return;
	if (nr_pages > TLB_BATCH_PAGES_MAX) {
		batch->nr_pages += nr_pages;
		return;
	}
	for (uint64_t i = 0; i < nr_pages; i++)
		tlb_batch_add_page(batch, virt_addr(start + i * page_size));
}

void tlb_batch_add_frame(struct tlb_batch *batch, pfn_t frame)
{
	if (batch->nr_frames == TLB_BATCH_FRAMES_MAX)
		tlb_batch_finish(batch);
	batch->frames[batch->nr_frames++] = frame;
}

void tlb_batch_finish(struct tlb_batch *batch)
{
	const struct frame_source *frames = batch->space->frames;

	if (batch->nr_pages > TLB_BATCH_PAGES_MAX) {
		tlb_flush_all();
	} else {
		for (uint64_t i = 0; i < batch->nr_pages; i++)
			tlb_invalidate_page(batch->pages[i]);
	}
	/* Not before this point: the CPU may have read the tables until now. */
	for (uint64_t i = 0; i < batch->nr_frames; i++)
		frames->release(frames->context, batch->frames[i]);
	tlb_batch_begin(batch, batch->space);
}
