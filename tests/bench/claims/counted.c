/* SPDX-License-Identifier: MIT */
/*
 * An instance of the walker whose access method reports each entry that it hands out. All methods
 * read and write the same entries, only at different addresses: the receiver computes these.
 */
#include "counted.h"
#include "../../../mm/pagetable/map.h"
#include "../../../mm/pagetable/protect.h"
#include "../../../mm/pagetable/translate.h"
#include "../../../mm/pagetable/unmap.h"
#include "world.h"

static mc_pt_entry_t *counted_table_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	mc_pt_entry_t *entries = world_memory(mc_phys_raw(table));

	(void)root;
	counted_entry(table, offset, level);
	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static mc_pt_entry_t *counted_root_entry(const struct mc_root *root, unsigned int levels,
					 uint64_t index)
{
	return counted_table_entry(root, root->table, index << mc_pt_shift(levels), levels);
}

static bool counted_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static void *counted_frame_pointer(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	counted_frame(frame);
	return world_memory(mc_phys_raw(mc_phys_of_pfn(frame)));
}

static const struct access counted_access = {
	.entry = counted_table_entry,
	.root_entry = counted_root_entry,
	.keeps = counted_keeps,
	.frame = counted_frame_pointer,
};

#define BY_LEVELS(space, operation, with_4, with_5)                                                \
	(LIKELY((space)->root.levels == 4) ? operation with_4 : operation with_5)

int counted_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return BY_LEVELS(
		space, walker_map,
		(&counted_access, 4, space, address, physical, size, attributes, conflict),
		(&counted_access, 5, space, address, physical, size, attributes, conflict));
}

int counted_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  struct mc_tlb_batch *batch)
{
	return BY_LEVELS(space, walker_unmap, (&counted_access, 4, space, address, size, batch),
			 (&counted_access, 5, space, address, size, batch));
}

int counted_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_attributes attributes, struct mc_tlb_batch *batch,
		    struct mc_conflict *conflict)
{
	return BY_LEVELS(space, walker_protect,
			 (&counted_access, 4, space, address, size, attributes, batch, conflict),
			 (&counted_access, 5, space, address, size, attributes, batch, conflict));
}

int counted_translate_address(const struct mc_space *space, mc_virt_addr_t address,
			      mc_phys_addr_t *physical)
{
	return BY_LEVELS(space, walker_translate_address,
			 (&counted_access, 4, space, address, physical),
			 (&counted_access, 5, space, address, physical));
}
