/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): what is done to roots, for mm/space/space.c. */

/* How many entries of the kernel half are absent, but for the recursive slots; with a stock, fill them. */
static uint64_t fill_absent(struct mc_space *kernel, struct stock *stock)
{
	const unsigned int levels = kernel->root.levels;
	const uint64_t end = linear_end(levels);
	uint64_t count = 0;

	for (uint64_t at = end / 2; at < end; at += mc_pt_span(levels)) {
		const unsigned int index = linear_index(at, levels);

		if (is_recursive_slot(kernel, index) ||
		    read_entry(access_entry(&kernel->root, kernel->root.table, at, levels)).raw)
			continue;
		if (stock)
			link_table(kernel, kernel->root.table, at, levels, stock);
		count++;
	}
	return count;
}

/* Link a table below each of these entries. */
int ACCESS(fill_kernel_half)(struct mc_space *kernel)
{
	const mc_virt_addr_t first = virtual_of(kernel, linear_end(kernel->root.levels) / 2);
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
 *   MC_ERR_NOT_FOUND  an entry of that kernel half is absent
 */
int ACCESS(make_root)(struct mc_space *space, const struct mc_space *like)
{
	const unsigned int half = MC_PT_ENTRIES / 2;
	const mc_pt_entry_t *from =
		access_entry(&like->root, like->root.table, 0, like->root.levels);
	mc_pt_entry_t kernel_half[MC_PT_ENTRIES / 2];
	mc_pt_entry_t *root;
	mc_pfn_t frame;
	int error;

	/* All of it before the frame is looked at: the pointer need not be good after that. */
	for (unsigned int i = half; i < MC_PT_ENTRIES; i++) {
		kernel_half[i - half] = read_entry(&from[i]);
		if (!kernel_half[i - half].raw && !is_recursive_slot(space, i))
			return MC_ERR_NOT_FOUND;
	}
	if (IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		kernel_half[OWN_SLOT - half] = (mc_pt_entry_t){ 0 };
		kernel_half[SECOND_SLOT - half] = (mc_pt_entry_t){ 0 };
	}
	error = space->frames->allocate(space->frames->context, &frame);
	if (error)
		return error;
	space->root.table = mc_phys_of_pfn(frame);
	root = access_frame(space, frame);
	mc_table_zero(root);
	for (unsigned int i = half; i < MC_PT_ENTRIES; i++)
		write_entry(&root[i], kernel_half[i - half]);
	if (space->recursive_slot != MC_SPACE_NOT_RECURSIVE)
		write_entry(
			&root[space->recursive_slot],
			(mc_pt_entry_t){ mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS });
	return 0;
}

/* Write an entry of the root, which need not be in any window: it is taken for any frame. */
int ACCESS(write_root)(const struct mc_space *space, unsigned int index, mc_pt_entry_t entry)
{
	mc_pt_entry_t *root = access_frame(space, mc_phys_pfn(space->root.table));

	write_entry(&root[index], entry);
	return 0;
}
