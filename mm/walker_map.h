/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): mapping and reserving. */

/* What to put where nothing is: the same for mapping and reserving. */
struct fill {
	struct space *space;
	struct stock *stock;
	unsigned int largest_leaf;
	uint64_t bits[PT_LEAF_MAX + 1]; /* of an entry, by level, without its address */
	uint64_t distance;              /* physical address less linear address */
	uint64_t address_mask;          /* all ones for leaves, 0 for reserved entries */
};

struct absence_scan {
	const struct space *space;
	unsigned int largest_leaf;
	uint64_t tables_needed;
	struct conflict *conflict;
};

static inline bool fits_leaf(unsigned int largest_leaf, unsigned int level, uint64_t size)
{
	return level <= largest_leaf && size == pt_span(level);
}

static inline pt_entry_t fill_entry(const struct fill *fill, unsigned int level, uint64_t linear)
{
	uint64_t address = (linear + fill->distance) & fill->address_mask;

	return (pt_entry_t){ fill->bits[level] | address };
}

static int report_conflict(const struct space *space, struct conflict *conflict, int error,
			   uint64_t linear, unsigned int level, pt_entry_t entry)
{
	if (conflict)
		*conflict = (struct conflict){
			.address = virtual_of(space, linear),
			.level = level,
			.entry = entry,
		};
	return error;
}

/* First pass: nothing may be in [start, end); count the tables that are not there yet. */
MUST_CHECK static int scan_absent(struct absence_scan *scan, phys_addr_t table, unsigned int level,
				  uint64_t start, uint64_t end)
{
	const struct root *root = &scan->space->root;
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		pt_entry_t *entries = access_table(root, table, at, level);
		pt_entry_t entry = read_entry(&entries[linear_index(at, level)]);
		int error = 0;

		next = chunk_end(at, end, level);
		switch (pt_kind(entry, level)) {
		case PT_ABSENT:
			if (!fits_leaf(scan->largest_leaf, level, next - at))
				scan->tables_needed +=
					tables_needed(level, at, next, scan->largest_leaf);
			break;
		case PT_TABLE:
			error = scan_absent(scan, pt_table_address(entry), level - 1, at, next);
			break;
		default:
			error = report_conflict(scan->space, scan->conflict, ERR_EXISTS, at, level,
						entry);
		}
		if (error)
			return error;
	}
	return 0;
}

/* The innermost loop: entries of one PT. */
static unsigned int fill_leaves(const struct fill *fill, pt_entry_t *entry, uint64_t start,
				uint64_t end)
{
	const uint64_t step = FRAME_SIZE & fill->address_mask;
	unsigned int count = (unsigned int)((end - start) >> FRAME_SHIFT);
	pt_entry_t value = fill_entry(fill, 1, start);

	for (unsigned int i = 0; i < count; i++) {
		write_entry(&entry[i], value);
		value.raw += step;
	}
	return count;
}

/* Second pass: fill [start, end) of one table; returns how many of its entries became live. */
static unsigned int fill_range(const struct fill *fill, phys_addr_t table, unsigned int level,
			       uint64_t start, uint64_t end)
{
	struct space *space = fill->space;
	unsigned int made = 0;
	uint64_t next;

	if (level == 1)
		return fill_leaves(
			fill, access_table(&space->root, table, start, 1) + linear_index(start, 1),
			start, end);

	for (uint64_t at = start; at < end; at = next) {
		pt_entry_t *entry =
			access_table(&space->root, table, at, level) + linear_index(at, level);
		pt_entry_t value = read_entry(entry);
		unsigned int live = 0;

		next = chunk_end(at, end, level);
		if (fits_leaf(fill->largest_leaf, level, next - at)) {
			write_entry(entry, fill_entry(fill, level, at));
			made++;
			continue;
		}
		if (pt_kind(value, level) == PT_ABSENT) {
			value = link_table(space, entry, at, fill->stock);
			made++;
		} else {
			live = pt_live(value);
		}
		live += fill_range(fill, pt_table_address(value), level - 1, at, next);
		if (!is_pinned(space, level, at)) {
			/* The pointer may have been the last that the access method gave: ask again. */
			entry = access_table(&space->root, table, at, level) +
				linear_index(at, level);
			write_entry(entry, pt_with_live(value, live));
		}
	}
	return made;
}

/* Where the PT is there already, one page is one entry and one more to count. */
static inline bool fill_one_page(const struct fill *fill, const struct position *p, uint64_t linear)
{
	if (p->level != 1 || p->kind != PT_ABSENT)
		return false;
	write_entry(p->entry, fill_entry(fill, 1, linear));
	write_entry(p->parent, pt_add_live(read_entry(p->parent)));
	return true;
}

MUST_CHECK static int fill_extent(struct fill *fill, const struct extent *extent,
				  struct conflict *conflict)
{
	struct space *space = fill->space;
	struct absence_scan scan = {
		.space = space,
		.largest_leaf = fill->largest_leaf,
		.conflict = conflict,
	};
	struct stock stock;
	int error;

	if (extent->end - extent->start == FRAME_SIZE) {
		struct position p = locate(&space->root, extent->start, 1);

		if (fill_one_page(fill, &p, extent->start))
			return 0;
	}
	error = scan_absent(&scan, space->root.table, space->root.levels, extent->start,
			    extent->end);
	if (!error)
		error = stock_fill(space, &stock, scan.tables_needed);
	if (error)
		return error;
	fill->stock = &stock;
	fill_range(fill, space->root.table, space->root.levels, extent->start, extent->end);
	return 0;
}

int ACCESS(map)(struct space *space, const struct extent *extent, phys_addr_t physical,
		struct attributes attributes, struct conflict *conflict)
{
	struct fill fill = {
		.space = space,
		.largest_leaf = largest_leaf_for(space, extent->start, phys_raw(physical)),
		.distance = phys_raw(physical) - extent->start,
		.address_mask = UINT64_MAX,
	};

	for (unsigned int level = 1; level <= fill.largest_leaf; level++)
		fill.bits[level] = pt_leaf_bits(attributes, level);
	return fill_extent(&fill, extent, conflict);
}

int ACCESS(reserve)(struct space *space, const struct extent *extent, uint64_t payload,
		    struct conflict *conflict)
{
	struct fill fill = {
		.space = space,
		.largest_leaf = 1,
		.bits = { [1] = pt_make_reserved(payload).raw },
	};

	return fill_extent(&fill, extent, conflict);
}
