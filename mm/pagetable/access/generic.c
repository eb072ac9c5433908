/* SPDX-License-Identifier: MIT */
/*
 * The generic access method: every table is where the space's own function says that physical memory
 * is, through a function pointer. A kernel that has such a function at compile time does better with
 * an instance of its own: a file like this one, with the function called by name, is as fast as the
 * offset method.
 */
#include "../map.h"
#include "../operations.h"
#include "../protect.h"
#include "../translate.h"
#include "../unmap.h"

static inline mc_pt_entry_t *generic_entry(const struct mc_root *root, mc_phys_addr_t table,
					   uint64_t offset, unsigned int level)
{
	mc_pt_entry_t *entries = root->pointer_to(root->pointer_context, table);

	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static inline mc_pt_entry_t *generic_root_entry(const struct mc_root *root, unsigned int levels,
						uint64_t index)
{
	mc_pt_entry_t *entries = root->table_pointer;

	(void)levels;
	if (!entries)
		entries = root->pointer_to(root->pointer_context, root->table);
	return entries + index;
}

static inline bool generic_keeps(const struct mc_root *root)
{
	return !root->pointers_are_brief;
}

static inline bool generic_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	return root->pointer_to(root->pointer_context, table) != NULL;
}

static inline void *generic_frame(const struct mc_space *space, mc_pfn_t frame)
{
	return space->root.pointer_to(space->root.pointer_context, mc_phys_of_pfn(frame));
}

const struct access generic_access = {
	.entry = generic_entry,
	.root_entry = generic_root_entry,
	.keeps = generic_keeps,
	.reaches = generic_reaches,
	.frame = generic_frame,
};

int generic_translate_4(const struct mc_space *space, mc_virt_addr_t address,
			struct mc_translation *translation)
{
	return walker_translate(&generic_access, 4, space, address, translation);
}

int generic_translate_5(const struct mc_space *space, mc_virt_addr_t address,
			struct mc_translation *translation)
{
	return walker_translate(&generic_access, 5, space, address, translation);
}

int generic_translate_address_4(const struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t *physical)
{
	return walker_translate_address(&generic_access, 4, space, address, physical);
}

int generic_translate_address_5(const struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t *physical)
{
	return walker_translate_address(&generic_access, 5, space, address, physical);
}

int generic_map_4(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		  uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&generic_access, 4, space, address, physical, size, attributes, conflict);
}

int generic_map_5(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		  uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&generic_access, 5, space, address, physical, size, attributes, conflict);
}

int generic_unmap_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	return walker_unmap(&generic_access, 4, space, address, size, batch);
}

int generic_unmap_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	return walker_unmap(&generic_access, 5, space, address, size, batch);
}

int generic_protect_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_attributes attributes, struct mc_tlb_batch *batch,
		      struct mc_conflict *conflict)
{
	return walker_protect(&generic_access, 4, space, address, size, attributes, batch,
			      conflict);
}

int generic_protect_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_attributes attributes, struct mc_tlb_batch *batch,
		      struct mc_conflict *conflict)
{
	return walker_protect(&generic_access, 5, space, address, size, attributes, batch,
			      conflict);
}

int mc_generic_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return walker_walk(&generic_access, root, address, walk);
}
