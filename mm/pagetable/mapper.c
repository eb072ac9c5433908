/* SPDX-License-Identifier: MIT */
/*
 * The mapper's public face (mercator/mapper.h): it takes the space's lock, and hands on to the access
 * methods' instances (access/) or to what is compiled once for all methods (operations.h).
 */
#include "../space/lock.h"
#include "../space/root.h"
#include "check.h"
#include "dispatch.h"
#include "operations.h"

/* For an operation that adds to a batch. */
static inline void begin_owing(struct mc_space *space, mc_virt_addr_t address,
			       const struct mc_tlb_batch *batch)
{
	space_lock(space, address);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		mc_tlb_batch_check_space(batch, space);
}

int mc_mapper_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		  uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	int error;

	space_lock(space, address);
	error = mapper_map(space, address, physical, size, attributes, conflict);
	space_unlock(space, address);
	return error;
}

int mc_mapper_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	int error;

	begin_owing(space, address, batch);
	error = mapper_unmap(space, address, size, batch);
	space_unlock(space, address);
	return error;
}

int mc_mapper_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      struct mc_attributes attributes, struct mc_tlb_batch *batch,
		      struct mc_conflict *conflict)
{
	int error;

	begin_owing(space, address, batch);
	error = mapper_protect(space, address, size, attributes, batch, conflict);
	space_unlock(space, address);
	return error;
}

int mc_mapper_translate(const struct mc_space *space, mc_virt_addr_t address,
			struct mc_translation *translation)
{
	return DISPATCH(space, (space, address, translation), offset_translate_4,
			recursive_translate_4, generic_translate_4, second_translate_4,
			offset_translate_5, recursive_translate_5, generic_translate_5,
			second_translate_5);
}

int mc_mapper_translate_address(const struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t *physical)
{
	return DISPATCH(space, (space, address, physical), offset_translate_address_4,
			recursive_translate_address_4, generic_translate_address_4,
			second_translate_address_4, offset_translate_address_5,
			recursive_translate_address_5, generic_translate_address_5,
			second_translate_address_5);
}

int mc_mapper_reserve(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		      uint64_t payload, struct mc_conflict *conflict)
{
	const struct access *access = access_of(space);
	int error = access_begin(access, space);

	if (error)
		return error;
	space_lock(space, address);
	error = walker_reserve(access, space, address, size, payload, conflict);
	space_unlock(space, address);
	access_end(access);
	return error;
}

int mc_mapper_merge(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_tlb_batch *batch)
{
	const struct access *access = access_of(space);
	int error = access_begin(access, space);

	if (error)
		return error;
	begin_owing(space, address, batch);
	error = walker_merge(access, space, address, size, batch);
	space_unlock(space, address);
	access_end(access);
	return error;
}

int mc_mapper_read_entry(const struct mc_space *space, mc_virt_addr_t address, unsigned int level,
			 mc_pt_entry_t *entry, unsigned int *found)
{
	const struct access *access = access_of(space);
	int error = access_begin(access, space);

	if (error)
		return error;
	error = walker_read_entry(access, space, address, level, entry, found);
	access_end(access);
	return error;
}

static int visit_extent(const struct mc_space *space, const struct extent *extent,
			unsigned int kinds, mc_visit visit, void *context)
{
	const struct access *access = access_of(space);
	int error = access_begin(access, space);

	if (error)
		return error;
	error = walker_visit(access, space, extent, kinds, visit, context);
	access_end(access);
	return error;
}

int mc_mapper_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    unsigned int kinds, mc_visit visit, void *context)
{
	struct extent extent;
	const int error = range_check(space, space->root.levels, address, size, &extent);

	return error ? error : visit_extent(space, &extent, kinds, visit, context);
}

int mc_mapper_visit_all(const struct mc_space *space, unsigned int kinds, mc_visit visit,
			void *context)
{
	const struct extent all = { 0, offset_end(space->root.levels) };

	return visit_extent(space, &all, kinds, visit, context);
}

int mapper_fill_kernel_half(struct mc_space *kernel)
{
	const mc_virt_addr_t first = virtual_of(kernel, offset_end(kernel->root.levels) / 2);
	const struct access *access = access_of(kernel);
	int error = access_begin(access, kernel);

	if (error)
		return error;
	space_lock(kernel, first);
	error = walker_fill_kernel_half(access, kernel);
	space_unlock(kernel, first);
	access_end(access);
	return error;
}

int mapper_make_root(struct mc_space *space, const struct mc_space *like)
{
	const struct access *access = access_of(like);
	int error = access_begin(access, like);

	if (error)
		return error;
	error = walker_make_root(access, space, like);
	access_end(access);
	return error;
}

/* Not begun: the root of a space that is not active may have no recursive entry, and needs none here. */
int mapper_write_root(const struct mc_space *space, unsigned int index, mc_pt_entry_t entry)
{
	const struct access *access = access_of(space);

	if (!access)
		return MC_ERR_UNSUPPORTED;
	walker_write_root(access, space, index, entry);
	return 0;
}
