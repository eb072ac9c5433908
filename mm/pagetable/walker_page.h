/* SPDX-License-Identifier: MIT */
/*
 * Part of the walker's template (walker.h): the fast path, for one page of 4 KiB or 2 MiB. It is there
 * for speed alone: what it does, the operations on ranges do as well.
 */

/*
 * A place for a page whose table is there: what operations on one page need, which change an entry of
 * that table, and the number of its live entries. They are the usual case, so they are inlined as a whole;
 * in every other case they do nothing and leave it to the operation on ranges. (For 4 KiB, that is then
 * called with the size as a constant, so that no register has to keep it.)
 */
struct page_place {
	mc_pt_entry_t *entry;
	mc_pt_entry_t value;
	mc_pt_entry_t *parent;       /* where the entry is that points at the table, */
	mc_phys_addr_t parent_table; /* in which table, */
	mc_pt_entry_t parent_value;  /* and that entry */
};

/* `level` is that of the page's entry: 1 or 2. */
FOR_LEVELS bool find_page(unsigned int levels, unsigned int level, const struct mc_space *space,
			  mc_virt_addr_t address, struct page_place *place)
{
	const struct mc_root *root = root_of(levels, space);
	const uint64_t offset = mc_virt_raw(address);
	mc_pt_entry_t entry;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return false;
	if (!LIKELY(is_aligned(offset, mc_pt_span(level))))
		return false;
	entry = read_entry(access_entry(root, root->table, top << mc_pt_shift(levels), levels));
	/* No table entry forbids execution but the recursive ones, which are not for mappings. */
	if (!mc_pt_is_executable(entry))
		return false;
#pragma GCC unroll 2
	for (unsigned int above = levels; above > level + 2; above--)
		if (!step_down(root, address, above, &entry))
			return false;
	if (!mc_pt_is_table(entry, level + 2))
		return false;
	place->parent_table = mc_pt_table_address(entry);
	place->parent = access_entry(root, place->parent_table, offset, level + 1);
	place->parent_value = read_entry(place->parent);
	if (!mc_pt_is_table(place->parent_value, level + 1))
		return false;
	place->entry = access_entry(root, mc_pt_table_address(place->parent_value), offset, level);
	place->value = read_entry(place->entry);
	return true;
}

/*
 * Change the page's entry, and the one that counts it. Where a pointer to a table is good only until the
 * access method gives the next, the second is asked for when the first is done with.
 */
FOR_LEVELS void write_page(unsigned int levels, unsigned int level, const struct mc_space *space,
			   uint64_t offset, const struct page_place *place, mc_pt_entry_t value,
			   mc_pt_entry_t parent_value)
{
	const struct mc_root *root;
	mc_pt_entry_t *parent = place->parent;

	write_entry(place->entry, value);
	root = root_of(levels, space); /* not before: the compiler takes the entry for any number */
	if (!access_keeps(root))
		parent = access_entry(root, place->parent_table, offset, level + 1);
	write_entry(parent, parent_value);
}

/* Add the page to the batch, which is changed or gone: see add_leaves(). */
INLINED void add_page(const struct mc_space *space, struct mc_tlb_batch *batch,
		      mc_virt_addr_t address, unsigned int level)
{
	if (level == 1)
		mc_tlb_batch_add_page(batch, address);
	else
		add_leaves(space, batch,
			   mc_virt_raw(address) & (linear_end(space->root.levels) - 1), level, 1);
}
