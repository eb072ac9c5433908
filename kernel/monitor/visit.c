/* SPDX-License-Identifier: MIT */
/* Looking at all of an address space (visit.h): both halves, around the recursive slot. */
#include "visit.h"

static int visit_range(const struct space *space, uint64_t start, uint64_t size,
		       mapper_visit_leaf visit, void *context)
{
	return size ? mapper_visit(space, virt_addr(start), size, visit, context) : 0;
}

int visit_space(const struct space *space, mapper_visit_leaf visit,
		void (*window)(void *context, virt_addr_t start), void *context)
{
	const uint64_t span = pt_span(space->root.levels), half = span * PT_ENTRIES / 2;
	const uint64_t slot = (uint64_t)space->recursive_slot;
	int result = visit_range(space, 0, half, visit, context);

	if (result)
		return result;
	if (space->recursive_slot == SPACE_NOT_RECURSIVE)
		return visit_range(space, -half, half, visit, context);
	result = visit_range(space, -half, (slot - PT_ENTRIES / 2) * span, visit, context);
	if (result)
		return result;
	window(context, virt_addr(-(PT_ENTRIES - slot) * span));
	return visit_range(space, -(PT_ENTRIES - 1 - slot) * span, (PT_ENTRIES - 1 - slot) * span,
			   visit, context);
}
