/* SPDX-License-Identifier: MIT */
/* What is done to roots (mm/space/space.c). */
#include "operations.h"
#include "tables.h"

/* How many entries of the kernel half are absent, but for the recursive slots; with a stock, fill them. */
static uint64_t fill_absent(const struct access *access, struct mc_space *kernel,
			    struct stock *stock)
{
	const unsigned int levels = kernel->root.levels;
	const uint64_t end = offset_end(levels);
	uint64_t count = 0;

	for (uint64_t at = end / 2; at < end; at += mc_pt_span(levels)) {
		const unsigned int index = offset_index(at, levels);

		if (is_recursive_slot(kernel, index) ||
		    read_entry(access->entry(&kernel->root, kernel->root.table, at, levels)).raw)
			continue;
		if (stock)
			link_table(access, kernel, kernel->root.table, at, levels, stock);
		count++;
	}
	return count;
}

int walker_fill_kernel_half(const struct access *access, struct mc_space *kernel)
{
	struct stock stock;
	const int error = stock_fill(access, kernel, &stock, fill_absent(access, kernel, NULL));

	if (!error)
		fill_absent(access, kernel, &stock);
	return error;
}

/* So many entries at a time: a pointer to the one root need not be good when the other is looked at. */
#define PIECE 64

int walker_make_root(const struct access *access, struct mc_space *space,
		     const struct mc_space *like)
{
	const unsigned int levels = like->root.levels;
	mc_pt_entry_t piece[PIECE], *root;
	mc_pfn_t frame;
	int error = space->frames->allocate(space->frames->context, &frame);

	if (error)
		return error;
	mc_table_zero(access->frame(space, frame));
	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i += PIECE) {
		const mc_pt_entry_t *from = access->root_entry(&like->root, levels, i);

		for (unsigned int n = 0; n < PIECE; n++) {
			piece[n] = read_entry(&from[n]);
			if (!piece[n].raw && !is_recursive_slot(space, i + n))
				error = MC_ERR_NOT_FOUND;
		}
		root = access->frame(space, frame);
		for (unsigned int n = 0; n < PIECE; n++)
			write_entry(&root[i + n], piece[n]);
	}
	if (error) {
		space->frames->release(space->frames->context, frame);
		return error;
	}
	if (HAS_RECURSIVE) {
		write_entry(&root[OWN_SLOT], (mc_pt_entry_t){ 0 });
		write_entry(&root[SECOND_SLOT], (mc_pt_entry_t){ 0 });
	}
	space->root.table = mc_phys_of_pfn(frame);
	if (space->recursive_slot != MC_SPACE_NOT_RECURSIVE)
		write_entry(&root[space->recursive_slot], mc_pt_make_recursive(space->root.table));
	return 0;
}

void walker_write_root(const struct access *access, const struct mc_space *space,
		       unsigned int index, mc_pt_entry_t entry)
{
	mc_pt_entry_t *root = access->frame(space, mc_phys_pfn(space->root.table));

	write_entry(&root[index], entry);
}
