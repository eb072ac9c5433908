/* SPDX-License-Identifier: MIT */
/*
 * Translating. What most addresses lead to, a 4 KiB leaf, is straight on. The levels are written out where
 * the exits of a loop would share their code, and each level would pay for what that code needs.
 */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include "walker.h"

INLINED int translate_by(mc_pt_entry_t entry, unsigned int level, mc_virt_addr_t address,
			 mc_phys_addr_t *physical)
{
	if (!LIKELY(mc_pt_is_leaf(entry, level)))
		return MC_ERR_NOT_FOUND;
	*physical = mc_pt_leaf_translate(entry, level, address);
	return 0;
}

MC_MUST_CHECK APART int translate_in_1_gib(mc_pt_entry_t entry, mc_virt_addr_t address,
					   mc_phys_addr_t *physical)
{
	return translate_by(entry, 3, address, physical);
}

MC_MUST_CHECK APART int translate_in_2_mib(mc_pt_entry_t entry, mc_virt_addr_t address,
					   mc_phys_addr_t *physical)
{
	return translate_by(entry, 2, address, physical);
}

INLINED int walker_translate_address(const struct access *access, unsigned int levels,
				     const struct mc_space *space, mc_virt_addr_t address,
				     mc_phys_addr_t *physical)
{
	const struct mc_root *root = root_of(levels, space);
	mc_pt_entry_t entry;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return MC_ERR_INVALID;
	entry = read_entry(access->root_entry(root, levels, top));
	if (levels == 5 && !step_down(access, root, address, 5, &entry))
		return MC_ERR_NOT_FOUND;
	if (!step_down(access, root, address, 4, &entry))
		return MC_ERR_NOT_FOUND;
	if (!step_down(access, root, address, 3, &entry))
		return translate_in_1_gib(entry, address, physical);
	if (!step_down(access, root, address, 2, &entry))
		return translate_in_2_mib(entry, address, physical);
	return translate_by(entry, 1, address, physical);
}

/* The same with everything that the way says: here, what is kept for the exits is needed anyway. */
MC_MUST_CHECK APART int translate_higher(mc_pt_entry_t entry, unsigned int level,
					 mc_virt_addr_t address, mc_pt_entry_t all,
					 mc_pt_entry_t any, struct mc_translation *translation)
{
	if (mc_pt_kind(entry, level) != MC_PT_LEAF)
		return MC_ERR_NOT_FOUND;
	*translation = mc_translation_of(entry, level, address, all, any);
	return 0;
}

INLINED int walker_translate(const struct access *access, unsigned int levels,
			     const struct mc_space *space, mc_virt_addr_t address,
			     struct mc_translation *translation)
{
	const struct mc_root *root = root_of(levels, space);
	mc_pt_entry_t entry, all, any;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return MC_ERR_INVALID;
	entry = read_entry(access->root_entry(root, levels, top));
	all = any = entry;
#pragma GCC unroll 5
	for (unsigned int level = levels; level > 1; level--) {
		if (!step_down(access, root, address, level, &entry))
			return translate_higher(entry, level, address, all, any, translation);
		all.raw &= entry.raw;
		any.raw |= entry.raw;
	}
	if (!LIKELY(mc_pt_is_leaf(entry, 1)))
		return MC_ERR_NOT_FOUND;
	*translation = mc_translation_of(entry, 1, address, all, any);
	return 0;
}

#endif
