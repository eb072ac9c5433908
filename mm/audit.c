/* SPDX-License-Identifier: MIT */
/* Auditing an address space (mercator/audit.h). */
#include <mercator/audit.h>
#include <mercator/mapper.h>

/* A table whose entries are being visited. */
struct open_table {
	pt_entry_t entry; /* that points at it */
	virt_addr_t first;
	unsigned int live;
	bool is_shared;
};

struct audit {
	const struct space *space;
	const struct audit_rules *rules;
	struct audit_report *report;
	size_t nr_tables;
	struct open_table
		open[PT_LEVELS_MAX + 1]; /* by level, those between `lowest_open` and the root */
	unsigned int lowest_open;

	/* The region that entries have come to, and how much of it is mapped or reserved. */
	size_t region;
	uint64_t nr_bytes;
	uint64_t distance;                   /* physical address less virtual address */
	uint64_t leaf_bits[PT_LEAF_MAX + 1]; /* of a leaf with exactly the region's attributes */
};

static int broken(struct audit *audit, const char *what, virt_addr_t address, unsigned int level,
		  pt_entry_t entry)
{
	audit->report->broken = what;
	audit->report->address = address;
	audit->report->level = level;
	audit->report->entry = entry;
	return ERR_FORMAT;
}

/* Bytes of RAM in the physical map's window. */
static uint64_t ram_size(const struct audit_rules *rules, uint64_t window)
{
	uint64_t size = 0;

	for (size_t i = 0; i < rules->nr_ram && rules->ram[i].start < window; i++)
		size += (rules->ram[i].end < window ? rules->ram[i].end : window) -
			rules->ram[i].start;
	return size;
}

static const struct region *region_now(const struct audit *audit)
{
	return audit->region < audit->rules->nr_regions ? &audit->rules->regions[audit->region]
							: NULL;
}

static void enter_region(struct audit *audit, size_t index)
{
	const struct region *region;

	audit->region = index;
	audit->nr_bytes = 0;
	region = region_now(audit);
	if (!region)
		return;
	audit->distance = phys_raw(region->physical) - virt_raw(region->start);
	for (unsigned int level = 1; level <= PT_LEAF_MAX; level++)
		audit->leaf_bits[level] = pt_leaf_bits(region->attributes, level);
}

/* A region is complete: was all mapped that should be? */
static int leave_region(struct audit *audit)
{
	const struct region *region = region_now(audit);
	uint64_t size;

	switch (region->kind) {
	case REGION_IMAGE:
	case REGION_GUARD:
	case REGION_TEMP: size = region->size; break;
	case REGION_PHYSMAP: size = ram_size(audit->rules, region->size); break;
	default: return 0;
	}
	if (audit->nr_bytes == size)
		return 0;
	return broken(audit, "a region is not mapped as a whole", region->start, 0,
		      (pt_entry_t){ 0 });
}

/* Go on to the region that has, or would come behind, this address of the kernel half. */
static int advance_to(struct audit *audit, virt_addr_t address)
{
	const struct region *region;

	while ((region = region_now(audit)) != NULL &&
	       virt_raw(address) - virt_raw(region->start) >= region->size &&
	       virt_raw(address) > virt_raw(region->start)) {
		const int error = leave_region(audit);

		if (error)
			return error;
		enter_region(audit, audit->region + 1);
	}
	return 0;
}

static bool is_kernel_half(virt_addr_t address)
{
	return virt_raw(address) >> 63;
}

static bool overlaps(const struct memmap_range *range, uint64_t start, uint64_t size)
{
	return start < range->end && range->start < start + size;
}

/* What holds for any leaf anywhere. */
static const char *leaf_fault(const struct audit *audit, virt_addr_t address, unsigned int level,
			      pt_entry_t entry)
{
	const struct attributes attributes = pt_leaf_attributes(entry);
	const uint64_t physical = phys_raw(pt_leaf_address(entry, level)), size = pt_span(level);
	const unsigned int write_execute = RIGHT_WRITE | RIGHT_EXECUTE;

	if (entry.raw != (physical | pt_leaf_bits(attributes, level)))
		return "a leaf has a bit that it should not have, or lacks A or D";
	if (level > audit->space->largest_leaf)
		return "a leaf is larger than the CPU's pages";
	if (physical + size > audit->space->physical_limit)
		return "a leaf leads beyond the CPU's physical addresses";
	if ((attributes.rights & write_execute) == write_execute)
		return "a leaf is writable and executable";
	if ((attributes.rights & RIGHT_WRITE) && overlaps(&audit->rules->read_only, physical, size))
		return "an alias of the kernel's text or read-only data is writable";
	if ((attributes.rights & RIGHT_GLOBAL) && !audit->space->global_pages)
		return "a leaf is global, which this CPU does not have";
	if ((attributes.rights & RIGHT_USER) && is_kernel_half(address))
		return "a leaf of the kernel half is the user's";
	return NULL;
}

static bool is_all_ram(const struct audit_rules *rules, uint64_t start, uint64_t size)
{
	size_t low = 0, high = rules->nr_ram;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (rules->ram[middle].end <= start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < rules->nr_ram && rules->ram[low].start <= start &&
	       start + size <= rules->ram[low].end;
}

/* A leaf of a region that does not have exactly its attributes, or is to be looked at more closely. */
static const char *region_fault(const struct audit *audit, virt_addr_t address, unsigned int level,
				pt_entry_t entry)
{
	const struct region *region = region_now(audit);
	const struct attributes attributes = pt_leaf_attributes(entry);
	const uint64_t physical = phys_raw(pt_leaf_address(entry, level)), size = pt_span(level);

	switch (region->kind) {
	case REGION_PHYSMAP:
		if (physical != virt_raw(address) + audit->distance)
			return "the physical map leads elsewhere";
		if (!is_all_ram(audit->rules, physical, size))
			return "the physical map has what is no RAM";
		if (attributes.type != MEMORY_WRITE_BACK ||
		    (attributes.rights | RIGHT_WRITE) != region->attributes.rights)
			return "the physical map has other rights, or another memory type";
		if (!(attributes.rights & RIGHT_WRITE) &&
		    (physical < audit->rules->read_only.start ||
		     physical + size > audit->rules->read_only.end))
			return "the physical map is read-only where it should not be";
		return NULL;
	case REGION_SINGLE:
		return attributes.rights & ~region->attributes.rights
			       ? "a single mapping has more rights than its region"
			       : NULL;
	case REGION_TEMP:
		return attributes.rights != region->attributes.rights
			       ? "a temporary page has other rights"
			       : NULL;
	case REGION_IMAGE:
		return "a page of the image leads elsewhere, or has other rights or another type";
	default: return "a page is mapped where none should be";
	}
}

static int audit_leaf(struct audit *audit, virt_addr_t address, unsigned int level,
		      pt_entry_t entry)
{
	const struct region *region = NULL;
	const char *fault = NULL;

	if (is_kernel_half(address)) {
		region = region_now(audit);
		if (!region || virt_raw(address) < virt_raw(region->start) ||
		    pt_span(level) > region->size - (virt_raw(address) - virt_raw(region->start)))
			return broken(audit, "a page is mapped outside of all regions", address,
				      level, entry);
		audit->nr_bytes += pt_span(level);
	}
	/* Most leaves of the image are as they should be to the last bit. */
	if (region && region->kind == REGION_IMAGE &&
	    entry.raw == (virt_raw(address) + audit->distance) + audit->leaf_bits[level] &&
	    level <= audit->space->largest_leaf)
		return 0;
	fault = leaf_fault(audit, address, level, entry);
	if (!fault && region)
		fault = region_fault(audit, address, level, entry);
	return fault ? broken(audit, fault, address, level, entry) : 0;
}

static int audit_reserved(struct audit *audit, virt_addr_t address, unsigned int level,
			  pt_entry_t entry)
{
	const struct region *region;

	audit->report->nr_reserved++;
	if (level != 1 || entry.raw != pt_make_reserved(pt_reserved_payload(entry)).raw)
		return broken(audit, "an entry that is not present is neither zero nor reserved",
			      address, level, entry);
	if (!is_kernel_half(address))
		return 0;
	region = region_now(audit);
	if (!region || virt_raw(address) < virt_raw(region->start) ||
	    region->kind == REGION_IMAGE || region->kind == REGION_PHYSMAP)
		return broken(audit, "an entry is reserved where none should be", address, level,
			      entry);
	audit->nr_bytes += FRAME_SIZE;
	return 0;
}

/* All entries of the lowest open table have been seen. */
static int close_table(struct audit *audit)
{
	const unsigned int level = audit->lowest_open++;
	const struct open_table *table = &audit->open[level];
	const char *fault = NULL;

	if (table->is_shared)
		return 0;
	if (!table->live)
		fault = "an empty table is linked";
	else if (table->live != pt_live(table->entry))
		fault = "the count of a table's live entries is wrong";
	return fault ? broken(audit, fault, table->first, level + 1, table->entry) : 0;
}

static int remember_table(struct audit *audit, pfn_t frame)
{
	const struct audit_rules *rules = audit->rules;

	if (audit->nr_tables == rules->max_tables)
		return ERR_NO_SPACE;
	rules->tables[audit->nr_tables++] = frame;
	return 0;
}

static int open_table(struct audit *audit, virt_addr_t first, unsigned int level, pt_entry_t entry)
{
	const struct audit_rules *rules = audit->rules;
	const phys_addr_t table = pt_table_address(entry);
	const bool is_shared = level == audit->space->root.levels && is_kernel_half(first);
	const pt_entry_t want =
		pt_with_live(pt_make_table(table, !is_kernel_half(first)), pt_live(entry));

	if (entry.raw != want.raw || (is_shared && pt_live(entry) != 1))
		return broken(audit,
			      "a table's entry has a bit that it should not have, or lacks one",
			      first, level, entry);
	if (phys_raw(table) >= audit->space->physical_limit)
		return broken(audit, "a table lies beyond the CPU's physical addresses", first,
			      level, entry);
	if (rules->is_table_frame && !rules->is_table_frame(rules->context, phys_pfn(table)))
		return broken(audit, "a table's frame is not allocated", first, level, entry);
	audit->lowest_open = level - 1;
	audit->open[level - 1] = (struct open_table){ entry, first, 0, is_shared };
	audit->report->nr_tables[level - 1]++;
	return remember_table(audit, phys_pfn(table));
}

static int audit_entry(void *context, virt_addr_t first, unsigned int level, pt_entry_t entry)
{
	struct audit *audit = context;
	const enum pt_kind kind = pt_kind(entry, level);
	int error = 0;

	while (!error && audit->lowest_open < level)
		error = close_table(audit);
	if (error)
		return error;
	audit->open[level].live++;
	if (kind == PT_TABLE)
		return open_table(audit, first, level, entry);
	if (is_kernel_half(first))
		error = advance_to(audit, first);
	if (error)
		return error;
	if (kind == PT_RESERVED)
		return audit_reserved(audit, first, level, entry);
	audit->report->nr_leaves[level]++;
	audit->report->nr_bytes[level] += pt_span(level);
	return audit_leaf(audit, first, level, entry);
}

/* Heapsort, as nothing bounds the number of tables: let `frames[at]` sink to its place. */
static void sink(pfn_t *frames, size_t at, size_t count)
{
	for (;;) {
		size_t child = 2 * at + 1;
		pfn_t moved = frames[at];

		if (child >= count)
			return;
		if (child + 1 < count && frames[child + 1] > frames[child])
			child++;
		if (moved >= frames[child])
			return;
		frames[at] = frames[child];
		frames[child] = moved;
		at = child;
	}
}

static void sort(pfn_t *frames, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sink(frames, i, count);
	for (size_t i = count; i-- > 1;) {
		pfn_t largest = frames[0];

		frames[0] = frames[i];
		frames[i] = largest;
		sink(frames, 0, i);
	}
}

/* Whether a table lies in [start, start + count). */
static bool has_table(const struct audit *audit, pfn_t start, uint64_t count)
{
	const pfn_t *tables = audit->rules->tables;
	size_t low = 0, high = audit->nr_tables;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (tables[middle] < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < audit->nr_tables && tables[low] - start < count;
}

static int audit_alias(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	struct audit *audit = context;

	if (pt_kind(entry, level) == PT_LEAF &&
	    has_table(audit, phys_pfn(pt_leaf_address(entry, level)), pt_span(level) / FRAME_SIZE))
		return broken(audit, "a table is mapped by a page", address, level, entry);
	return 0;
}

/* Invariant 2, when the frames of all tables are known. */
static int audit_tables(struct audit *audit)
{
	const struct audit_rules *rules = audit->rules;
	const uint64_t half = pt_span(audit->space->root.levels) * PT_ENTRIES / 2;
	int error;

	sort(rules->tables, audit->nr_tables);
	for (size_t i = 1; i < audit->nr_tables; i++)
		if (rules->tables[i] == rules->tables[i - 1])
			return broken(audit, "a table has two parents", virt_addr(0), 0,
				      (pt_entry_t){ rules->tables[i] * FRAME_SIZE });
	error = mapper_visit(audit->space, virt_addr(0), half, audit_alias, audit);
	for (size_t i = 0; i < rules->nr_regions && !error; i++) {
		const struct region *region = &rules->regions[i];

		if (region->kind == REGION_IMAGE || region->kind == REGION_SINGLE)
			error = mapper_visit(audit->space, region->start, region->size, audit_alias,
					     audit);
	}
	return error;
}

int audit_space(const struct space *space, const struct audit_rules *rules,
		struct audit_report *report)
{
	struct audit audit = {
		.space = space,
		.rules = rules,
		.report = report,
		.lowest_open = space->root.levels,
	};
	int error;

	*report = (struct audit_report){ .broken = NULL };
	report->nr_tables[space->root.levels] = 1;
	enter_region(&audit, 0);
	error = remember_table(&audit, phys_pfn(space->root.table));
	if (!error)
		error = mapper_visit_entries(space, audit_entry, &audit);
	while (!error && audit.lowest_open < space->root.levels)
		error = close_table(&audit);
	while (!error && region_now(&audit)) {
		error = leave_region(&audit);
		enter_region(&audit, audit.region + 1);
	}
	return error ? error : audit_tables(&audit);
}

/* FNV-1a, a word at a time. */
static int digest_entry(void *context, virt_addr_t first, unsigned int level, pt_entry_t entry)
{
	uint64_t *digest = context;
	const uint64_t words[] = { virt_raw(first), level, entry.raw };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		*digest = (*digest ^ words[i]) * UINT64_C(0x100000001b3);
	return 0;
}

int audit_digest(const struct space *space, uint64_t *digest)
{
	*digest = UINT64_C(0xcbf29ce484222325);
	return mapper_visit_entries(space, digest_entry, digest);
}
