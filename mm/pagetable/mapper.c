/* SPDX-License-Identifier: MIT */
/* The mapper's public face (mercator/mapper.h): it hands on to the access methods' instances. */
#include "../space/root.h"
#include "dispatch.h"

int mapper_map(struct space *space, virt_addr_t address, phys_addr_t physical, uint64_t size,
	       struct attributes attributes, struct conflict *conflict)
{
	return DISPATCH(space, map, space, address, physical, size, attributes, conflict);
}

int mapper_unmap(struct space *space, virt_addr_t address, uint64_t size, struct tlb_batch *batch)
{
	return DISPATCH(space, unmap, space, address, size, batch);
}

int mapper_protect(struct space *space, virt_addr_t address, uint64_t size,
		   struct attributes attributes, struct tlb_batch *batch, struct conflict *conflict)
{
	return DISPATCH(space, protect, space, address, size, attributes, batch, conflict);
}

int mapper_reserve(struct space *space, virt_addr_t address, uint64_t size, uint64_t payload,
		   struct conflict *conflict)
{
	return DISPATCH(space, reserve, space, address, size, payload, conflict);
}

int mapper_merge(struct space *space, virt_addr_t address, uint64_t size, struct tlb_batch *batch)
{
	return DISPATCH(space, merge, space, address, size, batch);
}

int mapper_translate(const struct space *space, virt_addr_t address,
		     struct translation *translation)
{
	return DISPATCH_WITH_4(space, translate, space, address, translation);
}

int mapper_translate_address(const struct space *space, virt_addr_t address, phys_addr_t *physical)
{
	return DISPATCH_WITH_4(space, translate_address, space, address, physical);
}

int mapper_read_entry(const struct space *space, virt_addr_t address, unsigned int level,
		      pt_entry_t *entry, unsigned int *found)
{
	return DISPATCH(space, read_entry, space, address, level, entry, found);
}

int mapper_visit(const struct space *space, virt_addr_t address, uint64_t size,
		 mapper_visit_leaf visit, void *context)
{
	return DISPATCH(space, visit, space, address, size, visit, context);
}

int mapper_visit_entries(const struct space *space, mapper_visit_entry visit, void *context)
{
	return DISPATCH(space, visit_entries, space, visit, context);
}

int mapper_visit_tables(const struct space *space, mapper_visit_table visit, void *context)
{
	return DISPATCH(space, visit_tables, space, visit, context);
}

int mapper_fill_kernel_half(struct space *kernel)
{
	return DISPATCH(kernel, fill_kernel_half, kernel);
}

int mapper_make_root(struct space *space, const struct space *like)
{
	return DISPATCH(like, make_root, space, like);
}

int mapper_write_root(const struct space *space, unsigned int index, pt_entry_t entry)
{
	if (HAS_RECURSIVE && uses_second(space)) /* the root may have no recursive entry */
		return second_write_root(space, index, entry);
	return DISPATCH(space, write_root, space, index, entry);
}
