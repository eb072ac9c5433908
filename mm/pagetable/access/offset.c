/* SPDX-License-Identifier: MIT */
/* The offset access method: every table is in the physical map, at its address plus the offset. */
#include <mercator/physmap.h>

#include "../map.h"
#include "../operations.h"
#include "../protect.h"
#include "../translate.h"
#include "../unmap.h"

static inline mc_pt_entry_t *offset_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	mc_pt_entry_t *entries = mc_physmap_pointer(table);

	(void)root;
	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static inline mc_pt_entry_t *offset_root_entry(const struct mc_root *root, unsigned int levels,
					       uint64_t index)
{
	mc_pt_entry_t *entries = mc_physmap_pointer(root->table);

	(void)levels;
	return entries + index;
}

/* The physical map stays where it is. */
static inline bool offset_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static inline bool offset_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	return mc_physmap_covers(table, MC_FRAME_SIZE);
}

static inline void *offset_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return mc_physmap_pointer(mc_phys_of_pfn(frame));
}

const struct access offset_access = {
	.entry = offset_entry,
	.root_entry = offset_root_entry,
	.keeps = offset_keeps,
	.reaches = offset_reaches,
	.frame = offset_frame,
};

int offset_translate_4(const struct mc_space *space, mc_virt_addr_t address,
		       struct mc_translation *translation)
{
	return walker_translate(&offset_access, 4, space, address, translation);
}

int offset_translate_5(const struct mc_space *space, mc_virt_addr_t address,
		       struct mc_translation *translation)
{
	return walker_translate(&offset_access, 5, space, address, translation);
}

int offset_translate_address_4(const struct mc_space *space, mc_virt_addr_t address,
			       mc_phys_addr_t *physical)
{
	return walker_translate_address(&offset_access, 4, space, address, physical);
}

int offset_translate_address_5(const struct mc_space *space, mc_virt_addr_t address,
			       mc_phys_addr_t *physical)
{
	return walker_translate_address(&offset_access, 5, space, address, physical);
}

int offset_map_4(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		 uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&offset_access, 4, space, address, physical, size, attributes, conflict);
}

int offset_map_5(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		 uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return walker_map(&offset_access, 5, space, address, physical, size, attributes, conflict);
}

int offset_unmap_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		   struct mc_tlb_batch *batch)
{
	return walker_unmap(&offset_access, 4, space, address, size, batch);
}

int offset_unmap_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		   struct mc_tlb_batch *batch)
{
	return walker_unmap(&offset_access, 5, space, address, size, batch);
}

int offset_protect_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     struct mc_attributes attributes, struct mc_tlb_batch *batch,
		     struct mc_conflict *conflict)
{
	return walker_protect(&offset_access, 4, space, address, size, attributes, batch, conflict);
}

int offset_protect_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     struct mc_attributes attributes, struct mc_tlb_batch *batch,
		     struct mc_conflict *conflict)
{
	return walker_protect(&offset_access, 5, space, address, size, attributes, batch, conflict);
}

int mc_offset_walk(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	return walker_walk(&offset_access, root, address, walk);
}
