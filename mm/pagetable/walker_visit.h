/* SPDX-License-Identifier: MIT */
/* Part of the walker's template (walker.h): looking at everything. */

struct leaf_visit {
	const struct mc_space *space;
	mc_mapper_visit_leaf visit;
	void *context;
};

static int visit_leaves(const struct leaf_visit *v, mc_phys_addr_t table, unsigned int level,
			uint64_t start, uint64_t end)
{
	uint64_t next;

	for (uint64_t at = start; at < end; at = next) {
		mc_pt_entry_t entry = read_entry(access_entry(&v->space->root, table, at, level));
		enum mc_pt_kind kind = mc_pt_kind(entry, level);
		uint64_t first = align_down(at, mc_pt_span(level));
		int result = 0;

		next = chunk_end(at, end, level);
		if (kind == MC_PT_TABLE)
			result = visit_leaves(v, mc_pt_table_address(entry), level - 1, at, next);
		else if (kind != MC_PT_ABSENT)
			result = v->visit(v->context, virtual_of(v->space, first), level, entry);
		if (result)
			return result;
	}
	return 0;
}

int ACCESS(visit)(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  mc_mapper_visit_leaf visit, void *context)
{
	const struct leaf_visit v = { space, visit, context };
	struct extent extent;
	int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	return visit_leaves(&v, space->root.table, space->root.levels, extent.start, extent.end);
}

struct table_visit {
	const struct mc_space *space;
	mc_mapper_visit_table visit;
	void *context;
};

static int visit_tables(const struct table_visit *v, mc_phys_addr_t table, unsigned int level,
			uint64_t first)
{
	const struct mc_space *space = v->space;

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++) {
		uint64_t offset = first + i * mc_pt_span(level);
		mc_pt_entry_t entry = read_entry(access_entry(&space->root, table, offset, level));
		int result;

		if (mc_pt_kind(entry, level) != MC_PT_TABLE ||
		    (level == space->root.levels && is_recursive_slot(space, i)))
			continue;
		result = v->visit(v->context, virtual_of(space, offset), level - 1, entry);
		if (!result && level > 2)
			result = visit_tables(v, mc_pt_table_address(entry), level - 1, offset);
		if (result)
			return result;
	}
	return 0;
}

int ACCESS(visit_tables)(const struct mc_space *space, mc_mapper_visit_table visit, void *context)
{
	const struct table_visit v = { space, visit, context };

	return visit_tables(&v, space->root.table, space->root.levels, 0);
}

struct entry_visit {
	const struct mc_space *space;
	mc_mapper_visit_entry visit;
	void *context;
};

static int visit_entries(const struct entry_visit *v, mc_phys_addr_t table, unsigned int level,
			 uint64_t first)
{
	const struct mc_space *space = v->space;
	const mc_pt_entry_t *entries = access_entry(&space->root, table, first, level);
	const bool is_root = level == space->root.levels;
	const uint64_t base = mc_virt_raw(virtual_of(space, first));

	for (unsigned int i = count_absent(entries, MC_PT_ENTRIES); i < MC_PT_ENTRIES;
	     i += 1 + count_absent(&entries[i + 1], MC_PT_ENTRIES - 1 - i)) {
		const mc_pt_entry_t entry = read_entry(&entries[i]);
		const uint64_t offset = (uint64_t)i << mc_pt_shift(level);
		mc_virt_addr_t address = mc_virt_addr(base + offset);
		int result;

		if (is_root && is_recursive_slot(space, i))
			continue;
		if (is_root) /* alone in having entries of both halves */
			address = virtual_of(space, offset);
		result = v->visit(v->context, address, level, entry);
		if (!result && mc_pt_is_table(entry, level))
			result = visit_entries(v, mc_pt_table_address(entry), level - 1,
					       first + offset);
		if (result)
			return result;
		/* The visitor, or the tables below, may have cost us the pointer. */
		entries = access_entry(&space->root, table, first, level);
	}
	return 0;
}

int ACCESS(visit_entries)(const struct mc_space *space, mc_mapper_visit_entry visit, void *context)
{
	const struct entry_visit v = { space, visit, context };

	return visit_entries(&v, space->root.table, space->root.levels, 0);
}
