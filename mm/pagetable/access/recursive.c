/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method: a table of the active space appears where the recursive slot shows it
 * (mercator/recursive.h); for other spaces, see access/second.c. A table that is unlinked or replaced
 * must leave the window at once, or the next table at its place would be written through the old one's
 * translation: see unlink_table() and split_leaf().
 */
#include <mercator/temp_page.h>

#include "../map.h"
#include "../operations.h"
#include "../protect.h"
#include "../translate.h"
#include "../unmap.h"

static inline mc_pt_entry_t *recursive_entry(const struct mc_root *root, mc_phys_addr_t table,
					     uint64_t offset, unsigned int level)
{
	(void)table;
	return mc_own_pointer(
		mc_recursive_entry_address(OWN_SLOT, root->levels, mc_virt_addr(offset), level));
}

static inline mc_pt_entry_t *recursive_root_entry(const struct mc_root *root, unsigned int levels,
						  uint64_t index)
{
	return recursive_entry(root, root->table, index << mc_pt_shift(levels), levels);
}

/* The window shows a table for as long as that is linked. */
static inline bool recursive_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

/* A walk comes only to tables that are linked, and those are all in the window. */
static inline bool recursive_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	(void)table;
	return true;
}

/* A frame that is not linked yet appears in no window. */
static inline void *recursive_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return mc_temp_page_map(frame);
}

const struct access recursive_access = {
	.entry = recursive_entry,
	.root_entry = recursive_root_entry,
	.keeps = recursive_keeps,
	.reaches = recursive_reaches,
	.frame = recursive_frame,
};

int recursive_translate_4(const struct mc_space *space, mc_virt_addr_t address,
			  struct mc_translation *translation)
{
	return walker_translate(&recursive_access, 4, space, address, translation);
}

int recursive_translate_5(const struct mc_space *space, mc_virt_addr_t address,
			  struct mc_translation *translation)
{
	return walker_translate(&recursive_access, 5, space, address, translation);
}

int recursive_translate_address_4(const struct mc_space *space, mc_virt_addr_t address,
				  mc_phys_addr_t *physical)
{
	return walker_translate_address(&recursive_access, 4, space, address, physical);
}

int recursive_translate_address_5(const struct mc_space *space, mc_virt_addr_t address,
				  mc_phys_addr_t *physical)
{
	return walker_translate_address(&recursive_access, 5, space, address, physical);
}

int recursive_map_4(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		    uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&recursive_access, 4, space, address, physical, size, attributes,
			  conflict);
}

int recursive_map_5(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		    uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&recursive_access, 5, space, address, physical, size, attributes,
			  conflict);
}

int recursive_unmap_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_tlb_batch *batch)
{
	return walker_unmap(&recursive_access, 4, space, address, size, batch);
}

int recursive_unmap_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_tlb_batch *batch)
{
	return walker_unmap(&recursive_access, 5, space, address, size, batch);
}

int recursive_protect_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			struct mc_attributes attributes, struct mc_tlb_batch *batch,
			struct mc_conflict *conflict)
{
	return walker_protect(&recursive_access, 4, space, address, size, attributes, batch,
			      conflict);
}

int recursive_protect_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			struct mc_attributes attributes, struct mc_tlb_batch *batch,
			struct mc_conflict *conflict)
{
	return walker_protect(&recursive_access, 5, space, address, size, attributes, batch,
			      conflict);
}

int mc_recursive_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return walker_walk(&recursive_access, root, address, walk);
}
