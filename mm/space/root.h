/* SPDX-License-Identifier: MIT */
/* What mm/space/space.c does to roots, handed on by mapper.c to the access methods (walker_space.h). */
#ifndef SPACE_ROOT_H
#define SPACE_ROOT_H

#include <mercator/pt_format.h>
#include <mercator/space.h>

MUST_CHECK int mapper_fill_kernel_half(struct space *kernel);
MUST_CHECK int mapper_make_root(struct space *space, const struct space *like);
MUST_CHECK int mapper_write_root(const struct space *space, unsigned int index, pt_entry_t entry);

/* Whether the two share one kernel half. */
static inline bool space_has_kernel_half_of(const struct space *space, const struct space *other)
{
	return (space->kernel ? space->kernel : space) == (other->kernel ? other->kernel : other);
}

#endif
