/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): changing attributes. */

struct change {
	struct mc_space *space;
	struct stock *stock;
	struct mc_tlb_batch *batch;
	uint64_t bits[MC_PT_LEAF_MAX + 1]; /* of a leaf, by level, without its address */
};

/* First pass: all of [start, end) must be mapped. */
MC_MUST_CHECK static int scan_mapped(const struct mc_space *space, mc_phys_addr_t table,
				     unsigned int level, uint64_t start, uint64_t end,
				     struct mc_conflict *conflict)
{
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(&space->root, table, at, level);
		unsigned int leaves =
			count_leaves(entry, level, leaves_fitting(MC_PT_LEAF_MAX, level, at, end));
		mc_pt_entry_t value;
		int error = 0;

		next = at + ((uint64_t)leaves << mc_pt_shift(level));
		if (leaves)
			continue;
		next = chunk_end(at, end, level);
		value = read_entry(entry);
		switch (mc_pt_kind(value, level)) {
		case MC_PT_LEAF: break; /* in part */
		case MC_PT_TABLE:
			error = scan_mapped(space, mc_pt_table_address(value), level - 1, at, next,
					    conflict);
			break;
		default:
			error = report_conflict(space, conflict, MC_ERR_NOT_FOUND, at, level,
						value);
		}
		if (error)
			return error;
	}
	return 0;
}

/*
 * Change leaves side by side: the second pass's inner loop. It writes also what is so already, which
 * nobody can see; what it asks for is whether anything changed at all.
 */
static inline void change_leaves(const struct change *change, mc_pt_entry_t *entry,
				 unsigned int level, uint64_t offset, unsigned int count)
{
	const uint64_t bits = change->bits[level];
	uint64_t difference = 0;

#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++) {
		mc_pt_entry_t value = read_entry(&entry[i]);
		mc_pt_entry_t changed = { mc_phys_raw(mc_pt_leaf_address(value, level)) | bits };

		write_entry(&entry[i], changed);
		difference |= changed.raw ^ value.raw;
	}
	/* To invalidate what did not change, beside what did, is harmless. */
	if (difference)
		add_leaves(change->space, change->batch, offset, level, count);
}

/* Second pass. A huge leaf that is changed in part is split first, with its old attributes. */
static void change_range(const struct change *change, mc_phys_addr_t table, unsigned int level,
			 uint64_t start, uint64_t end)
{
	struct mc_space *space = change->space;
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(&space->root, table, at, level);
		unsigned int leaves = leaves_fitting(MC_PT_LEAF_MAX, level, at, end);
		mc_pt_entry_t value;

		/* In a leaf table, the first pass has seen nothing but leaves. */
		if (level > 1)
			leaves = count_leaves(entry, level, leaves);
		if (leaves) {
			change_leaves(change, entry, level, at, leaves);
			next = at + ((uint64_t)leaves << mc_pt_shift(level));
			continue;
		}
		next = chunk_end(at, end, level);
		value = read_entry(entry);
		if (mc_pt_kind(value, level) == MC_PT_LEAF)
			value = split_leaf(space, table, align_down(at, mc_pt_span(level)), level,
					   value, change->stock);
		change_range(change, mc_pt_table_address(value), level - 1, at, next);
	}
}

/* One page that is mapped as one. See struct page_place. */
FOR_LEVELS bool protect_page(unsigned int levels, unsigned int level, struct mc_space *space,
			     mc_virt_addr_t address, struct mc_attributes attributes,
			     struct mc_tlb_batch *batch)
{
	struct page_place place;
	mc_pt_entry_t changed;

	if (attributes_check(address, attributes) || asks_for_too_much(space, attributes))
		return false;
	if (!find_page(levels, level, space, address, &place) || !mc_pt_is_leaf(place.value, level))
		return false;
	changed.raw = mc_phys_raw(mc_pt_leaf_address(place.value, level)) |
		      mc_pt_leaf_bits(attributes, level);
	if (changed.raw == place.value.raw)
		return true;
	write_entry(place.entry, changed);
	add_page(space, batch, address, level);
	return true;
}

MC_MUST_CHECK APART static int protect_range(struct mc_space *space, mc_virt_addr_t address,
					     uint64_t size, struct mc_attributes attributes,
					     struct mc_tlb_batch *batch,
					     struct mc_conflict *conflict)
{
	struct stock stock;
	struct change change = { .space = space, .stock = &stock, .batch = batch };
	struct common_entry common;
	struct extent extent;
	mc_phys_addr_t table;
	uint64_t splits;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (!error)
		error = attributes_check(address, attributes);
	if (error)
		return error;
	common = find_common_entry(space, &extent, false);
	table = mc_pt_table_address(common.value);
	error = scan_mapped(space, table, common.level - 1, extent.start, extent.end, conflict);
	if (error)
		return error;
	splits = count_splits(space, &common, &extent);
	error = stock_fill(space, &stock, splits);
	if (error)
		return error;
	if (splits)
		settle(batch);
	attributes = as_possible(space, attributes);
	for (unsigned int level = 1; level <= MC_PT_LEAF_MAX; level++)
		change.bits[level] = mc_pt_leaf_bits(attributes, level);
	change_range(&change, table, common.level - 1, extent.start, extent.end);
	return 0;
}

/* Not inlined: it would share code, and so registers, with the walk of 4 levels. */
MC_MUST_CHECK APART static int protect_page_5(struct mc_space *space, mc_virt_addr_t address,
					      struct mc_attributes attributes,
					      struct mc_tlb_batch *batch,
					      struct mc_conflict *conflict)
{
	if (protect_page(5, 1, space, address, attributes, batch))
		return 0;
	return protect_range(space, address, MC_FRAME_SIZE, attributes, batch, conflict);
}

MC_MUST_CHECK APART static int protect_larger(struct mc_space *space, mc_virt_addr_t address,
					      uint64_t size, struct mc_attributes attributes,
					      struct mc_tlb_batch *batch,
					      struct mc_conflict *conflict)
{
	if (size == mc_pt_span(2) &&
	    (LIKELY(space->root.levels == 4)
		     ? protect_page(4, 2, space, address, attributes, batch)
		     : protect_page(5, 2, space, address, attributes, batch)))
		return 0;
	return protect_range(space, address, size, attributes, batch, conflict);
}

INLINED int protect_any(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			struct mc_attributes attributes, struct mc_tlb_batch *batch,
			struct mc_conflict *conflict)
{
	if (size != MC_FRAME_SIZE)
		return protect_larger(space, address, size, attributes, batch, conflict);
	if (!LIKELY(space->root.levels == 4))
		return protect_page_5(space, address, attributes, batch, conflict);
	if (LIKELY(protect_page(4, 1, space, address, attributes, batch)))
		return 0;
	return protect_range(space, address, MC_FRAME_SIZE, attributes, batch, conflict);
}

int ACCESS(protect)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_attributes attributes, struct mc_tlb_batch *batch,
		    struct mc_conflict *conflict)
{
	int error;

	begin_owing(space, address, batch);
	error = protect_any(space, address, size, attributes, batch, conflict);
	space_unlock(space, address);
	return error;
}
