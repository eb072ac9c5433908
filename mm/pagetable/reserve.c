/* SPDX-License-Identifier: MIT */
/* Markers in a range. */
#include "fill.h"
#include "operations.h"

int walker_reserve(const struct access *access, struct mc_space *space, mc_virt_addr_t address,
		   uint64_t size, uint64_t payload, struct mc_conflict *conflict)
{
	struct fill fill;
	const int error = begin_range(&fill.d, space, address, size);

	if (error)
		return error;
	if (payload >= MC_PT_RESERVED_LIMIT)
		return MC_ERR_INVALID;
	fill.space = space;
	fill.conflict = conflict;
	fill.largest_leaf = 1;
	fill.distance = 0;
	fill.address_mask = 0;
	fill.bits = mc_pt_make_marker(payload).raw;
	return fill_range(access, &fill);
}
