/* SPDX-License-Identifier: MIT */
/* Mapping. */
#ifndef MAP_H
#define MAP_H

#include "fill.h"
#include "page.h"

/* One page where nothing is: one entry, and one more to count. */
INLINED bool map_page(const struct access *access, unsigned int levels, unsigned int level,
		      const struct page_request *request)
{
	struct mc_space *space = request->space;
	const uint64_t bits = mc_pt_bits_of_level(request->bits, level);
	struct page_place place;

	if (physical_check(space, request->physical, mc_pt_span(level)))
		return false;
	if (level > 1 && (level > space->largest_leaf ||
			  !is_aligned(mc_phys_raw(request->physical), mc_pt_span(level))))
		return false;
	if (!find_page(access, levels, level, space, request->address, &place) ||
	    !place_map(&place, request->physical, &bits))
		return false;
	write_page(access, levels, level, space, mc_virt_raw(request->address), &place);
	return true;
}

/* One page whose leaf table is not there, but all tables above it are. */
INLINED bool map_first_page(const struct access *access, unsigned int levels, unsigned int level,
			    const struct page_request *request)
{
	struct mc_space *space = request->space;
	const uint64_t offset = mc_virt_raw(request->address);
	const mc_virt_addr_t above = mc_virt_addr(align_down(offset, mc_pt_span(level + 1)));
	struct page_place place;
	mc_pt_entry_t *entries;
	mc_pfn_t frame;

	if (!is_aligned(offset, MC_FRAME_SIZE) ||
	    physical_check(space, request->physical, MC_FRAME_SIZE))
		return false;
	if (!find_page(access, levels, level + 1, space, above, &place) || place.value.raw ||
	    space->frames->allocate(space->frames->context, &frame))
		return false;
	entries = access->frame(space, frame);
	mc_table_zero(entries);
	write_entry(&entries[mc_pt_index(request->address, level)],
		    mc_pt_make_leaf(request->physical, request->bits));
	if (!access->keeps(&space->root))
		place.entry = access->entry(&space->root, mc_pt_table_address(place.parent_value),
					    offset, level + 1);
	place.value =
		mc_pt_make_table(mc_phys_of_pfn(frame), !mc_pt_is_upper_half(request->address));
	place.parent_value = mc_pt_add_live(place.parent_value);
	write_page(access, levels, level + 1, space, offset, &place);
	whose_table(space, request->address)->nr_tables++;
	return true;
}

MC_MUST_CHECK APART int map_range(const struct access *access, struct mc_space *space,
				  mc_virt_addr_t address, mc_phys_addr_t physical, uint64_t size,
				  struct mc_attributes attributes, struct mc_conflict *conflict)
{
	struct fill fill;
	int error = begin_range(&fill.d, space, address, size);

	if (!error)
		error = attributes_check(address, attributes);
	if (!error)
		error = physical_check(space, physical, size);
	if (error)
		return error;
	fill.space = space;
	fill.conflict = conflict;
	fill.address_mask = UINT64_MAX;
	fill.largest_leaf = largest_leaf_for(space, fill.d.start, mc_phys_raw(physical));
	fill.distance = mc_phys_raw(physical) - fill.d.start;
	fill.bits = mc_pt_leaf_bits(as_possible(space, attributes), 1);
	return fill_range(access, &fill);
}

MC_MUST_CHECK APART int map_first(const struct access *access, struct mc_space *space,
				  mc_virt_addr_t address, mc_phys_addr_t physical,
				  struct mc_attributes attributes, struct mc_conflict *conflict)
{
	struct page_request request = { .space = space, .address = address, .physical = physical };

	if (find_bits(space, address, attributes, &request.bits) &&
	    for_levels(access, map_first_page, 1, &request))
		return 0;
	return map_range(access, space, address, physical, MC_FRAME_SIZE, attributes, conflict);
}

MC_MUST_CHECK APART int map_larger(const struct access *access, struct mc_space *space,
				   mc_virt_addr_t address, mc_phys_addr_t physical, uint64_t size,
				   struct mc_attributes attributes, struct mc_conflict *conflict)
{
	struct page_request request = { space, address, size, physical, 0, NULL };

	if (find_bits(space, address, attributes, &request.bits) &&
	    on_larger_page(access, map_page, &request))
		return 0;
	return map_range(access, space, address, physical, size, attributes, conflict);
}

INLINED int walker_map(const struct access *access, unsigned int levels, struct mc_space *space,
		       mc_virt_addr_t address, mc_phys_addr_t physical, uint64_t size,
		       struct mc_attributes attributes, struct mc_conflict *conflict)
{
	struct page_request request = { space, address, size, physical, 0, NULL };

	if (!LIKELY(size == MC_FRAME_SIZE))
		return map_larger(access, space, address, physical, size, attributes, conflict);
	if (LIKELY(find_bits(space, address, attributes, &request.bits)) &&
	    LIKELY(map_page(access, levels, 1, &request)))
		return 0;
	return map_first(access, space, address, physical, attributes, conflict);
}

#endif
