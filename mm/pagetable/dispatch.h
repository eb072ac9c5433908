/* SPDX-License-Identifier: MIT */
/*
 * Which access method's instance does an operation: the only place where space->root.method is looked at,
 * once an operation. Calls are direct; where one method is built in, one comparison is left of it.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "access.h"
#include "inline.h"
#include "second_slot.h"

#define HAS_OFFSET  IS_ENABLED(CONFIG_MAPPER_OFFSET)
#define HAS_GENERIC IS_ENABLED(CONFIG_MAPPER_GENERIC)

#define USES(space, which) ((space)->root.method == (which))
#define BY_LEVELS(space, arguments, with_4, with_5)                                                \
	((space)->root.levels == 4 ? with_4 arguments : with_5 arguments)

/*
 * Call the function of the space's method for the space's number of levels. A method that is not built in
 * is an error. Its calls are gone without optimisation, too: that only sees what is 0 in the condition
 * itself. What is usual is laid straight, and asked first: levels and method stand side by side, so that
 * compilers compare both at once, which operations on one page notice.
 */
#define DISPATCH(space, arguments, offset_4, recursive_4, generic_4, second_4, offset_5,           \
		 recursive_5, generic_5, second_5)                                                 \
	(HAS_OFFSET && LIKELY((space)->root.levels == 4 && USES(space, MC_ACCESS_OFFSET))          \
		 ? offset_4 arguments                                                              \
	 : HAS_RECURSIVE && USES(space, MC_ACCESS_RECURSIVE)                                       \
		 ? BY_LEVELS(space, arguments, recursive_4, recursive_5)                           \
	 : HAS_GENERIC && USES(space, MC_ACCESS_GENERIC)                                           \
		 ? BY_LEVELS(space, arguments, generic_4, generic_5)                               \
	 : HAS_OFFSET && USES(space, MC_ACCESS_OFFSET) ? offset_5 arguments                        \
	 : HAS_RECURSIVE && USES(space, ACCESS_SECOND_SLOT)                                        \
		 ? BY_LEVELS(space, arguments, second_4, second_5)                                 \
		 : MC_ERR_UNSUPPORTED)

/* The space's method, for operations that are compiled once; NULL if it is not built in. */
static inline const struct access *access_of(const struct mc_space *space)
{
	return HAS_OFFSET && space->root.method == MC_ACCESS_OFFSET         ? &offset_access
	       : HAS_RECURSIVE && space->root.method == MC_ACCESS_RECURSIVE ? &recursive_access
	       : HAS_GENERIC && space->root.method == MC_ACCESS_GENERIC     ? &generic_access
	       : HAS_RECURSIVE && space->root.method == ACCESS_SECOND_SLOT  ? &second_access
									    : NULL;
}

/* Before an operation by this method, and, if this was no error, after it. */
MC_MUST_CHECK static inline int access_begin(const struct access *access,
					     const struct mc_space *space)
{
	if (!access)
		return MC_ERR_UNSUPPORTED;
	return access->begin ? access->begin(space) : 0;
}

static inline void access_end(const struct access *access)
{
	if (access->end)
		access->end();
}

/* Without the space's lock: mapper.c takes it, and an open cursor holds it. */

MC_MUST_CHECK static inline int mapper_map(struct mc_space *space, mc_virt_addr_t address,
					   mc_phys_addr_t physical, uint64_t size,
					   struct mc_attributes attributes,
					   struct mc_conflict *conflict)
{
	return DISPATCH(space, (space, address, physical, size, attributes, conflict), offset_map_4,
			recursive_map_4, generic_map_4, second_map_4, offset_map_5, recursive_map_5,
			generic_map_5, second_map_5);
}

MC_MUST_CHECK static inline int mapper_unmap(struct mc_space *space, mc_virt_addr_t address,
					     uint64_t size, struct mc_tlb_batch *batch)
{
	return DISPATCH(space, (space, address, size, batch), offset_unmap_4, recursive_unmap_4,
			generic_unmap_4, second_unmap_4, offset_unmap_5, recursive_unmap_5,
			generic_unmap_5, second_unmap_5);
}

MC_MUST_CHECK static inline int mapper_protect(struct mc_space *space, mc_virt_addr_t address,
					       uint64_t size, struct mc_attributes attributes,
					       struct mc_tlb_batch *batch,
					       struct mc_conflict *conflict)
{
	return DISPATCH(space, (space, address, size, attributes, batch, conflict),
			offset_protect_4, recursive_protect_4, generic_protect_4, second_protect_4,
			offset_protect_5, recursive_protect_5, generic_protect_5, second_protect_5);
}

#endif
