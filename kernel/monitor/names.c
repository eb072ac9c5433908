/* SPDX-License-Identifier: MIT */
/* Names for addresses (names.h): the kernel's regions and its single mappings. */
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/units.h>
#include <mercator/audit.h>

#include "names.h"

/* Experiments are below this, and the kernel half above, with either number of levels. */
#define KERNEL_HALF (UINT64_C(1) << 63)

struct named named_of(mc_virt_addr_t address)
{
	struct named named = { KERNEL_HALF, UINT64_MAX, "" };
	const uint64_t raw = mc_virt_raw(address);
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	if (raw < KERNEL_HALF)
		return (struct named){ 0, KERNEL_HALF - 1, "experiments" };
	for (size_t i = 0; i < count; i++) {
		const uint64_t start = mc_virt_raw(regions[i].start), end = start + regions[i].size;

		if (raw < start) {
			named.last = start - 1;
			break;
		}
		if (raw < end)
			return (struct named){ start, end - 1, regions[i].name };
		named.start = end;
	}
	return named;
}

static bool holds(uint64_t start, uint64_t size, uint64_t address)
{
	return address - align_down(start, MC_FRAME_SIZE) <
	       align_up(start + size, MC_FRAME_SIZE) - align_down(start, MC_FRAME_SIZE);
}

const char *name_of_single(mc_phys_addr_t physical)
{
	const struct mc_memmap_range screen = memory_screen();
	const struct mc_memmap_range arrays = memory_arrays(), copy = memory_information();
	const uint64_t address = mc_phys_raw(physical);

	if (holds(screen.start, screen.end - screen.start, address))
		return "framebuffer";
	if (holds(copy.start, copy.end - copy.start, address))
		return "boot information";
	if (holds(arrays.start, arrays.end - arrays.start, address))
		return "memory map";
	return NULL;
}
