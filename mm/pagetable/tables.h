/* SPDX-License-Identifier: MIT */
/*
 * Getting, linking, splitting and unlinking tables, and the count of live entries, which the entry that
 * points at a table keeps.
 */
#ifndef TABLES_H
#define TABLES_H

#include "../space/forget.h"
#include "descent.h"
#include "window.h"

/*
 * Tables below the root in the upper half are shared by all spaces: not counted, never unlinked. Nor is
 * the root: see find_common().
 */
static inline bool is_pinned(const struct mc_space *space, unsigned int level, uint64_t offset)
{
	const unsigned int levels = space->root.levels;

	return level >= levels && (level > levels || is_upper_half(space, offset));
}

/* The space whose number of tables counts one for the address. */
static inline struct mc_space *whose_table(struct mc_space *space, mc_virt_addr_t address)
{
	return space->kernel && mc_pt_is_upper_half(address) ? space->kernel : space;
}

/*
 * Frames got in the first pass for the second. The first few are kept here; each of the others holds
 * the number of the next in its first word.
 */
#define STOCK_FEW 16

struct stock {
	unsigned int nr_few;
	uint64_t nr_chained;
	mc_pfn_t few[STOCK_FEW];
	mc_pfn_t chain;
};

static inline mc_pfn_t stock_take(const struct access *access, const struct mc_space *space,
				  struct stock *stock)
{
	mc_pfn_t frame;

	if (!stock->nr_chained)
		return stock->few[--stock->nr_few];
	frame = stock->chain;
	stock->nr_chained--;
	stock->chain = *(mc_pfn_t *)access->frame(space, frame);
	return frame;
}

static inline void stock_put(const struct access *access, const struct mc_space *space,
			     struct stock *stock, mc_pfn_t frame)
{
	if (stock->nr_few < STOCK_FEW) {
		stock->few[stock->nr_few++] = frame;
		return;
	}
	*(mc_pfn_t *)access->frame(space, frame) = stock->chain;
	stock->chain = frame;
	stock->nr_chained++;
}

static inline void stock_release(const struct access *access, const struct mc_space *space,
				 struct stock *stock)
{
	while (stock->nr_few || stock->nr_chained)
		space->frames->release(space->frames->context, stock_take(access, space, stock));
}

/* Get `count` frames into an empty stock, or none and the frame source's error. */
MC_MUST_CHECK static inline int stock_fill(const struct access *access,
					   const struct mc_space *space, struct stock *stock,
					   uint64_t count)
{
	stock->nr_few = 0;
	stock->nr_chained = 0;
	stock->chain = 0;
	for (uint64_t i = 0; i < count; i++) {
		mc_pfn_t frame;
		int error = space->frames->allocate(space->frames->context, &frame);

		if (error) {
			stock_release(access, space, stock);
			return error;
		}
		stock_put(access, space, stock, frame);
	}
	return 0;
}

/* Link an empty table below the entry in `table`, which is absent. It is zero before it can be seen. */
static inline mc_pt_entry_t link_table(const struct access *access, struct mc_space *space,
				       mc_phys_addr_t table, uint64_t offset, unsigned int level,
				       struct stock *stock)
{
	mc_pfn_t frame = stock_take(access, space, stock);
	mc_pt_entry_t value =
		mc_pt_make_table(mc_phys_of_pfn(frame), !is_upper_half(space, offset));

	mc_table_zero(access->frame(space, frame));
	write_entry(access->entry(&space->root, table, offset, level), value);
	whose_table(space, virtual_of(space, offset))->nr_tables++;
	return value;
}

/*
 * Before a page changes its size, and after, nothing may be owed: the TLB may have the page as it was
 * before an operation of the same batch changed its attributes, and would then hold both sizes with
 * different contents (see split_leaf()).
 */
static inline void settle(struct mc_tlb_batch *batch)
{
	if (!mc_tlb_batch_is_empty(batch))
		mc_tlb_batch_finish(batch);
}

/*
 * Add leaves side by side to the batch, which are changed or gone. A huge leaf is in the window too,
 * once at each level below it: its own memory appears where the table would be. Nobody asks for that,
 * but a CPU that guesses does: the recursive method computes the address before it has read the
 * entry. A table that is linked there later would be written through what the TLB has of the leaf, so
 * that must go with the leaf.
 */
static inline void add_leaves(const struct mc_space *space, struct mc_tlb_batch *batch,
			      uint64_t offset, unsigned int level, unsigned int count)
{
	mc_tlb_batch_add_pages(batch, virtual_of(space, offset), mc_pt_span(level), count);
	for (uint64_t end = offset + count * mc_pt_span(level); offset < end;
	     offset += mc_pt_span(level)) {
		if (level == 1 || batch->nr_pages > MC_TLB_BATCH_PAGES_MAX)
			return; /* no huge leaf, or all of the TLB goes anyway */
		if (has_window(space, virtual_of(space, offset)))
			add_all_window_places(space, batch, virtual_of(space, offset), level);
	}
}

/*
 * Replace the huge leaf in `table`, of `level`, by a table of leaves that say the same. The CPU must
 * not come to hold both sizes with different contents (Intel's erratum on ITLB multihit, AMD erratum
 * 383): so only the size changes here, and it is invalidated at once, before anything else does; in
 * the window as well (see add_leaves()).
 */
static inline mc_pt_entry_t split_leaf(const struct access *access, struct mc_space *space,
				       const struct descent *d, mc_pt_entry_t leaf,
				       struct stock *stock)
{
	const unsigned int level = d->level;
	const uint64_t offset = align_down(d->at, mc_pt_span(level));
	mc_pfn_t frame = stock_take(access, space, stock);
	mc_pt_entry_t *parts = access->frame(space, frame);
	mc_pt_entry_t value =
		mc_pt_make_table(mc_phys_of_pfn(frame), !is_upper_half(space, offset));
	mc_virt_addr_t pages[1 + MC_PT_LEAF_MAX * MC_PT_LEVELS_MAX];
	unsigned int nr_pages = 0;

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		write_entry(&parts[i], mc_pt_split_leaf(leaf, level, i));
	value = mc_pt_with_live(value, MC_PT_ENTRIES);
	write_entry(access->entry(&space->root, d->table[level], offset, level), value);
	whose_table(space, virtual_of(space, offset))->nr_tables++;

	pages[nr_pages++] = virtual_of(space, offset);
	for (unsigned int l = level; l > 1; l--)
		nr_pages += window_places(space, offset, l, &pages[nr_pages]);
	tlb_forget(space, pages, nr_pages);
	return value;
}

/*
 * Put `replacement` (nothing, or a huge leaf) in place of the table below *entry. The frame is
 * released with the batch, after the pages that it translated are invalidated. Two things cannot
 * wait for that, because another table may be linked here before: the window must not show the old
 * table any more, and the CPU must not walk through what it remembers of *entry. One INVLPG does
 * both: it drops all that this CPU remembers of table entries, whatever its address (SDM 3,
 * 4.10.4.1).
 */
static inline void unlink_table(struct mc_space *space, mc_pt_entry_t *entry,
				mc_pt_entry_t replacement, uint64_t offset, unsigned int level,
				struct mc_tlb_batch *batch)
{
	mc_pfn_t frame = mc_phys_pfn(mc_pt_table_address(read_entry(entry)));
	const mc_virt_addr_t address = virtual_of(space, offset);
	mc_virt_addr_t pages[MC_PT_LEVELS_MAX];
	unsigned int nr_pages = window_places(space, offset, level, pages);

	write_entry(entry, replacement);
	whose_table(space, address)->nr_tables--;
	if (!nr_pages)
		pages[nr_pages++] = address;
	tlb_forget(space, pages, nr_pages);
	mc_tlb_batch_add_page(batch, address);
	mc_tlb_batch_add_frame(batch, frame);
}

/*
 * How many tables must be made so that no huge leaf reaches across an edge of the range, which is below
 * its common entry.
 */
static inline uint64_t count_splits(const struct access *access, const struct descent *d)
{
	struct position first, last;
	uint64_t needed = 0;

	if (is_aligned(d->start | d->end, mc_pt_span(d->top - 1)))
		return 0;
	first = locate(access, d->space, d->start, 1);
	last = locate(access, d->space, d->end - 1, 1);
	if (mc_pt_kind(first.value, first.level) == MC_PT_LEAF)
		needed += tables_to_split(first.level, d->start);
	if (mc_pt_kind(last.value, last.level) == MC_PT_LEAF)
		needed += tables_to_split(last.level, d->end);
	if (mc_pt_kind(first.value, first.level) != MC_PT_LEAF ||
	    (d->start ^ (d->end - 1)) >> mc_pt_shift(first.level))
		return needed;

	/* Both edges in one leaf: tables above the level at which the edges part serve both. */
	for (unsigned int level = first.level; level > 1; level--) {
		uint64_t span = mc_pt_span(level);

		if (is_aligned(d->start, span) || is_aligned(d->end, span) ||
		    align_down(d->start, span) != align_down(d->end, span))
			break;
		needed--;
	}
	return needed;
}

#endif
