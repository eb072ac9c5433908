/* SPDX-License-Identifier: MIT */
/* What a walk means (mercator/walk.h): the same whichever access method made it. */
#include <mercator/walk.h>

int walk_translate(const struct walk *walk, virt_addr_t address, struct translation *translation)
{
	const struct walk_step *last = &walk->steps[walk->nr_steps - 1];
	struct translation result = { .writable = true, .user = true, .executable = true };
	uint64_t offset;

	if (!walk->nr_steps || last->kind != PT_LEAF)
		return ERR_NOT_FOUND;

	/* Write and user need every level's consent; one level's no-execute is enough. */
	for (unsigned int i = 0; i < walk->nr_steps; i++) {
		pt_entry_t entry = walk->steps[i].entry;

		result.writable &= pt_is_writable(entry);
		result.user &= pt_is_user(entry);
		result.executable &= pt_is_executable(entry);
	}
	result.global = pt_is_global(last->entry);
	result.page_size = pt_span(last->level);
	offset = virt_raw(address) & (result.page_size - 1);
	result.address = phys_addr(phys_raw(pt_leaf_address(last->entry, last->level)) + offset);
	*translation = result;
	return 0;
}
