/* SPDX-License-Identifier: MIT */
/* What mm/space/space.c does to roots, by the access method's pointers (mapper.c, root.c). */
#ifndef SPACE_ROOT_H
#define SPACE_ROOT_H

#include <mercator/pt_format.h>
#include <mercator/space.h>

MC_MUST_CHECK int mapper_fill_kernel_half(struct mc_space *kernel);
MC_MUST_CHECK int mapper_make_root(struct mc_space *space, const struct mc_space *like);
MC_MUST_CHECK int mapper_write_root(const struct mc_space *space, unsigned int index,
				    mc_pt_entry_t entry);

/* Whether the two share one kernel half. */
static inline bool space_has_kernel_half_of(const struct mc_space *space,
					    const struct mc_space *other)
{
	return (space->kernel ? space->kernel : space) == (other->kernel ? other->kernel : other);
}

#endif
