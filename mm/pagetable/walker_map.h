/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): mapping and reserving. */

/* What to put where nothing is: the same for mapping and reserving. */
struct fill {
	struct mc_space *space;
	struct stock *stock;
	unsigned int largest_leaf;
	uint64_t bits[MC_PT_LEAF_MAX + 1]; /* of an entry, by level, without its address */
	uint64_t distance;                 /* physical address less offset address */
	uint64_t address_mask;             /* all ones for leaves, 0 for markers */
};

struct absence_scan {
	const struct mc_space *space;
	unsigned int largest_leaf;
	uint64_t tables_needed;
	struct mc_conflict *conflict;
};

static inline mc_pt_entry_t fill_entry(const struct fill *fill, unsigned int level, uint64_t offset)
{
	uint64_t address = (offset + fill->distance) & fill->address_mask;

	return (mc_pt_entry_t){ fill->bits[level] | address };
}

static int report_conflict(const struct mc_space *space, struct mc_conflict *conflict, int error,
			   uint64_t offset, unsigned int level, mc_pt_entry_t entry)
{
	if (conflict)
		*conflict = (struct mc_conflict){
			.address = virtual_of(space, offset),
			.level = level,
			.entry = entry,
		};
	return error;
}

/* First pass: nothing may be in [start, end); count the tables that are not there yet. */
MC_MUST_CHECK static int scan_absent(struct absence_scan *scan, mc_phys_addr_t table,
				     unsigned int level, uint64_t start, uint64_t end)
{
	const struct mc_root *root = &scan->space->root;
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(root, table, at, level);
		unsigned int absent =
			count_absent(entry, leaves_fitting(scan->largest_leaf, level, at, end));
		mc_pt_entry_t value;
		int error = 0;

		next = at + ((uint64_t)absent << mc_pt_shift(level));
		if (absent)
			continue;
		next = chunk_end(at, end, level);
		value = read_entry(entry);
		switch (mc_pt_kind(value, level)) {
		case MC_PT_ABSENT:
			scan->tables_needed += tables_needed(level, at, next, scan->largest_leaf);
			break;
		case MC_PT_TABLE:
			error = scan_absent(scan, mc_pt_table_address(value), level - 1, at, next);
			break;
		default:
			error = report_conflict(scan->space, scan->conflict, MC_ERR_EXISTS, at,
						level, value);
		}
		if (error)
			return error;
	}
	return 0;
}

/* Leaves (or markers) side by side: the second pass's inner loop. */
static inline void fill_entries(const struct fill *fill, mc_pt_entry_t *entry, unsigned int level,
				uint64_t offset, unsigned int count)
{
	const uint64_t step = mc_pt_span(level) & fill->address_mask;
	mc_pt_entry_t value = fill_entry(fill, level, offset);

#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++) {
		write_entry(&entry[i], value);
		value.raw += step;
	}
}

static unsigned int fill_range(const struct fill *fill, mc_phys_addr_t table, unsigned int level,
			       uint64_t start, uint64_t end);

/* Fill [at, next) below the entry that is now `value`: a table's, or absent. */
INLINED void fill_below(const struct fill *fill, mc_phys_addr_t table, unsigned int level,
			uint64_t at, uint64_t next, mc_pt_entry_t value)
{
	struct mc_space *space = fill->space;
	mc_pt_entry_t *entry;
	unsigned int live = 0;

	if (mc_pt_kind(value, level) == MC_PT_ABSENT)
		value = link_table(space, table, at, level, fill->stock);
	else
		live = mc_pt_live(value);
	live += fill_range(fill, mc_pt_table_address(value), level - 1, at, next);
	if (is_pinned(space, level, at))
		return;
	/* A pointer may be good only until the access method gives the next: ask for it again. */
	entry = access_entry(&space->root, table, at, level);
	write_entry(entry, mc_pt_with_live(value, live));
}

/* Second pass: fill [start, end) of one table; returns how many of its entries became live. */
static unsigned int fill_range(const struct fill *fill, mc_phys_addr_t table, unsigned int level,
			       uint64_t start, uint64_t end)
{
	struct mc_space *space = fill->space;
	unsigned int made = 0;
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t *entry = access_entry(&space->root, table, at, level);
		unsigned int leaves = leaves_fitting(fill->largest_leaf, level, at, end);
		mc_pt_entry_t value;

		if (leaves) {
			fill_entries(fill, entry, level, at, leaves);
			next = at + ((uint64_t)leaves << mc_pt_shift(level));
			made += leaves;
			continue;
		}
		next = chunk_end(at, end, level);
		value = read_entry(entry);
		made += mc_pt_kind(value, level) == MC_PT_ABSENT;
		fill_below(fill, table, level, at, next, value);
	}
	return made;
}

MC_MUST_CHECK static int fill_extent(struct fill *fill, const struct extent *extent,
				     struct mc_conflict *conflict)
{
	struct mc_space *space = fill->space;
	struct absence_scan scan = {
		.space = space,
		.largest_leaf = fill->largest_leaf,
		.conflict = conflict,
	};
	const struct common_entry common = find_common_entry(space, extent, false);
	struct stock stock;
	int error = scan_absent(&scan, mc_pt_table_address(common.value), common.level - 1,
				extent->start, extent->end);

	if (!error)
		error = stock_fill(space, &stock, scan.tables_needed);
	if (error)
		return error;
	fill->stock = &stock;
	fill_below(fill, common.table, common.level, extent->start, extent->end, common.value);
	return 0;
}

/* One page where nothing is: one entry, and one more to count. See struct page_place. */
FOR_LEVELS bool map_page(unsigned int levels, unsigned int level, struct mc_space *space,
			 mc_virt_addr_t address, mc_phys_addr_t physical,
			 struct mc_attributes attributes)
{
	struct page_place place;

	if (physical_check(space, physical, mc_pt_span(level)) ||
	    attributes_check(address, attributes) || asks_for_too_much(space, attributes))
		return false;
	if (level > 1 &&
	    (level > space->largest_leaf || !is_aligned(mc_phys_raw(physical), mc_pt_span(level))))
		return false;
	if (!find_page(levels, level, space, address, &place) || place.value.raw)
		return false;
	write_page(levels, level, space, mc_virt_raw(address), &place,
		   (mc_pt_entry_t){ mc_phys_raw(physical) | mc_pt_leaf_bits(attributes, level) },
		   mc_pt_add_live(place.parent_value));
	return true;
}

MC_MUST_CHECK APART static int map_range(struct mc_space *space, mc_virt_addr_t address,
					 mc_phys_addr_t physical, uint64_t size,
					 struct mc_attributes attributes,
					 struct mc_conflict *conflict)
{
	struct fill fill = { .space = space, .address_mask = UINT64_MAX };
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (!error)
		error = attributes_check(address, attributes);
	if (!error)
		error = physical_check(space, physical, size);
	if (error)
		return error;
	attributes = as_possible(space, attributes);
	fill.largest_leaf = largest_leaf_for(space, extent.start, mc_phys_raw(physical));
	fill.distance = mc_phys_raw(physical) - extent.start;
	for (unsigned int level = 1; level <= fill.largest_leaf; level++)
		fill.bits[level] = mc_pt_leaf_bits(attributes, level);
	return fill_extent(&fill, &extent, conflict);
}

/* Not inlined: it would share code, and so registers, with the walk of 4 levels. */
MC_MUST_CHECK APART static int map_page_5(struct mc_space *space, mc_virt_addr_t address,
					  mc_phys_addr_t physical, struct mc_attributes attributes,
					  struct mc_conflict *conflict)
{
	if (map_page(5, 1, space, address, physical, attributes))
		return 0;
	return map_range(space, address, physical, MC_FRAME_SIZE, attributes, conflict);
}

/* Of larger pages, only those of 2 MiB are mapped one by one often enough to be worth it. */
MC_MUST_CHECK APART static int map_larger(struct mc_space *space, mc_virt_addr_t address,
					  mc_phys_addr_t physical, uint64_t size,
					  struct mc_attributes attributes,
					  struct mc_conflict *conflict)
{
	if (size == mc_pt_span(2) &&
	    (LIKELY(space->root.levels == 4)
		     ? map_page(4, 2, space, address, physical, attributes)
		     : map_page(5, 2, space, address, physical, attributes)))
		return 0;
	return map_range(space, address, physical, size, attributes, conflict);
}

INLINED int map_any(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		    uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	if (size != MC_FRAME_SIZE)
		return map_larger(space, address, physical, size, attributes, conflict);
	if (!LIKELY(space->root.levels == 4))
		return map_page_5(space, address, physical, attributes, conflict);
	if (LIKELY(map_page(4, 1, space, address, physical, attributes)))
		return 0;
	return map_range(space, address, physical, MC_FRAME_SIZE, attributes, conflict);
}

int ACCESS(map)(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	int error;

	space_lock(space, address);
	error = map_any(space, address, physical, size, attributes, conflict);
	space_unlock(space, address);
	return error;
}

int ACCESS(reserve)(struct mc_space *space, mc_virt_addr_t address, uint64_t size, uint64_t payload,
		    struct mc_conflict *conflict)
{
	struct fill fill = { .space = space, .largest_leaf = 1 };
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (!error && payload >= MC_PT_RESERVED_LIMIT)
		error = MC_ERR_INVALID;
	if (error)
		return error;
	fill.bits[1] = mc_pt_make_marker(payload).raw;
	space_lock(space, address);
	error = fill_extent(&fill, &extent, conflict);
	space_unlock(space, address);
	return error;
}
