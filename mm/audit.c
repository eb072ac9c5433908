/* SPDX-License-Identifier: MIT */
/*
 * Auditing an address space (mercator/audit.h). Entries come in ascending order. Most of them
 * follow exactly from the one before: leaves of the image, of the physical map and of each single
 * mapping continue each other. Such a sequence is a run. An entry that continues a run takes a few
 * instructions; all others are checked in full.
 */
#include <mercator/audit.h>
#include <mercator/mapper.h>

#include "pagetable/window.h"
#include "sort.h"
#include "units.h"

/* A table whose entries are being visited. */
struct open_table {
	mc_pt_entry_t entry; /* the one that points at this table */
	mc_virt_addr_t first;
	unsigned int live;
	bool is_shared;
};

struct audit {
	const struct mc_space *space;
	const struct mc_audit_rules *rules;
	struct mc_audit_report *report;

	struct open_table
		open[MC_PT_LEVELS_MAX + 1]; /* by level, from `lowest_open` to the root's */
	unsigned int lowest_open;

	/*
	 * The run: the next address, and the end. By level: the span of a leaf, and its raw value
	 * minus its virtual address. The span is NO_SPAN at levels where no leaf can continue the
	 * run.
	 */
	uint64_t next, end;
	uint64_t spans[MC_PT_LEVELS_MAX + 1], bits[MC_PT_LEVELS_MAX + 1];
	uint64_t run_start;
	bool is_whole; /* it must reach its end */

	/* The current region; in the physical map, also the current range of RAM and part of it. */
	bool in_kernel_half;
	size_t region;
	uint64_t nr_bytes; /* reserved or mapped in the current region */
	size_t ram;
	unsigned int part;

	/*
	 * Both are kept in rules->tables: tables from its start; what runs map, as pairs of frame
	 * numbers (start, end), from its end.
	 */
	size_t nr_tables;
	size_t nr_mapped;
};

#define NO_SPAN UINT64_MAX

static int broken(struct audit *audit, const char *what, mc_virt_addr_t address, unsigned int level,
		  mc_pt_entry_t entry)
{
	audit->report->broken = what;
	audit->report->address = address;
	audit->report->level = level;
	audit->report->entry = entry;
	return MC_ERR_FORMAT;
}

static int broken_from(struct audit *audit, const char *what, uint64_t address)
{
	return broken(audit, what, mc_virt_addr(address), 0, (mc_pt_entry_t){ 0 });
}

static const struct mc_region *region_now(const struct audit *audit)
{
	return audit->in_kernel_half && audit->region < audit->rules->nr_regions
		       ? &audit->rules->regions[audit->region]
		       : NULL;
}

static bool has_room(const struct audit *audit, size_t count)
{
	return audit->rules->max_tables - audit->nr_tables - 2 * audit->nr_mapped >= count;
}

static void begin_run(struct audit *audit, uint64_t start, uint64_t end, bool is_whole)
{
	audit->run_start = start;
	audit->next = start;
	audit->end = end;
	audit->is_whole = is_whole;
	for (unsigned int level = 1; level <= MC_PT_LEVELS_MAX; level++)
		audit->spans[level] = NO_SPAN;
}

static void expect_leaves(struct audit *audit, unsigned int level, uint64_t bits)
{
	audit->spans[level] = mc_pt_span(level);
	audit->bits[level] = bits;
}

static bool overlaps(const struct mc_memmap_range *range, uint64_t start, uint64_t size)
{
	return start < range->end && range->start < start + size;
}

/* Check the memory that a run or a leaf maps. */
static const char *memory_fault(const struct audit *audit, uint64_t physical, uint64_t size,
				bool is_writable)
{
	if (size > audit->space->physical_limit || physical > audit->space->physical_limit - size)
		return "a leaf leads beyond the CPU's physical addresses";
	if (is_writable && overlaps(&audit->rules->read_only, physical, size))
		return "an alias of the kernel's text or read-only data is writable";
	return NULL;
}

/* End the run: check the memory that it maps and, unless it may map tables, remember it. */
static int end_run(struct audit *audit)
{
	const struct mc_region *region = region_now(audit);
	const uint64_t size = audit->next - audit->run_start;
	mc_pfn_t *mapped = &audit->rules->tables[audit->rules->max_tables - 2 * audit->nr_mapped];
	unsigned int level = 1;
	const char *fault;
	uint64_t physical;
	mc_pt_entry_t leaf;

	if (audit->is_whole && audit->next != audit->end)
		return broken_from(audit, "a region is not mapped as a whole", audit->next);
	if (!size)
		return 0;
	while (audit->spans[level] == NO_SPAN)
		level++;
	leaf.raw = audit->bits[level] + audit->run_start;
	physical = mc_phys_raw(mc_pt_leaf_address(leaf, 1));
	fault = memory_fault(audit, physical, size, mc_pt_is_writable(leaf));
	if (fault)
		return broken_from(audit, fault, audit->run_start);
	/* These two may map tables. */
	if (region && (region->kind == MC_REGION_PHYSMAP || region->kind == MC_REGION_TEMP))
		return 0;
	if (!has_room(audit, 2))
		return MC_ERR_NO_SPACE;
	mapped[-2] = physical / MC_FRAME_SIZE;
	mapped[-1] = (physical + size) / MC_FRAME_SIZE;
	audit->nr_mapped++;
	return 0;
}

/* Begin a run that is known in advance: of the image or of the physical map. */
static void expect_run(struct audit *audit, uint64_t start, uint64_t end,
		       struct mc_attributes attributes)
{
	const struct mc_region *region = region_now(audit);
	const uint64_t distance = mc_phys_raw(region->physical) - mc_virt_raw(region->start);

	begin_run(audit, start, end, true);
	for (unsigned int level = 1; level <= audit->space->largest_leaf; level++)
		expect_leaves(audit, level, distance + mc_pt_leaf_bits(attributes, level));
}

/* Expect the next part of RAM: before, in or after `read_only`. False if there is none. */
static bool next_ram(struct audit *audit)
{
	const struct mc_audit_rules *rules = audit->rules;
	const struct mc_region *region = region_now(audit);
	const uint64_t base = mc_virt_raw(region->start);

	for (; audit->ram < rules->nr_ram && rules->ram[audit->ram].start < region->size;
	     audit->ram++, audit->part = 0)
		while (audit->part < 3) {
			const struct mc_memmap_range *ram = &rules->ram[audit->ram];
			const uint64_t high = clamp(ram->end, 0, region->size);
			const uint64_t edges[4] = {
				ram->start,
				clamp(rules->read_only.start, ram->start, high),
				clamp(rules->read_only.end, ram->start, high),
				high,
			};
			const unsigned int part = audit->part++;
			struct mc_attributes attributes = region->attributes;

			if (edges[part] >= edges[part + 1])
				continue;
			if (part == 1)
				attributes.rights &= ~MC_RIGHT_WRITE;
			expect_run(audit, base + edges[part], base + edges[part + 1], attributes);
			return true;
		}
	return false;
}

static void enter_region(struct audit *audit)
{
	const struct mc_region *region = region_now(audit);

	audit->nr_bytes = 0;
	audit->ram = 0;
	audit->part = 0;
	begin_run(audit, 0, 0, false);
	if (!region)
		return;
	if (region->kind == MC_REGION_IMAGE)
		expect_run(audit, mc_virt_raw(region->start),
			   mc_virt_raw(region->start) + region->size, region->attributes);
	else if (region->kind == MC_REGION_PHYSMAP)
		next_ram(audit);
}

/* End the run and go on to the next one that is expected, or to the next region. */
static int advance(struct audit *audit)
{
	const struct mc_region *region = region_now(audit);
	int error = end_run(audit);

	if (error)
		return error;
	if (region && region->kind == MC_REGION_PHYSMAP && next_ram(audit))
		return 0;
	if (region && (region->kind == MC_REGION_GUARD || region->kind == MC_REGION_TEMP) &&
	    audit->nr_bytes != region->size)
		return broken_from(audit, "a region is not reserved as a whole",
				   mc_virt_raw(region->start));
	if (audit->in_kernel_half)
		audit->region++;
	audit->in_kernel_half = true;
	enter_region(audit);
	return 0;
}

/*
 * Advance until the address is not beyond the current region or the end of the expected run. An
 * address before the region is in no region.
 */
static int advance_to(struct audit *audit, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	const uint64_t at = mc_virt_raw(address);
	const struct mc_region *region = region_now(audit);
	int error = 0;

	while (!error && (!audit->in_kernel_half ||
			  (region && (at - mc_virt_raw(region->start) >= region->size ||
				      (audit->is_whole && audit->next == audit->end))))) {
		if (region && at < mc_virt_raw(region->start))
			break;
		error = advance(audit);
		region = region_now(audit);
	}
	if (error)
		return error;
	if (!region || at < mc_virt_raw(region->start) || mc_pt_span(level) > region->size)
		return broken(audit, "there is something outside of all regions", address, level,
			      entry);
	if (audit->is_whole && at < audit->next)
		return broken(audit, "the physical map has what is no RAM", address, level, entry);
	if (audit->is_whole && at > audit->next)
		return broken_from(audit, "a region is not mapped as a whole", audit->next);
	return 0;
}

/* Checks for any leaf. */
static const char *leaf_fault(const struct audit *audit, mc_virt_addr_t address, unsigned int level,
			      mc_pt_entry_t entry)
{
	const struct mc_attributes attributes = mc_pt_leaf_attributes(entry);
	const uint64_t physical = mc_phys_raw(mc_pt_leaf_address(entry, level)),
		       size = mc_pt_span(level);
	const unsigned int write_execute = MC_RIGHT_WRITE | MC_RIGHT_EXECUTE;

	if (entry.raw != (physical | mc_pt_leaf_bits(attributes, level)))
		return "a leaf has a bit that it should not have, or lacks A or D";
	if (level > audit->space->largest_leaf)
		return "a leaf is larger than the CPU's pages";
	if ((attributes.rights & write_execute) == write_execute)
		return "a leaf is writable and executable";
	if ((attributes.rights & MC_RIGHT_WRITE) &&
	    overlaps(&audit->rules->read_only, physical, size))
		return "an alias of the kernel's text or read-only data is writable";
	if ((attributes.rights & MC_RIGHT_GLOBAL) && !audit->space->global_pages)
		return "a leaf is global, which this CPU does not have";
	if ((attributes.rights & MC_RIGHT_USER) && mc_pt_is_upper_half(address))
		return "a leaf of the kernel half is the user's";
	if ((attributes.rights & MC_RIGHT_GLOBAL) && !mc_pt_is_upper_half(address))
		return "a leaf of the lower half is global";
	return memory_fault(audit, physical, size, attributes.rights & MC_RIGHT_WRITE);
}

/* Why a leaf differs from the expected one, in a run that must be whole. */
static const char *unexpected_leaf(const struct audit *audit, mc_virt_addr_t address,
				   unsigned int level, mc_pt_entry_t entry)
{
	const struct mc_region *region = region_now(audit);
	const uint64_t distance = mc_phys_raw(region->physical) - mc_virt_raw(region->start);

	if (mc_phys_raw(mc_pt_leaf_address(entry, level)) != mc_virt_raw(address) + distance)
		return "a page leads elsewhere";
	if (mc_pt_span(level) > audit->end - audit->next)
		return "a page reaches beyond what has these rights, or beyond RAM";
	return "a page has other rights, or another memory type";
}

static const char *region_fault(const struct audit *audit, mc_virt_addr_t address,
				unsigned int level, mc_pt_entry_t entry)
{
	const struct mc_region *region = region_now(audit);
	const unsigned int rights = mc_pt_leaf_attributes(entry).rights;

	switch (region->kind) {
	case MC_REGION_IMAGE:
	case MC_REGION_PHYSMAP: return unexpected_leaf(audit, address, level, entry);
	case MC_REGION_SINGLE:
	case MC_REGION_TEMP:
		return rights & ~region->attributes.rights
			       ? "a single mapping has more rights than its region"
			       : NULL;
	default: return "a page is mapped where none should be";
	}
}

/* A leaf that continues no run: check it, and begin a run with it. */
static int audit_leaf(struct audit *audit, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	const struct mc_region *region = region_now(audit);
	const char *fault = leaf_fault(audit, address, level, entry);
	int error;

	if (!fault && region)
		fault = region_fault(audit, address, level, entry);
	if (fault)
		return broken(audit, fault, address, level, entry);
	error = end_run(audit);
	if (error)
		return error;
	begin_run(audit, mc_virt_raw(address),
		  region ? mc_virt_raw(region->start) + region->size : UINT64_C(1) << 63, false);
	expect_leaves(audit, level, entry.raw - mc_virt_raw(address));
	audit->next += mc_pt_span(level);
	audit->nr_bytes += mc_pt_span(level);
	audit->report->nr_leaves[level]++;
	return 0;
}

static int audit_reserved(struct audit *audit, mc_virt_addr_t address, unsigned int level,
			  mc_pt_entry_t entry)
{
	const struct mc_region *region = region_now(audit);

	if (level != 1 || entry.raw != mc_pt_make_marker(mc_pt_marker_payload(entry)).raw)
		return broken(audit, "an entry that is not present is neither zero nor reserved",
			      address, level, entry);
	if (region && (region->kind == MC_REGION_IMAGE || region->kind == MC_REGION_PHYSMAP))
		return broken(audit, "an entry is reserved where a page should be", address, level,
			      entry);
	audit->nr_bytes += MC_FRAME_SIZE;
	audit->report->nr_markers++;
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
	else if (table->live != mc_pt_live(table->entry))
		fault = "the count of a table's live entries is wrong";
	return fault ? broken(audit, fault, table->first, level + 1, table->entry) : 0;
}

static int remember_table(struct audit *audit, mc_pfn_t frame)
{
	if (!has_room(audit, 1))
		return MC_ERR_NO_SPACE;
	audit->rules->tables[audit->nr_tables++] = frame;
	return 0;
}

static int open_table(struct audit *audit, mc_virt_addr_t first, unsigned int level,
		      mc_pt_entry_t entry)
{
	const struct mc_audit_rules *rules = audit->rules;
	const mc_phys_addr_t table = mc_pt_table_address(entry);
	const bool is_shared = level == audit->space->root.levels && mc_pt_is_upper_half(first);
	const mc_pt_entry_t want = mc_pt_with_live(
		mc_pt_make_table(table, !mc_pt_is_upper_half(first)), mc_pt_live(entry));

	if (entry.raw != want.raw || (is_shared && mc_pt_live(entry) != 1))
		return broken(audit,
			      "a table's entry has a bit that it should not have, or lacks one",
			      first, level, entry);
	if (mc_phys_raw(table) >= audit->space->physical_limit)
		return broken(audit, "a table lies beyond the CPU's physical addresses", first,
			      level, entry);
	if (rules->is_table_frame && !rules->is_table_frame(rules->context, mc_phys_pfn(table)))
		return broken(audit, "a table's frame is not allocated", first, level, entry);
	audit->lowest_open = level - 1;
	audit->open[level - 1] = (struct open_table){ entry, first, 0, is_shared };
	audit->report->nr_tables[level - 1]++;
	return remember_table(audit, mc_phys_pfn(table));
}

/* An entry that does not continue a run. */
__attribute__((noinline)) static int audit_closely(struct audit *audit, mc_virt_addr_t first,
						   unsigned int level, mc_pt_entry_t entry)
{
	const enum mc_pt_kind kind = mc_pt_kind(entry, level);
	int error = 0;

	while (!error && audit->lowest_open < level)
		error = close_table(audit);
	if (error)
		return error;
	audit->open[level].live++;
	if (kind == MC_PT_TABLE)
		return open_table(audit, first, level, entry);
	if (mc_pt_is_upper_half(first))
		error = advance_to(audit, first, level, entry);
	if (error)
		return error;
	if (kind == MC_PT_MARKER)
		return audit_reserved(audit, first, level, entry);
	/* It may be the first leaf of an expected run. */
	if (audit->is_whole && entry.raw == mc_virt_raw(first) + audit->bits[level] &&
	    audit->spans[level] <= audit->end - audit->next) {
		audit->next += mc_pt_span(level);
		audit->report->nr_leaves[level]++;
		return 0;
	}
	return audit_leaf(audit, first, level, entry);
}

static int audit_entry(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	struct audit *audit = context;

	/* The low bits of `first` are zero, so an equal entry has the flags of `bits`: a leaf's. */
	if (entry.raw != mc_virt_raw(first) + audit->bits[level] ||
	    mc_virt_raw(first) != audit->next || audit->spans[level] > audit->end - audit->next)
		return audit_closely(audit, first, level, entry);
	audit->next += audit->spans[level];
	audit->open[level].live++;
	audit->report->nr_leaves[level]++;
	return 0;
}

/* Whether a table lies in [start, start + count). */
static bool has_table(const struct audit *audit, mc_pfn_t start, uint64_t count)
{
	const mc_pfn_t *tables = audit->rules->tables;
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

/* Invariant 2. Needs the frames of all tables. */
static int audit_tables(struct audit *audit)
{
	mc_pfn_t *tables = audit->rules->tables;
	const mc_pfn_t *mapped = tables + audit->rules->max_tables - 2 * audit->nr_mapped;

	sort(tables, audit->nr_tables, sizeof(*tables));
	for (size_t i = 1; i < audit->nr_tables; i++)
		if (tables[i] == tables[i - 1])
			return broken(audit, "a table has two parents", mc_virt_addr(0), 0,
				      (mc_pt_entry_t){ tables[i] * MC_FRAME_SIZE });
	for (size_t i = 0; i < audit->nr_mapped; i++)
		if (has_table(audit, mapped[2 * i], mapped[2 * i + 1] - mapped[2 * i]))
			return broken(audit, "a table is mapped by a page", mc_virt_addr(0), 0,
				      (mc_pt_entry_t){ mapped[2 * i] * MC_FRAME_SIZE });
	return 0;
}

/*
 * The root's recursive slots, which mc_mapper_visit_all() skips. Their exact values are known.
 */
static int audit_slots(struct audit *audit)
{
	const struct mc_space *space = audit->space;
	const unsigned int levels = space->root.levels;
	const bool has_own = space->recursive_slot != MC_SPACE_NOT_RECURSIVE;
	const bool has_second = HAS_RECURSIVE && second_slot.is_taken && space == mc_space_active();
	const struct {
		int index;
		uint64_t want;
	} slots[] = {
		{ has_own ? space->recursive_slot : OWN_SLOT,
		  has_own ? mc_pt_make_recursive(space->root.table).raw : 0 },
		{ SECOND_SLOT,
		  HAS_RECURSIVE && has_second ? mc_pt_make_recursive(second_slot.root).raw : 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(slots) && slots[i].index >= 0; i++) {
		const mc_virt_addr_t first = mc_pt_canonical(
			mc_virt_addr((uint64_t)slots[i].index * mc_pt_span(levels)), levels);
		unsigned int found;
		mc_pt_entry_t entry;
		const int error = mc_mapper_read_entry(space, first, levels, &entry, &found);

		if (error)
			return error;
		if (entry.raw != slots[i].want)
			return broken(audit, "a recursive slot is not what it should be", first,
				      levels, entry);
	}
	return 0;
}

/* The generic method's cached pointer to the root. */
static int audit_root(struct audit *audit)
{
	const struct mc_root *root = &audit->space->root;

	if (root->method != MC_ACCESS_GENERIC || !root->table_pointer ||
	    (!root->pointers_are_brief &&
	     root->table_pointer == root->pointer_to(root->pointer_context, root->table)))
		return 0;
	return broken(audit, "the pointer to the root is to something else, or may be",
		      mc_virt_addr(0), 0, (mc_pt_entry_t){ mc_phys_raw(root->table) });
}

int mc_audit_space(const struct mc_space *space, const struct mc_audit_rules *rules,
		   struct mc_audit_report *report)
{
	struct audit audit = {
		.space = space,
		.rules = rules,
		.report = report,
		.lowest_open = space->root.levels,
	};
	int error;

	*report = (struct mc_audit_report){ .broken = NULL };
	report->nr_tables[space->root.levels] = 1;
	error = remember_table(&audit, mc_phys_pfn(space->root.table));
	if (!error)
		error = audit_root(&audit);
	if (!error)
		error = audit_slots(&audit);
	if (!error)
		error = mc_mapper_visit_all(space, MC_VISIT_ENTRIES, audit_entry, &audit);
	while (!error && audit.lowest_open < space->root.levels)
		error = close_table(&audit);
	while (!error && (!audit.in_kernel_half || region_now(&audit)))
		error = advance(&audit);
	return error ? error : audit_tables(&audit);
}

/* FNV-1a, a word at a time. */
static int digest_entry(void *context, mc_virt_addr_t first, unsigned int level,
			mc_pt_entry_t entry)
{
	uint64_t *digest = context;
	const uint64_t words[] = { mc_virt_raw(first), level, entry.raw };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		*digest = (*digest ^ words[i]) * UINT64_C(0x100000001b3);
	return 0;
}

int mc_audit_digest(const struct mc_space *space, uint64_t *digest)
{
	*digest = UINT64_C(0xcbf29ce484222325);
	return mc_mapper_visit_all(space, MC_VISIT_ENTRIES, digest_entry, digest);
}
