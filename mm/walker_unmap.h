/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): unmapping. */

struct removal {
	struct space *space;
	struct stock *stock;
	struct tlb_batch *batch;
};

/* The innermost loop: entries of one PT. Returns how many were live. */
static unsigned int remove_leaves(const struct removal *removal, pt_entry_t *entry, uint64_t start,
				  uint64_t end)
{
	unsigned int count = (unsigned int)((end - start) >> FRAME_SHIFT);
	unsigned int removed = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (!read_entry(&entry[i]).raw)
			continue;
		write_entry(&entry[i], (pt_entry_t){ 0 });
		removed++;
	}
	if (removed)
		tlb_batch_add_pages(removal->batch, virt_raw(virtual_of(removal->space, start)),
				    FRAME_SIZE, count);
	return removed;
}

static unsigned int remove_range(const struct removal *removal, phys_addr_t table,
				 unsigned int level, uint64_t start, uint64_t end);

/* Remove [at, next) below the table entry *entry; true if the table became empty and is unlinked. */
static bool remove_below(const struct removal *removal, phys_addr_t table, unsigned int level,
			 uint64_t at, uint64_t next, pt_entry_t value)
{
	struct space *space = removal->space;
	unsigned int removed = remove_range(removal, pt_table_address(value), level - 1, at, next);
	pt_entry_t *entry = access_table(&space->root, table, at, level) + linear_index(at, level);

	if (is_pinned(space, level, at))
		return false;
	if (removed == pt_live(value)) {
		unlink_table(space, entry, (pt_entry_t){ 0 }, at, level, removal->batch);
		return true;
	}
	write_entry(entry, pt_with_live(value, pt_live(value) - removed));
	return false;
}

/* Second pass: remove [start, end) from one table; returns how many of its entries became absent. */
static unsigned int remove_range(const struct removal *removal, phys_addr_t table,
				 unsigned int level, uint64_t start, uint64_t end)
{
	struct space *space = removal->space;
	unsigned int removed = 0;
	uint64_t next;

	if (level == 1)
		return remove_leaves(removal,
				     access_table(&space->root, table, start, 1) +
					     linear_index(start, 1),
				     start, end);

	for (uint64_t at = start; at < end; at = next) {
		pt_entry_t *entry =
			access_table(&space->root, table, at, level) + linear_index(at, level);
		pt_entry_t value = read_entry(entry);
		enum pt_kind kind = pt_kind(value, level);

		next = chunk_end(at, end, level);
		if (kind == PT_ABSENT)
			continue;
		if (kind == PT_LEAF && next - at == pt_span(level)) {
			write_entry(entry, (pt_entry_t){ 0 });
			add_leaf(space, removal->batch, at, level);
			removed++;
			continue;
		}
		if (kind == PT_LEAF)
			value = split_leaf(space, entry, align_down(at, pt_span(level)), level,
					   removal->stock);
		removed += remove_below(removal, table, level, at, next, value);
	}
	return removed;
}

/* One page whose PT keeps other entries: nothing to split, nothing to unlink. */
static inline bool remove_one_page(struct space *space, const struct position *p, uint64_t linear,
				   struct tlb_batch *batch)
{
	pt_entry_t parent;

	if (p->level != 1 || p->kind == PT_ABSENT)
		return false;
	parent = read_entry(p->parent);
	if (pt_live(parent) == 1)
		return false;
	write_entry(p->entry, (pt_entry_t){ 0 });
	write_entry(p->parent, pt_with_live(parent, pt_live(parent) - 1));
	tlb_batch_add_pages(batch, virt_raw(virtual_of(space, linear)), FRAME_SIZE, 1);
	return true;
}

int ACCESS(unmap)(struct space *space, const struct extent *extent, struct tlb_batch *batch)
{
	struct stock stock;
	struct removal removal = { .space = space, .stock = &stock, .batch = batch };
	uint64_t splits;
	int error;

	if (extent->end - extent->start == FRAME_SIZE) {
		struct position p = locate(&space->root, extent->start, 1);

		if (remove_one_page(space, &p, extent->start, batch))
			return 0;
	}
	splits = count_splits(space, extent);
	error = stock_fill(space, &stock, splits);
	if (error)
		return error;
	if (splits)
		settle(batch);
	remove_range(&removal, space->root.table, space->root.levels, extent->start, extent->end);
	return 0;
}
