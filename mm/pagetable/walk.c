/* SPDX-License-Identifier: MIT */
/* What a walk means (mercator/pagetable.h): the same whichever access method made it. */
#include <mercator/pagetable.h>

int walk_translate(const struct walk *walk, virt_addr_t address, struct translation *translation)
{
	const struct walk_step *last = &walk->steps[walk->nr_steps - 1];
	pt_entry_t all = { UINT64_MAX }, any = { 0 };

	if (!walk->nr_steps || last->kind != PT_LEAF)
		return ERR_NOT_FOUND;
	for (unsigned int i = 0; i < walk->nr_steps; i++) {
		all.raw &= walk->steps[i].entry.raw;
		any.raw |= walk->steps[i].entry.raw;
	}
	*translation = translation_of(last->entry, last->level, address, all, any);
	return 0;
}
