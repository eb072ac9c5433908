/* SPDX-License-Identifier: MIT */
/* Names of the parts of the address space (regions.h). */
#include <arch/boot.h>
#include <mercator/layout.h>

#include "regions.h"

/* From `start` on, up to where the next one begins; in ascending order. */
struct bound {
	uint64_t start;
	const char *name;
};

#define NR_BOUNDS 13

static uint64_t of(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static void add(struct bound *bounds, size_t *count, uint64_t start, uint64_t end, const char *name)
{
	bounds[(*count)++] = (struct bound){ start, name };
	bounds[(*count)++] = (struct bound){ end, "" };
}

/* Bounds may come in any order and touch: the last of equal starts that has a name counts. */
static size_t make_bounds(const struct space *space, struct bound bounds[NR_BOUNDS])
{
	const uint64_t span = pt_span(space->root.levels);
	const uint64_t upper = -span * (PT_ENTRIES / 2);
	size_t count = 0;

	bounds[count++] = (struct bound){ 0, "experiments" };
	bounds[count++] = (struct bound){ span * (PT_ENTRIES / 2), "" };
	add(bounds, &count, PHYSMAP_BASE, PHYSMAP_BASE + PHYSMAP_SIZE, "physical map");
	if (space->recursive_slot != SPACE_NOT_RECURSIVE) {
		const uint64_t slot =
			upper + span * ((uint64_t)space->recursive_slot - PT_ENTRIES / 2);

		add(bounds, &count, slot, slot + span, "table window");
	}
	bounds[count++] = (struct bound){ of(text_start), "kernel text" };
	bounds[count++] = (struct bound){ of(rodata_start), "kernel rodata" };
	add(bounds, &count, of(data_start), of(kernel_end), "kernel data");
	add(bounds, &count, TEMP_PAGES_BASE, TEMP_PAGES_BASE + TEMP_PAGES * FRAME_SIZE,
	    "temporary page");
	return count;
}

struct region region_of(const struct space *space, virt_addr_t address)
{
	struct region region = { 0, UINT64_MAX, "" };
	struct bound bounds[NR_BOUNDS];
	const size_t count = make_bounds(space, bounds);

	for (size_t i = 0; i < count; i++) {
		const struct bound bound = bounds[i];

		if (bound.start > virt_raw(address)) {
			if (bound.start - 1 < region.last)
				region.last = bound.start - 1;
		} else if (bound.start > region.start ||
			   (bound.start == region.start && *bound.name)) {
			region.start = bound.start;
			region.name = bound.name;
		}
	}
	return region;
}
