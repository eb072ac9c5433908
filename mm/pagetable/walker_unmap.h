/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): unmapping. */

struct removal {
	struct mc_space *space;
	struct stock *stock;
	struct mc_tlb_batch *batch;
};

/* The innermost loop: entries of one PT. Returns how many were live. */
static unsigned int remove_leaves(const struct removal *removal, mc_pt_entry_t *entry,
				  uint64_t start, uint64_t end)
{
	unsigned int count = (unsigned int)((end - start) >> MC_FRAME_SHIFT);
	unsigned int removed = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (!read_entry(&entry[i]).raw)
			continue;
		write_entry(&entry[i], (mc_pt_entry_t){ 0 });
		removed++;
	}
	if (removed)
		mc_tlb_batch_add_pages(removal->batch,
				       mc_virt_raw(virtual_of(removal->space, start)),
				       MC_FRAME_SIZE, count);
	return removed;
}

/* Huge leaves that lie side by side, and wholly in [at, end). Returns how many there were. */
static unsigned int remove_huge(const struct removal *removal, mc_pt_entry_t *entry,
				unsigned int level, uint64_t at, uint64_t end)
{
	const unsigned int leaves =
		count_leaves(entry, level, leaves_fitting(MC_PT_LEAF_MAX, level, at, end));

	for (unsigned int i = 0; i < leaves; i++)
		write_entry(&entry[i], (mc_pt_entry_t){ 0 });
	if (leaves)
		add_leaves(removal->space, removal->batch, at, level, leaves);
	return leaves;
}

static unsigned int remove_range(const struct removal *removal, mc_phys_addr_t table,
				 unsigned int level, uint64_t start, uint64_t end);

/*
 * Remove [at, next) below the table entry that is now `value`; true if the table became empty and is
 * unlinked. A leaf table that goes as a whole keeps its entries: nobody reads them once the batch is
 * finished, and a frame may have any contents when it is released.
 */
INLINED bool remove_below(const struct removal *removal, mc_phys_addr_t table, unsigned int level,
			  uint64_t at, uint64_t next, mc_pt_entry_t value)
{
	struct mc_space *space = removal->space;
	unsigned int removed;
	mc_pt_entry_t *entry;

	if (level == 2 && next - at == mc_pt_span(2)) {
		removed = mc_pt_live(value);
		mc_tlb_batch_add_pages(removal->batch, mc_virt_raw(virtual_of(space, at)),
				       MC_FRAME_SIZE, MC_PT_ENTRIES);
	} else {
		removed = remove_range(removal, mc_pt_table_address(value), level - 1, at, next);
	}
	if (is_pinned(space, level, at))
		return false;
	entry = access_entry(&space->root, table, at, level);
	if (removed == mc_pt_live(value)) {
		unlink_table(space, entry, (mc_pt_entry_t){ 0 }, at, level, removal->batch);
		return true;
	}
	write_entry(entry, mc_pt_with_live(value, mc_pt_live(value) - removed));
	return false;
}

/* Second pass: remove [start, end) from one table; returns how many of its entries became absent. */
static unsigned int remove_range(const struct removal *removal, mc_phys_addr_t table,
				 unsigned int level, uint64_t start, uint64_t end)
{
	struct mc_space *space = removal->space;
	unsigned int removed = 0;
	uint64_t next;

	if (level == 1)
		return remove_leaves(removal, access_entry(&space->root, table, start, 1), start,
				     end);

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(&space->root, table, at, level);
		unsigned int absent = count_absent(entry, entries_in(level, at, end));
		mc_pt_entry_t value;

		next = align_down(at, mc_pt_span(level)) + absent * mc_pt_span(level);
		if (absent)
			continue;
		value = read_entry(entry);
		if (mc_pt_is_leaf(value, level)) {
			const unsigned int leaves = remove_huge(removal, entry, level, at, end);

			if (leaves) {
				removed += leaves;
				next = at + leaves * mc_pt_span(level);
				continue;
			}
			value = split_leaf(space, table, align_down(at, mc_pt_span(level)), level,
					   value, removal->stock);
		}
		next = chunk_end(at, end, level);
		removed += remove_below(removal, table, level, at, next, value);
	}
	return removed;
}

/* One page whose table keeps others: one entry, and one less to count. See struct page_place. */
FOR_LEVELS bool unmap_page(unsigned int levels, unsigned int level, struct mc_space *space,
			   mc_virt_addr_t address, struct mc_tlb_batch *batch)
{
	struct page_place place;

	if (!find_page(levels, level, space, address, &place) || !place.value.raw ||
	    mc_pt_is_last_live(place.parent_value))
		return false;
	if (level > 1 && !mc_pt_is_leaf(place.value, level))
		return false;
	write_page(levels, level, space, mc_virt_raw(address), &place, (mc_pt_entry_t){ 0 },
		   mc_pt_remove_live(place.parent_value));
	add_page(space, batch, address, level);
	return true;
}

MC_MUST_CHECK APART static int unmap_range(struct mc_space *space, mc_virt_addr_t address,
					   uint64_t size, struct mc_tlb_batch *batch)
{
	struct stock stock;
	struct removal removal = { .space = space, .stock = &stock, .batch = batch };
	struct common_entry common;
	struct extent extent;
	uint64_t splits;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	common = find_common_entry(space, &extent, true);
	splits = count_splits(space, &common, &extent);
	error = stock_fill(space, &stock, splits);
	if (error)
		return error;
	if (splits)
		settle(batch);
	remove_below(&removal, common.table, common.level, extent.start, extent.end, common.value);
	return 0;
}

/* Not inlined: it would share code, and so registers, with the walk of 4 levels. */
MC_MUST_CHECK APART static int unmap_page_5(struct mc_space *space, mc_virt_addr_t address,
					    struct mc_tlb_batch *batch)
{
	if (unmap_page(5, 1, space, address, batch))
		return 0;
	return unmap_range(space, address, MC_FRAME_SIZE, batch);
}

MC_MUST_CHECK APART static int unmap_larger(struct mc_space *space, mc_virt_addr_t address,
					    uint64_t size, struct mc_tlb_batch *batch)
{
	if (size == mc_pt_span(2) &&
	    (LIKELY(space->root.levels == 4) ? unmap_page(4, 2, space, address, batch)
					     : unmap_page(5, 2, space, address, batch)))
		return 0;
	return unmap_range(space, address, size, batch);
}

INLINED int unmap_any(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_tlb_batch *batch)
{
	if (size != MC_FRAME_SIZE)
		return unmap_larger(space, address, size, batch);
	if (!LIKELY(space->root.levels == 4))
		return unmap_page_5(space, address, batch);
	if (LIKELY(unmap_page(4, 1, space, address, batch)))
		return 0;
	return unmap_range(space, address, MC_FRAME_SIZE, batch);
}

int ACCESS(unmap)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  struct mc_tlb_batch *batch)
{
	int error;

	begin_owing(space, address, batch);
	error = unmap_any(space, address, size, batch);
	space_unlock(space, address);
	return error;
}
