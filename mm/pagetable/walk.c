/* SPDX-License-Identifier: MIT */
/* A walk step by step (mercator/pagetable.h), and to one entry. */
#include "operations.h"
#include "walker.h"

int walker_walk(const struct access *access, const struct mc_root *root, mc_virt_addr_t address,
		struct mc_walk *walk)
{
	mc_phys_addr_t table = root->table;

	walk->nr_steps = 0;
	if (!mc_pt_is_canonical(address, root->levels))
		return MC_ERR_INVALID;

	for (unsigned int level = root->levels; level >= 1; level--) {
		struct mc_walk_step *step = &walk->steps[walk->nr_steps];

		if (!access->reaches(root, table))
			return MC_ERR_RANGE;
		step->level = level;
		step->table = table;
		step->pointer = access->entry(root, table, mc_virt_raw(address), level);
		step->entry = read_entry(step->pointer);
		step->kind = mc_pt_kind(step->entry, level);
		walk->nr_steps++;
		if (step->kind != MC_PT_TABLE)
			break;
		table = mc_pt_table_address(step->entry);
	}
	return 0;
}

int walker_read_entry(const struct access *access, const struct mc_space *space,
		      mc_virt_addr_t address, unsigned int level, mc_pt_entry_t *entry,
		      unsigned int *found)
{
	const unsigned int levels = space->root.levels;
	struct position p;

	if (!mc_pt_is_canonical(address, levels) || level < 1 || level > levels)
		return MC_ERR_INVALID;
	p = locate(access, space, mc_virt_raw(address), level);
	*entry = p.value;
	*found = p.level;
	return 0;
}

/* What a walk means: the same whichever access method made it. */
int mc_walk_translate(const struct mc_walk *walk, mc_virt_addr_t address,
		      struct mc_translation *translation)
{
	const struct mc_walk_step *last = &walk->steps[walk->nr_steps - 1];
	mc_pt_entry_t all = { UINT64_MAX }, any = { 0 };

	if (!walk->nr_steps || last->kind != MC_PT_LEAF)
		return MC_ERR_NOT_FOUND;
	for (unsigned int i = 0; i < walk->nr_steps; i++) {
		all.raw &= walk->steps[i].entry.raw;
		any.raw |= walk->steps[i].entry.raw;
	}
	*translation = mc_translation_of(last->entry, last->level, address, all, any);
	return 0;
}
