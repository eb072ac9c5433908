/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): cursors, where a table has to be found (mercator/cursor.h). */

/* Start at the root again: tables on the way may be gone. */
static void cursor_forget(struct cursor *cursor)
{
	const unsigned int levels = cursor->space->root.levels;

	cursor->entry = NULL;
	cursor->level = levels;
	cursor->way[levels] = (struct cursor_table){
		.table = cursor->space->root.table,
		.all = { UINT64_MAX },
	};
}

int ACCESS(cursor_open)(struct cursor *cursor, struct space *space, virt_addr_t address,
			uint64_t size)
{
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	space_lock(space, address);
	cursor->space = space;
	cursor->start = cursor->at = cursor->found_for = virt_raw(address);
	cursor->end = virt_raw(address) + size;
	cursor->attributes = (struct attributes){ .rights = RIGHT_READ };
	cursor_forget(cursor);
	return 0;
}

/* Whether the page of this level at the cursor can be worked on at all: the errors of every operation. */
static int cursor_check(const struct cursor *cursor, unsigned int level)
{
	if (level < 1 || level > PT_LEAF_MAX)
		return ERR_INVALID;
	if (!is_aligned(cursor->at, pt_span(level)))
		return ERR_MISALIGNED;
	return pt_span(level) > cursor_left(cursor) ? ERR_RANGE : 0;
}

/*
 * Find the way to the cursor's address, down to the table of level `lowest` or as far as there are
 * tables: from the lowest table on that the way there has in common with the last one.
 */
static void cursor_find(struct cursor *cursor, unsigned int lowest)
{
	const struct root *root = &cursor->space->root;
	unsigned int level = cursor->level > lowest ? cursor->level : lowest;

	while (level < root->levels && (cursor->at ^ cursor->found_for) >> pt_shift(level + 1))
		level++;
	for (; level > lowest; level--) {
		struct cursor_table above = cursor->way[level];
		pt_entry_t entry = read_entry(access_entry(root, above.table, cursor->at, level));

		if (!pt_is_table(entry, level))
			break;
		above.table = pt_table_address(entry);
		above.all.raw &= entry.raw;
		above.any.raw |= entry.raw;
		cursor->way[level - 1] = above;
	}
	cursor->level = level;
	cursor->found_for = cursor->at;
	cursor->entry = NULL;
}

/* Have the page's entry and its parent in hand (cursor_page.h), if the page's table is there. */
static void cursor_take(struct cursor *cursor, unsigned int level)
{
	const struct space *space = cursor->space;
	const struct root *root = &space->root;
	const uint64_t size = pt_span(level), index = linear_index(cursor->at, level);
	uint64_t nr_left = cursor_left(cursor) / size;

	cursor_find(cursor, level);
	if (cursor->level != level || level > space->largest_leaf || !access_keeps(root) ||
	    space->physical_limit < size)
		return;
	if (nr_left > PT_ENTRIES - index)
		nr_left = PT_ENTRIES - index;
	cursor->entry = access_entry(root, cursor->way[level].table, cursor->at, level);
	cursor->stop = cursor->entry + nr_left;
	cursor->parent = access_entry(root, cursor->way[level + 1].table, cursor->at, level + 1);
	if (is_pinned(space, level + 1, cursor->at)) {
		cursor->uncounted = pt_with_live((pt_entry_t){ 0 }, 2);
		cursor->parent = &cursor->uncounted;
	}
	cursor->page_size = size;
	cursor->misaligned = size - 1;
	cursor->last_physical = space->physical_limit - size;
	cursor->bits = pt_leaf_bits(as_possible(space, cursor->attributes), level);
}

/* The same for an operation that gives the page attributes. */
MUST_CHECK static int cursor_take_with(struct cursor *cursor, unsigned int level,
				       struct attributes attributes)
{
	int error = attributes_check(cursor_address(cursor), attributes);

	if (error)
		return error;
	cursor->attributes = attributes;
	cursor_take(cursor, level);
	return 0;
}

/* The page at the cursor is done with, by an operation on its range. */
static void cursor_pass(struct cursor *cursor, unsigned int level)
{
	cursor->at += pt_span(level);
	cursor->entry = NULL;
}

int ACCESS(cursor_map)(struct cursor *cursor, unsigned int level, phys_addr_t physical,
		       struct attributes attributes, struct conflict *conflict)
{
	int error = cursor_check(cursor, level);

	if (!error && level > cursor->space->largest_leaf)
		error = ERR_UNSUPPORTED;
	if (!error && !is_aligned(phys_raw(physical), pt_span(level)))
		error = ERR_MISALIGNED;
	if (!error)
		error = cursor_take_with(cursor, level, attributes);
	if (error)
		return error;
	if (cursor_map_page(cursor, level, physical, attributes))
		return 0;
	error = map_any(cursor->space, cursor_address(cursor), physical, pt_span(level), attributes,
			conflict);
	if (!error)
		cursor_pass(cursor, level);
	return error;
}

int ACCESS(cursor_unmap)(struct cursor *cursor, unsigned int level, struct tlb_batch *batch)
{
	struct space *space = cursor->space;
	const struct space *owner = whose_table(space, cursor->at);
	const uint64_t nr_tables = owner->nr_tables;
	int error = cursor_check(cursor, level);

	if (error)
		return error;
	cursor_take(cursor, level);
	if (cursor_unmap_page(cursor, level, batch))
		return 0;
	error = unmap_any(space, cursor_address(cursor), pt_span(level), batch);
	if (error)
		return error;
	/* Tables are made, by splitting, or become empty and go; never both. */
	if (owner->nr_tables < nr_tables)
		cursor_forget(cursor);
	cursor_pass(cursor, level);
	return 0;
}

int ACCESS(cursor_protect)(struct cursor *cursor, unsigned int level, struct attributes attributes,
			   struct tlb_batch *batch, struct conflict *conflict)
{
	int error = cursor_check(cursor, level);

	if (!error)
		error = cursor_take_with(cursor, level, attributes);
	if (error)
		return error;
	if (cursor_protect_page(cursor, level, attributes, batch))
		return 0;
	error = protect_any(cursor->space, cursor_address(cursor), pt_span(level), attributes,
			    batch, conflict);
	if (!error)
		cursor_pass(cursor, level);
	return error;
}

/* Read the entry that ends the way, which goes no lower than `level`. */
static pt_entry_t cursor_look(struct cursor *cursor, unsigned int level)
{
	const struct root *root = &cursor->space->root;

	cursor_find(cursor, level);
	return read_entry(
		access_entry(root, cursor->way[cursor->level].table, cursor->at, cursor->level));
}

int ACCESS(cursor_read_entry)(struct cursor *cursor, unsigned int level, pt_entry_t *entry,
			      unsigned int *found)
{
	if (level < 1 || level > cursor->space->root.levels)
		return ERR_INVALID;
	if (!cursor_left(cursor))
		return ERR_RANGE;
	*entry = cursor_look(cursor, level);
	*found = cursor->level;
	return 0;
}

int ACCESS(cursor_translate)(struct cursor *cursor, struct translation *translation)
{
	pt_entry_t entry;

	if (!cursor_left(cursor))
		return ERR_RANGE;
	entry = cursor_look(cursor, 1);
	if (pt_kind(entry, cursor->level) != PT_LEAF)
		return ERR_NOT_FOUND;
	*translation = cursor_translation(cursor, entry, cursor->level);
	return 0;
}
