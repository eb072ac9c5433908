/* SPDX-License-Identifier: MIT */
/* The mapper's public face (mercator/mapper.h): it hands on to the access methods' instances. */
#include "../space/root.h"
#include "dispatch.h"

int mc_mapper_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		  uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return DISPATCH(space, map, space, address, physical, size, attributes, conflict);
}

int mc_mapper_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	return DISPATCH(space, unmap, space, address, size, batch);
}

int mc_mapper_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_attributes attributes, struct mc_tlb_batch *batch,
		      struct mc_conflict *conflict)
{
	return DISPATCH(space, protect, space, address, size, attributes, batch, conflict);
}

int mc_mapper_reserve(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      uint64_t payload, struct mc_conflict *conflict)
{
	return DISPATCH(space, reserve, space, address, size, payload, conflict);
}

int mc_mapper_merge(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	return DISPATCH(space, merge, space, address, size, batch);
}

int mc_mapper_translate(const struct mc_space *space, mc_virt_addr_t address,
			struct mc_translation *translation)
{
	return DISPATCH_WITH_4(space, translate, space, address, translation);
}

int mc_mapper_translate_address(const struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t *physical)
{
	return DISPATCH_WITH_4(space, translate_address, space, address, physical);
}

int mc_mapper_read_entry(const struct mc_space *space, mc_virt_addr_t address, unsigned int level,
			 mc_pt_entry_t *entry, unsigned int *found)
{
	return DISPATCH(space, read_entry, space, address, level, entry, found);
}

int mc_mapper_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    mc_mapper_visit_leaf visit, void *context)
{
	return DISPATCH(space, visit, space, address, size, visit, context);
}

int mc_mapper_visit_entries(const struct mc_space *space, mc_mapper_visit_entry visit,
			    void *context)
{
	return DISPATCH(space, visit_entries, space, visit, context);
}

int mc_mapper_visit_tables(const struct mc_space *space, mc_mapper_visit_table visit, void *context)
{
	return DISPATCH(space, visit_tables, space, visit, context);
}

int mapper_fill_kernel_half(struct mc_space *kernel)
{
	return DISPATCH(kernel, fill_kernel_half, kernel);
}

int mapper_make_root(struct mc_space *space, const struct mc_space *like)
{
	return DISPATCH(like, make_root, space, like);
}

int mapper_write_root(const struct mc_space *space, unsigned int index, mc_pt_entry_t entry)
{
	if (HAS_RECURSIVE && uses_second(space)) /* the root may have no recursive entry */
		return second_write_root(space, index, entry);
	return DISPATCH(space, write_root, space, index, entry);
}
