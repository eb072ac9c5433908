/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): cursors, where a table has to be found (mercator/cursor.h). */

/* Start at the root again: tables on the way may be gone. */
static void cursor_forget(struct mc_cursor *cursor)
{
	const unsigned int levels = cursor->space->root.levels;

	cursor->entry = NULL;
	cursor->level = levels;
	cursor->way[levels] = (struct mc_cursor_table){
		.table = cursor->space->root.table,
		.all = { UINT64_MAX },
	};
}

int ACCESS(cursor_open)(struct mc_cursor *cursor, struct mc_space *space, mc_virt_addr_t address,
			uint64_t size)
{
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	space_lock(space, address);
	cursor->space = space;
	cursor->start = cursor->at = cursor->found_for = mc_virt_raw(address);
	cursor->end = mc_virt_raw(address) + size;
	cursor->attributes = (struct mc_attributes){ .rights = MC_RIGHT_READ };
	cursor_forget(cursor);
	return 0;
}

/* Whether the page of this level at the cursor can be worked on at all: the errors of every operation. */
static int cursor_check(const struct mc_cursor *cursor, unsigned int level)
{
	if (level < 1 || level > MC_PT_LEAF_MAX)
		return MC_ERR_INVALID;
	if (!is_aligned(cursor->at, mc_pt_span(level)))
		return MC_ERR_MISALIGNED;
	return mc_pt_span(level) > mc_cursor_left(cursor) ? MC_ERR_RANGE : 0;
}

/*
 * Find the way to the cursor's address, down to the table of level `lowest` or as far as there are
 * tables: from the lowest table on that the way there has in common with the last one.
 */
static void cursor_find(struct mc_cursor *cursor, unsigned int lowest)
{
	const struct mc_root *root = &cursor->space->root;
	unsigned int level = cursor->level > lowest ? cursor->level : lowest;

	while (level < root->levels && (cursor->at ^ cursor->found_for) >> mc_pt_shift(level + 1))
		level++;
	for (; level > lowest; level--) {
		struct mc_cursor_table above = cursor->way[level];
		mc_pt_entry_t entry =
			read_entry(access_entry(root, above.table, cursor->at, level));

		if (!mc_pt_is_table(entry, level))
			break;
		above.table = mc_pt_table_address(entry);
		above.all.raw &= entry.raw;
		above.any.raw |= entry.raw;
		cursor->way[level - 1] = above;
	}
	cursor->level = level;
	cursor->found_for = cursor->at;
	cursor->entry = NULL;
}

/* Have the page's entry and its parent in hand (cursor_page.h), if the page's table is there. */
static void cursor_take(struct mc_cursor *cursor, unsigned int level)
{
	const struct mc_space *space = cursor->space;
	const struct mc_root *root = &space->root;
	const uint64_t size = mc_pt_span(level), index = linear_index(cursor->at, level);
	uint64_t nr_left = mc_cursor_left(cursor) / size;

	cursor_find(cursor, level);
	if (cursor->level != level || level > space->largest_leaf || !access_keeps(root) ||
	    space->physical_limit < size)
		return;
	if (nr_left > MC_PT_ENTRIES - index)
		nr_left = MC_PT_ENTRIES - index;
	cursor->entry = access_entry(root, cursor->way[level].table, cursor->at, level);
	cursor->stop = cursor->entry + nr_left;
	cursor->parent = access_entry(root, cursor->way[level + 1].table, cursor->at, level + 1);
	if (is_pinned(space, level + 1, cursor->at)) {
		cursor->uncounted = mc_pt_with_live((mc_pt_entry_t){ 0 }, 2);
		cursor->parent = &cursor->uncounted;
	}
	cursor->page_size = size;
	cursor->misaligned = size - 1;
	cursor->last_physical = space->physical_limit - size;
	cursor->bits = mc_pt_leaf_bits(as_possible(space, cursor->attributes), level);
}

/* The same for an operation that gives the page attributes. */
MC_MUST_CHECK static int cursor_take_with(struct mc_cursor *cursor, unsigned int level,
					  struct mc_attributes attributes)
{
	int error = attributes_check(mc_cursor_address(cursor), attributes);

	if (error)
		return error;
	cursor->attributes = attributes;
	cursor_take(cursor, level);
	return 0;
}

/* The page at the cursor is done with, by an operation on its range. */
static void cursor_pass(struct mc_cursor *cursor, unsigned int level)
{
	cursor->at += mc_pt_span(level);
	cursor->entry = NULL;
}

int ACCESS(cursor_map)(struct mc_cursor *cursor, unsigned int level, mc_phys_addr_t physical,
		       struct mc_attributes attributes, struct mc_conflict *conflict)
{
	int error = cursor_check(cursor, level);

	if (!error && level > cursor->space->largest_leaf)
		error = MC_ERR_UNSUPPORTED;
	if (!error && !is_aligned(mc_phys_raw(physical), mc_pt_span(level)))
		error = MC_ERR_MISALIGNED;
	if (!error)
		error = cursor_take_with(cursor, level, attributes);
	if (error)
		return error;
	if (cursor_map_page(cursor, level, physical, attributes))
		return 0;
	error = map_any(cursor->space, mc_cursor_address(cursor), physical, mc_pt_span(level),
			attributes, conflict);
	if (!error)
		cursor_pass(cursor, level);
	return error;
}

int ACCESS(cursor_unmap)(struct mc_cursor *cursor, unsigned int level, struct mc_tlb_batch *batch)
{
	struct mc_space *space = cursor->space;
	const struct mc_space *owner = whose_table(space, cursor->at);
	const uint64_t nr_tables = owner->nr_tables;
	int error = cursor_check(cursor, level);

	if (error)
		return error;
	cursor_take(cursor, level);
	if (cursor_unmap_page(cursor, level, batch))
		return 0;
	error = unmap_any(space, mc_cursor_address(cursor), mc_pt_span(level), batch);
	if (error)
		return error;
	/* Tables are made, by splitting, or become empty and go; never both. */
	if (owner->nr_tables < nr_tables)
		cursor_forget(cursor);
	cursor_pass(cursor, level);
	return 0;
}

int ACCESS(cursor_protect)(struct mc_cursor *cursor, unsigned int level,
			   struct mc_attributes attributes, struct mc_tlb_batch *batch,
			   struct mc_conflict *conflict)
{
	int error = cursor_check(cursor, level);

	if (!error)
		error = cursor_take_with(cursor, level, attributes);
	if (error)
		return error;
	if (cursor_protect_page(cursor, level, attributes, batch))
		return 0;
	error = protect_any(cursor->space, mc_cursor_address(cursor), mc_pt_span(level), attributes,
			    batch, conflict);
	if (!error)
		cursor_pass(cursor, level);
	return error;
}

/* Read the entry that ends the way, which goes no lower than `level`. */
static mc_pt_entry_t cursor_look(struct mc_cursor *cursor, unsigned int level)
{
	const struct mc_root *root = &cursor->space->root;

	cursor_find(cursor, level);
	return read_entry(
		access_entry(root, cursor->way[cursor->level].table, cursor->at, cursor->level));
}

int ACCESS(cursor_read_entry)(struct mc_cursor *cursor, unsigned int level, mc_pt_entry_t *entry,
			      unsigned int *found)
{
	if (level < 1 || level > cursor->space->root.levels)
		return MC_ERR_INVALID;
	if (!mc_cursor_left(cursor))
		return MC_ERR_RANGE;
	*entry = cursor_look(cursor, level);
	*found = cursor->level;
	return 0;
}

int ACCESS(cursor_translate)(struct mc_cursor *cursor, struct mc_translation *translation)
{
	mc_pt_entry_t entry;

	if (!mc_cursor_left(cursor))
		return MC_ERR_RANGE;
	entry = cursor_look(cursor, 1);
	if (mc_pt_kind(entry, cursor->level) != MC_PT_LEAF)
		return MC_ERR_NOT_FOUND;
	*translation = cursor_translation(cursor, entry, cursor->level);
	return 0;
}
