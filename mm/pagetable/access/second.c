/* SPDX-License-Identifier: MIT */
/*
 * The recursive access method for a space that is not active: its tables appear where the second slot
 * of the active root shows them (mercator/recursive.h), once that leads to its root (second_slot.h).
 * An instance of its own, so that the active space's tables are as quick to reach as without it.
 */
#include <mercator/temp_page.h>

#include "../map.h"
#include "../operations.h"
#include "../protect.h"
#include "../translate.h"
#include "../unmap.h"

static inline mc_pt_entry_t *second_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	const mc_virt_addr_t own =
		mc_recursive_entry_address(OWN_SLOT, root->levels, mc_virt_addr(offset), level);

	(void)table;
	return mc_own_pointer(
		mc_virt_addr(mc_virt_raw(own) +
			     mc_second_window_distance(OWN_SLOT, SECOND_SLOT, root->levels, 0)));
}

static inline mc_pt_entry_t *second_root_entry(const struct mc_root *root, unsigned int levels,
					       uint64_t index)
{
	return second_entry(root, root->table, index << mc_pt_shift(levels), levels);
}

/* The slot may lead to another space before the next operation. */
static inline bool second_keeps(const struct mc_root *root)
{
	(void)root;
	return false;
}

/* These two as in access/recursive.c. */
static inline bool second_reaches(const struct mc_root *root, mc_phys_addr_t table)
{
	(void)root;
	(void)table;
	return true;
}

static inline void *second_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return mc_temp_page_map(frame);
}

const struct access second_access = {
	.entry = second_entry,
	.root_entry = second_root_entry,
	.keeps = second_keeps,
	.reaches = second_reaches,
	.frame = second_frame,
	.begin = second_slot_begin,
	.end = second_slot_end,
};

#define IN_SECOND_SLOT(space, call)                                                                \
	({                                                                                         \
		int error_ = second_slot_begin(space);                                             \
                                                                                                   \
		if (!error_) {                                                                     \
			error_ = (call);                                                           \
			second_slot_end();                                                         \
		}                                                                                  \
		error_;                                                                            \
	})

int second_translate_4(const struct mc_space *space, mc_virt_addr_t address,
		       struct mc_translation *translation)
{
	return IN_SECOND_SLOT(space,
			      walker_translate(&second_access, 4, space, address, translation));
}

int second_translate_5(const struct mc_space *space, mc_virt_addr_t address,
		       struct mc_translation *translation)
{
	return IN_SECOND_SLOT(space,
			      walker_translate(&second_access, 5, space, address, translation));
}

int second_translate_address_4(const struct mc_space *space, mc_virt_addr_t address,
			       mc_phys_addr_t *physical)
{
	return IN_SECOND_SLOT(
		space, walker_translate_address(&second_access, 4, space, address, physical));
}

int second_translate_address_5(const struct mc_space *space, mc_virt_addr_t address,
			       mc_phys_addr_t *physical)
{
	return IN_SECOND_SLOT(
		space, walker_translate_address(&second_access, 5, space, address, physical));
}

int second_map_4(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		 uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return IN_SECOND_SLOT(space, walker_map(&second_access, 4, space, address, physical, size,
						attributes, conflict));
}

int second_map_5(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		 uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return IN_SECOND_SLOT(space, walker_map(&second_access, 5, space, address, physical, size,
						attributes, conflict));
}

int second_unmap_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		   struct mc_tlb_batch *batch)
{
	return IN_SECOND_SLOT(space, walker_unmap(&second_access, 4, space, address, size, batch));
}

int second_unmap_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		   struct mc_tlb_batch *batch)
{
	return IN_SECOND_SLOT(space, walker_unmap(&second_access, 5, space, address, size, batch));
}

int second_protect_4(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     struct mc_attributes attributes, struct mc_tlb_batch *batch,
		     struct mc_conflict *conflict)
{
	return IN_SECOND_SLOT(space, walker_protect(&second_access, 4, space, address, size,
						    attributes, batch, conflict));
}

int second_protect_5(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     struct mc_attributes attributes, struct mc_tlb_batch *batch,
		     struct mc_conflict *conflict)
{
	return IN_SECOND_SLOT(space, walker_protect(&second_access, 5, space, address, size,
						    attributes, batch, conflict));
}
