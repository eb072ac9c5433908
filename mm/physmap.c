/* SPDX-License-Identifier: MIT */
/* What the physical map covers (mercator/physmap.h). */
#include <mercator/physmap.h>

static uint64_t mapped_reach;
static const struct mc_memmap_range *mapped_ranges;
static size_t nr_mapped_ranges;

void mc_physmap_set_reach(uint64_t reach)
{
	mapped_reach = reach < mc_physmap_limit() ? reach : mc_physmap_limit();
}

void mc_physmap_set_ranges(const struct mc_memmap_range *ranges, size_t count)
{
	mapped_ranges = ranges;
	nr_mapped_ranges = count;
	mc_physmap_set_reach(count ? ranges[count - 1].end : 0);
}

uint64_t mc_physmap_reach(void)
{
	return mapped_reach;
}

/* Whether [address, address + size), which ends below the reach, lies in one of the ranges. */
static bool is_in_range(uint64_t address, uint64_t size)
{
	size_t low = 0, high = nr_mapped_ranges;

	/* The first range that ends above the address is in [low, high]. */
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (mapped_ranges[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nr_mapped_ranges && mapped_ranges[low].start <= address &&
	       size <= mapped_ranges[low].end - address;
}

bool mc_physmap_covers(mc_phys_addr_t address, uint64_t size)
{
	if (size > mapped_reach || mc_phys_raw(address) > mapped_reach - size)
		return false;
	return !nr_mapped_ranges || is_in_range(mc_phys_raw(address), size);
}
