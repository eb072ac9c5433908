/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): changing attributes. */

struct change {
	struct space *space;
	struct stock *stock;
	struct tlb_batch *batch;
	uint64_t bits[PT_LEAF_MAX + 1]; /* of a leaf, by level, without its address */
};

/* First pass: all of [start, end) must be mapped. */
MUST_CHECK static int scan_mapped(const struct space *space, phys_addr_t table, unsigned int level,
				  uint64_t start, uint64_t end, struct conflict *conflict)
{
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		pt_entry_t *entries = access_table(&space->root, table, at, level);
		pt_entry_t entry = read_entry(&entries[linear_index(at, level)]);
		enum pt_kind kind = pt_kind(entry, level);
		int error = 0;

		next = chunk_end(at, end, level);
		if (kind == PT_TABLE)
			error = scan_mapped(space, pt_table_address(entry), level - 1, at, next,
					    conflict);
		else if (kind != PT_LEAF)
			error = report_conflict(space, conflict, ERR_NOT_FOUND, at, level, entry);
		if (error)
			return error;
	}
	return 0;
}

static void change_leaf(const struct change *change, pt_entry_t *entry, pt_entry_t value,
			unsigned int level, uint64_t linear)
{
	pt_entry_t changed = { phys_raw(pt_leaf_address(value, level)) | change->bits[level] };

	if (changed.raw == value.raw)
		return;
	write_entry(entry, changed);
	add_leaf(change->space, change->batch, linear, level);
}

/* Second pass. A huge leaf that is changed in part is split first, with its old attributes. */
static void change_range(const struct change *change, phys_addr_t table, unsigned int level,
			 uint64_t start, uint64_t end)
{
	struct space *space = change->space;
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		pt_entry_t *entry =
			access_table(&space->root, table, at, level) + linear_index(at, level);
		pt_entry_t value = read_entry(entry);

		next = chunk_end(at, end, level);
		if (pt_kind(value, level) == PT_LEAF) {
			if (next - at == pt_span(level)) {
				change_leaf(change, entry, value, level, at);
				continue;
			}
			value = split_leaf(space, entry, align_down(at, pt_span(level)), level,
					   change->stock);
		}
		change_range(change, pt_table_address(value), level - 1, at, next);
	}
}

int ACCESS(protect)(struct space *space, const struct extent *extent, struct attributes attributes,
		    struct tlb_batch *batch, struct conflict *conflict)
{
	struct stock stock;
	struct change change = { .space = space, .stock = &stock, .batch = batch };
	uint64_t splits = 0;
	int error = scan_mapped(space, space->root.table, space->root.levels, extent->start,
				extent->end, conflict);

	if (!error) {
		splits = count_splits(space, extent);
		error = stock_fill(space, &stock, splits);
	}
	if (error)
		return error;
	if (splits)
		settle(batch);
	for (unsigned int level = 1; level <= PT_LEAF_MAX; level++)
		change.bits[level] = pt_leaf_bits(attributes, level);
	change_range(&change, space->root.table, space->root.levels, extent->start, extent->end);
	return 0;
}
