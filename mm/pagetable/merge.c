/* SPDX-License-Identifier: MIT */
/* Tables of matching leaves back into huge leaves. */
#include "operations.h"
#include "tables.h"

struct merging {
	struct descent d;
	struct mc_space *space;
	struct mc_tlb_batch *batch;
};

/* The huge leaf of `level` that says the same as the full table below it; false if none does. */
static bool merged_leaf(const struct access *access, const struct mc_space *space,
			mc_phys_addr_t table, uint64_t offset, unsigned int level,
			mc_pt_entry_t *merged)
{
	mc_pt_entry_t *entries = access->entry(&space->root, table, offset, level - 1);
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

/* Merge the table below the entry for `offset`, of d->level, if it can be. */
static void merge_table(const struct access *access, struct descent *d, uint64_t offset,
			mc_pt_entry_t value)
{
	struct merging *merging = (struct merging *)d;
	struct mc_space *space = merging->space;
	mc_pt_entry_t merged;

	if (d->level > space->largest_leaf || mc_pt_live(value) != MC_PT_ENTRIES ||
	    !merged_leaf(access, space, mc_pt_table_address(value), offset, d->level, &merged))
		return;
	/* The small pages go before the frame of their table does: see unlink_table(). */
	add_leaves(space, merging->batch, offset, d->level - 1, MC_PT_ENTRIES);
	unlink_table(space, access->entry(&space->root, d->table[d->level], offset, d->level),
		     merged, offset, d->level, merging->batch);
}

/* Whether [start, end) is all that an entry of d->level spans. */
static bool is_whole(const struct descent *d, uint64_t start, uint64_t end)
{
	return start >= d->start && end - start == mc_pt_span(d->level);
}

static unsigned int merge_many(const struct access *access, struct descent *d, mc_pt_entry_t *entry,
			       uint64_t end)
{
	(void)access;
	(void)d;
	(void)entry;
	(void)end;
	return 0;
}

static enum step merge_one(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			   uint64_t next)
{
	if (!mc_pt_is_table(*value, d->level))
		return STEP_NEXT;
	if (d->level > 2)
		return STEP_DOWN;
	if (is_whole(d, d->at, next))
		merge_table(access, d, d->at, *value);
	return STEP_NEXT;
}

/* From the bottom up, as 2 MiB may become 1 GiB. */
static void merge_leave(const struct access *access, struct descent *d)
{
	const uint64_t start = align_down(d->at - 1, mc_pt_span(d->level));

	if (d->level <= d->space->largest_leaf && is_whole(d, start, d->at))
		merge_table(access, d, start, read_entry(entry_left(access, d)));
}

static const struct pass merge_pass = { merge_many, merge_one, merge_leave };

int walker_merge(const struct access *access, struct mc_space *space, mc_virt_addr_t address,
		 uint64_t size, struct mc_tlb_batch *batch)
{
	struct merging merging = { .space = space, .batch = batch };
	int error = begin_range(&merging.d, space, address, size);

	if (error)
		return error;
	settle(batch);
	error = descend(access, &merge_pass, &merging.d, begin_at_root(&merging.d));
	settle(batch);
	return error;
}
