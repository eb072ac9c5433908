/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): what is done to roots, for mm/space.c. */

/* How many entries of the kernel half are absent, but for the recursive slots; with a stock, fill them. */
static uint64_t fill_absent(struct space *kernel, struct stock *stock)
{
	const unsigned int levels = kernel->root.levels;
	const uint64_t end = linear_end(levels);
	uint64_t count = 0;

	for (uint64_t at = end / 2; at < end; at += pt_span(levels)) {
		const unsigned int index = linear_index(at, levels);
		pt_entry_t *entry =
			access_table(&kernel->root, kernel->root.table, at, levels) + index;

		if (is_recursive_slot(kernel, index) || read_entry(entry).raw)
			continue;
		if (stock)
			link_table(kernel, entry, at, stock);
		count++;
	}
	return count;
}

/* Link a table below each of these entries. */
int ACCESS(fill_kernel_half)(struct space *kernel)
{
	const virt_addr_t first = virtual_of(kernel, linear_end(kernel->root.levels) / 2);
	struct stock stock;
	int error;

	space_lock(kernel, first);
	error = stock_fill(kernel, &stock, fill_absent(kernel, NULL));
	if (!error)
		fill_absent(kernel, &stock);
	space_unlock(kernel, first);
	return error;
}

/*
 * Get a frame for the root of `space`, which is filled in but for it, and make the root: the kernel
 * half of `like`, and its own recursive entry.
 *   ERR_NOT_FOUND  an entry of that kernel half is absent
 */
int ACCESS(make_root)(struct space *space, const struct space *like)
{
	const unsigned int levels = like->root.levels;
	pt_entry_t *from = access_table(&like->root, like->root.table, 0, levels);
	pt_entry_t *to;
	pfn_t frame;
	int error = space->frames->allocate(space->frames->context, &frame);

	if (error)
		return error;
	space->root.table = phys_of_pfn(frame);
	to = access_frame(space, frame);
	table_zero(to);
	for (unsigned int i = PT_ENTRIES / 2; i < PT_ENTRIES; i++) {
		const pt_entry_t entry = read_entry(&from[i]);

		write_entry(&to[i], entry);
		if (!entry.raw && !is_recursive_slot(like, i)) {
			space->frames->release(space->frames->context, frame);
			return ERR_NOT_FOUND;
		}
	}
	if (SECOND_SLOT >= 0) {
		write_entry(&to[OWN_SLOT], (pt_entry_t){ 0 });
		write_entry(&to[SECOND_SLOT], (pt_entry_t){ 0 });
	}
	if (space->recursive_slot != SPACE_NOT_RECURSIVE)
		write_entry(&to[space->recursive_slot],
			    (pt_entry_t){ phys_raw(space->root.table) | PT_RECURSIVE_FLAGS });
	return 0;
}

/* Write an entry of the root, which need not be in any window: it is taken for any frame. */
int ACCESS(write_root)(const struct space *space, unsigned int index, pt_entry_t entry)
{
	pt_entry_t *root = access_frame(space, phys_pfn(space->root.table));

	write_entry(&root[index], entry);
	return 0;
}
