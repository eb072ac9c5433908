/* SPDX-License-Identifier: MIT */
/* Unmapping. */
#ifndef UNMAP_H
#define UNMAP_H

#include "page.h"
#include "tables.h"

struct removal {
	struct descent d;
	struct mc_space *space;
	struct stock stock;
	struct mc_tlb_batch *batch;
};

/* The innermost loop: entries of one PT, up to `end`. Returns how many there are. */
INLINED unsigned int remove_pages(struct removal *removal, mc_pt_entry_t *entry, uint64_t end)
{
	struct descent *d = &removal->d;
	const unsigned int count = entries_in(1, d->at, end);
	unsigned int removed = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (!read_entry(&entry[i]).raw)
			continue;
		write_entry(&entry[i], (mc_pt_entry_t){ 0 });
		removed++;
	}
	if (removed)
		mc_tlb_batch_add_pages(removal->batch, virtual_of(removal->space, d->at),
				       MC_FRAME_SIZE, count);
	d->changed[1] += removed;
	return count;
}

/* Huge leaves that lie side by side, and wholly before `end`. Returns how many there were. */
INLINED unsigned int remove_huge(struct removal *removal, mc_pt_entry_t *entry, uint64_t end)
{
	struct descent *d = &removal->d;
	const unsigned int leaves =
		count_leaves(entry, d->level, leaves_fitting(MC_PT_LEAF_MAX, d->level, d->at, end));

	for (unsigned int i = 0; i < leaves; i++)
		write_entry(&entry[i], (mc_pt_entry_t){ 0 });
	if (leaves)
		add_leaves(removal->space, removal->batch, d->at, d->level, leaves);
	d->changed[d->level] += leaves;
	return leaves;
}

PASSED unsigned int remove_many(const struct access *access, struct descent *d,
				mc_pt_entry_t *entry, uint64_t end)
{
	struct removal *removal = (struct removal *)d;
	unsigned int absent;

	(void)access;
	if (d->level == 1)
		return remove_pages(removal, entry, end);
	absent = count_absent(entry, entries_in(d->level, d->at, end));
	return absent ? absent : remove_huge(removal, entry, end);
}

/*
 * A leaf table that goes as a whole keeps its entries: nobody reads them once the batch is finished, and a
 * frame may have any contents when it is released.
 */
PASSED enum step remove_one(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			    uint64_t next)
{
	struct removal *removal = (struct removal *)d;
	struct mc_space *space = removal->space;

	if (mc_pt_is_leaf(*value, d->level)) /* in part */
		*value = split_leaf(access, space, d, *value, &removal->stock);
	if (d->level > 2 || next - d->at < mc_pt_span(2))
		return STEP_DOWN;
	mc_tlb_batch_add_pages(removal->batch, virtual_of(space, d->at), MC_FRAME_SIZE,
			       MC_PT_ENTRIES);
	unlink_table(space, access->entry(&space->root, d->table[2], d->at, 2),
		     (mc_pt_entry_t){ 0 }, d->at, 2, removal->batch);
	d->changed[2]++;
	return STEP_NEXT;
}

/* Count what is left of the table; without any, it goes. */
PASSED void remove_leave(const struct access *access, struct descent *d)
{
	struct removal *removal = (struct removal *)d;
	mc_pt_entry_t *entry, value;
	unsigned int live;

	if (is_pinned(d->space, d->level, d->at - 1))
		return;
	entry = entry_left(access, d);
	value = read_entry(entry);
	live = mc_pt_live(value) - d->changed[d->level - 1];
	if (live) {
		write_entry(entry, mc_pt_with_live(value, live));
		return;
	}
	unlink_table(removal->space, entry, (mc_pt_entry_t){ 0 }, d->at - MC_FRAME_SIZE, d->level,
		     removal->batch);
	d->changed[d->level]++;
}

static const struct pass remove_pass = { remove_many, remove_one, remove_leave };

MC_MUST_CHECK APART int unmap_range(const struct access *access, struct mc_space *space,
				    mc_virt_addr_t address, uint64_t size,
				    struct mc_tlb_batch *batch)
{
	struct removal removal;
	int error = begin_range(&removal.d, space, address, size);
	mc_pt_entry_t common;
	uint64_t splits;

	if (error)
		return error;
	removal.space = space;
	removal.batch = batch;
	common = find_common(access, &removal.d, true);
	splits = count_splits(access, &removal.d);
	error = stock_fill(access, space, &removal.stock, splits);
	if (error)
		return error;
	if (splits)
		settle(batch);
	return descend(access, &remove_pass, &removal.d, common);
}

/* One page whose table keeps others: one entry, and one less to count. */
INLINED bool unmap_page(const struct access *access, unsigned int levels, unsigned int level,
			const struct page_request *request)
{
	struct mc_space *space = request->space;
	struct page_place place;

	if (!find_page(access, levels, level, space, request->address, &place) ||
	    !place_unmap(&place, level))
		return false;
	write_page(access, levels, level, space, mc_virt_raw(request->address), &place);
	add_page(levels, space, request->batch, request->address, level);
	return true;
}

/* The last page of a leaf table, in a table that keeps others: the leaf table goes. */
INLINED bool unmap_last_page(const struct access *access, unsigned int levels, unsigned int level,
			     const struct page_request *request)
{
	struct mc_space *space = request->space;
	const struct mc_root *root = root_of(levels, space);
	const uint64_t offset = mc_virt_raw(request->address);
	const mc_virt_addr_t above = mc_virt_addr(align_down(offset, mc_pt_span(level + 1)));
	struct page_place place;

	if (!is_aligned(offset, MC_FRAME_SIZE) ||
	    !find_page(access, levels, level + 1, space, above, &place) ||
	    !mc_pt_is_table(place.value, level + 1) || !mc_pt_is_last_live(place.value) ||
	    !mc_pt_remove_live(&place.parent_value) ||
	    !read_entry(access->entry(root, mc_pt_table_address(place.value), offset, level)).raw)
		return false;
	if (!access->keeps(root))
		place.entry = access->entry(root, mc_pt_table_address(place.parent_value), offset,
					    level + 1);
	unlink_table(space, place.entry, (mc_pt_entry_t){ 0 }, offset & (offset_end(levels) - 1),
		     level + 1, request->batch);
	if (!access->keeps(root))
		place.parent = access->entry(root, place.parent_table, offset, level + 2);
	write_entry(place.parent, place.parent_value);
	return true;
}

MC_MUST_CHECK APART int unmap_last(const struct access *access, struct mc_space *space,
				   mc_virt_addr_t address, struct mc_tlb_batch *batch)
{
	const struct page_request request = { .space = space, .address = address, .batch = batch };

	if (for_levels(access, unmap_last_page, 1, &request))
		return 0;
	return unmap_range(access, space, address, MC_FRAME_SIZE, batch);
}

MC_MUST_CHECK APART int unmap_larger(const struct access *access, struct mc_space *space,
				     mc_virt_addr_t address, uint64_t size,
				     struct mc_tlb_batch *batch)
{
	const struct page_request request = { space, address, size, mc_phys_addr(0), 0, batch };

	if (on_larger_page(access, unmap_page, &request))
		return 0;
	return unmap_range(access, space, address, size, batch);
}

INLINED int walker_unmap(const struct access *access, unsigned int levels, struct mc_space *space,
			 mc_virt_addr_t address, uint64_t size, struct mc_tlb_batch *batch)
{
	const struct page_request request = { space, address, size, mc_phys_addr(0), 0, batch };

	if (!LIKELY(size == MC_FRAME_SIZE))
		return unmap_larger(access, space, address, size, batch);
	if (LIKELY(unmap_page(access, levels, 1, &request)))
		return 0;
	return unmap_last(access, space, address, batch);
}

#endif
