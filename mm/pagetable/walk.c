/* SPDX-License-Identifier: MIT */
/* What a walk means (mercator/pagetable.h): the same whichever access method made it. */
#include <mercator/pagetable.h>

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
