/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): tables of matching leaves back into huge leaves. */

/* The huge leaf of `level` that says the same as the full table below it; false if none does. */
static bool merged_leaf(const struct mc_space *space, mc_phys_addr_t table, uint64_t offset,
			unsigned int level, mc_pt_entry_t *merged)
{
	mc_pt_entry_t *entries = access_entry(&space->root, table, offset, level - 1);
	mc_pt_entry_t first = read_entry(&entries[0]);
	mc_pt_entry_t leaf = mc_pt_merge_leaf(first);

	if (mc_pt_kind(first, level - 1) != MC_PT_LEAF ||
	    !is_aligned(mc_phys_raw(mc_pt_leaf_address(first, level - 1)), mc_pt_span(level)))
		return false;
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		if (read_entry(&entries[i]).raw != mc_pt_split_leaf(leaf, level, i).raw)
			return false;
	*merged = leaf;
	return true;
}

/* Only tables that lie wholly in [start, end). From the bottom up, as 2 MiB may become 1 GiB. */
static void merge_range(struct mc_space *space, mc_phys_addr_t table, unsigned int level,
			uint64_t start, uint64_t end, struct mc_tlb_batch *batch)
{
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(&space->root, table, at, level);
		mc_pt_entry_t value = read_entry(entry), merged;

		next = chunk_end(at, end, level);
		if (mc_pt_kind(value, level) != MC_PT_TABLE)
			continue;
		if (level > 2)
			merge_range(space, mc_pt_table_address(value), level - 1, at, next, batch);
		if (level > space->largest_leaf || next - at != mc_pt_span(level) ||
		    mc_pt_live(value) != MC_PT_ENTRIES)
			continue;
		if (!merged_leaf(space, mc_pt_table_address(value), at, level, &merged))
			continue;
		entry = access_entry(&space->root, table, at, level);
		/* The small pages go before the frame of their table does: see unlink_table(). */
		add_leaves(space, batch, at, level - 1, MC_PT_ENTRIES);
		unlink_table(space, entry, merged, at, level, batch);
	}
}

int ACCESS(merge)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  struct mc_tlb_batch *batch)
{
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	begin_owing(space, address, batch);
	settle(batch);
	merge_range(space, space->root.table, space->root.levels, extent.start, extent.end, batch);
	settle(batch);
	space_unlock(space, address);
	return 0;
}
