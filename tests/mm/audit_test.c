/* SPDX-License-Identifier: MIT */
/* Suite "audit": a correct space passes, and whatever is broken in it is found and named. */
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/audit.h>

#include "mapper_fixture.h"

#define PHYSMAP UINT64_C(0xffff888000000000)
#define SINGLE  UINT64_C(0xffffc90000000000)
#define IMAGE   UINT64_C(0xffffffff80100000)
#define USER    UINT64_C(0x0000123440000000)

#define R  MC_RIGHT_READ
#define RW (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define RX (MC_RIGHT_READ | MC_RIGHT_EXECUTE)
#define G  MC_RIGHT_GLOBAL

/* Text of two pages, a page of read-only data, data with a hole, a guard, a stack, two temporary pages. */
static const struct mc_region regions[] = {
	{ "physical map", { PHYSMAP }, TIB(1), MC_REGION_PHYSMAP, { G | RW, 0 }, { 0 } },
	{ "single mappings", { SINGLE }, GIB(512), MC_REGION_SINGLE, { G | RW, 0 }, { 0 } },
	{ "text", { IMAGE }, KIB(8), MC_REGION_IMAGE, { G | RX, 0 }, { MIB(1) } },
	{ "rodata",
	  { IMAGE + KIB(8) },
	  KIB(4),
	  MC_REGION_IMAGE,
	  { G | R, 0 },
	  { MIB(1) + KIB(8) } },
	{ "data",
	  { IMAGE + KIB(12) },
	  KIB(16),
	  MC_REGION_IMAGE,
	  { G | RW, 0 },
	  { MIB(1) + KIB(12) } },
	{ "guard", { IMAGE + KIB(32) }, KIB(4), MC_REGION_GUARD, { 0 }, { 0 } },
	{ "stack",
	  { IMAGE + KIB(36) },
	  KIB(8),
	  MC_REGION_IMAGE,
	  { G | RW, 0 },
	  { MIB(1) + KIB(36) } },
	{ "temporary pages", { IMAGE + KIB(64) }, KIB(8), MC_REGION_TEMP, { RW, 0 }, { 0 } },
};

static const struct mc_memmap_range ram[] = {
	{ KIB(4), KIB(636), MC_MEMMAP_USABLE },
	{ MIB(1), MIB(6) + KIB(8), MC_MEMMAP_USABLE },
	{ GIB(1), GIB(2), MC_MEMMAP_USABLE },
};

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;
static mc_pfn_t room[FIXTURE_FRAMES + 100];
static mc_pfn_t foreign_frame; /* reported as in other use; 0: none */

static bool is_table_frame(void *context, mc_pfn_t frame)
{
	(void)context;
	return frame != foreign_frame;
}

static struct mc_audit_rules rules_now(void)
{
	return (struct mc_audit_rules){
		.regions = regions,
		.nr_regions = ARRAY_SIZE(regions),
		.read_only = { MIB(1), MIB(1) + KIB(12), MC_MEMMAP_KERNEL },
		.ram = ram,
		.nr_ram = ARRAY_SIZE(ram),
		.is_table_frame = is_table_frame,
		.tables = room,
		.max_tables = ARRAY_SIZE(room),
	};
}

static void map(struct ktest_run *t, uint64_t address, uint64_t physical, uint64_t size,
		unsigned int rights)
{
	const struct mc_attributes attributes = { rights, MC_MEMORY_WRITE_BACK };

	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size,
				attributes, NULL),
		  0);
}

static void map_physmap(struct ktest_run *t, uint64_t base)
{
	const uint64_t text_end = MIB(1) + KIB(12);
	const unsigned int rights = RW | MC_RIGHT_GLOBAL;

	map(t, base + ram[0].start, ram[0].start, ram[0].end - ram[0].start, rights);
	map(t, base + MIB(1), MIB(1), KIB(12), R | MC_RIGHT_GLOBAL);
	map(t, base + text_end, text_end, ram[1].end - text_end, rights);
	map(t, base + ram[2].start, ram[2].start, ram[2].end - ram[2].start, rights);
}

static void build(struct ktest_run *t, enum mc_access_method method, unsigned int levels)
{
	foreign_frame = 0;
	EXPECT_TRUE(t, fixture_init(&fixture, method, levels));
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	for (size_t i = 0; i < ARRAY_SIZE(regions); i++) {
		const struct mc_region *region = &regions[i];

		if (region->kind == MC_REGION_IMAGE)
			map(t, mc_virt_raw(region->start), mc_phys_raw(region->physical),
			    region->size, region->attributes.rights);
		else if (region->kind == MC_REGION_GUARD || region->kind == MC_REGION_TEMP)
			EXPECT_EQ(t, mc_mapper_reserve(space, region->start, region->size, 1, NULL),
				  0);
	}
	map_physmap(t, PHYSMAP);
	map(t, SINGLE + KIB(4), TIB(2), KIB(12), RW | MC_RIGHT_GLOBAL);
	map(t, SINGLE + GIB(1), TIB(2) + MIB(2), MIB(4), R);
	map(t, USER, TIB(3), KIB(8), RW | MC_RIGHT_USER);
}

static int audit(struct mc_audit_report *report)
{
	const struct mc_audit_rules rules = rules_now();

	return mc_audit_space(space, &rules, report);
}

KTEST(audit, passes_what_is_as_it_should_be)
{
	struct mc_audit_report report;

	for (unsigned int levels = 4; levels <= 5; levels++) {
		build(t, levels == 4 ? MC_ACCESS_OFFSET : MC_ACCESS_GENERIC, levels);
		EXPECT_EQ(t, audit(&report), 0);
		EXPECT_STR(t, report.broken, NULL);
		/* 158 + 256 + 2 of RAM, 9 of the image, 3 and 2 more. */
		EXPECT_EQ(t, report.nr_leaves[1], 158 + 256 + 2 + 9 + 3 + 2);
		EXPECT_EQ(t, report.nr_leaves[2], 2 + 2);
		EXPECT_EQ(t, report.nr_leaves[3], 1);
		EXPECT_EQ(t, report.nr_markers, 3);
		EXPECT_EQ(t, report.nr_tables[1], 2 + 1 + 1 + 1);
		EXPECT_EQ(t, report.nr_tables[2], 1 + 2 + 1 + 1);
		EXPECT_EQ(t, report.nr_tables[3], 4);
		EXPECT_EQ(t, report.nr_tables[4], levels == 4 ? 1 : 2);
		EXPECT_EQ(t, report.nr_tables[levels], 1);
		fixture_finish(&fixture);
	}
}

/* The entry of a level for an address, past the mapper. */
static uint64_t *raw_entry(uint64_t address, unsigned int level)
{
	uint64_t table = mc_phys_raw(space->root.table), *entry = NULL;

	for (unsigned int at = space->root.levels; at >= level; at--) {
		entry = (uint64_t *)fixture_pointer(mc_phys_addr(table)) +
			mc_pt_index(mc_virt_addr(address), at);
		table = *entry & MC_PT_ADDRESS_MASK;
	}
	return entry;
}

#define BIT(n) (UINT64_C(1) << (n))

/* One entry is changed by exclusive or: what the audit says. */
static const struct {
	uint64_t address;
	unsigned int level;
	uint64_t change;
	const char *says;
} changes[] = {
	{ IMAGE, 1, BIT(1) | BIT(6), "a leaf is writable and executable" },
	{ IMAGE, 1, BIT(63), "a page has other rights, or another memory type" },
	{ IMAGE, 1, BIT(8), "a page has other rights, or another memory type" },
	{ IMAGE, 1, BIT(4), "a page has other rights, or another memory type" },
	{ IMAGE, 1, KIB(4), "a page leads elsewhere" },
	{ IMAGE, 1, BIT(5), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE, 1, BIT(7), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE, 1, BIT(9), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE, 1, BIT(52), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE, 1, BIT(59), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE + KIB(12), 1, BIT(6), "a leaf has a bit that it should not have, or lacks A or D" },
	{ IMAGE + KIB(16), 1, BIT(2), "a leaf of the kernel half is the user's" },
	{ IMAGE, 1, BIT(0), "an entry that is not present is neither zero nor reserved" },
	{ IMAGE + KIB(32), 1, BIT(12),
	  "an entry that is not present is neither zero nor reserved" },
	{ PHYSMAP + MIB(1), 1, BIT(1) | BIT(6),
	  "an alias of the kernel's text or read-only data is writable" },
	{ PHYSMAP + MIB(2), 2, BIT(1) | BIT(6), "a page has other rights, or another memory type" },
	{ PHYSMAP + MIB(2), 2, BIT(12),
	  "a leaf has a bit that it should not have, or lacks A or D" },
	{ PHYSMAP + MIB(2), 2, BIT(22), "a page leads elsewhere" },
	{ PHYSMAP + GIB(1), 3, BIT(63), "a leaf is writable and executable" },
	{ SINGLE + KIB(4), 1, BIT(51), "a leaf leads beyond the CPU's physical addresses" },
	{ SINGLE + GIB(1), 2, BIT(63), "a single mapping has more rights than its region" },
	{ USER, 1, BIT(63), "a leaf is writable and executable" },
	{ USER, 1, BIT(8), "a leaf of the lower half is global" },
	{ IMAGE, 2, BIT(1), "a table's entry has a bit that it should not have, or lacks one" },
	{ IMAGE, 2, BIT(2), "a table's entry has a bit that it should not have, or lacks one" },
	{ USER, 3, BIT(2), "a table's entry has a bit that it should not have, or lacks one" },
	{ IMAGE, 2, BIT(63), "a table's entry has a bit that it should not have, or lacks one" },
	{ IMAGE, 4, BIT(52), "a table's entry has a bit that it should not have, or lacks one" },
	{ IMAGE, 2, BIT(52), "the count of a table's live entries is wrong" },
	{ IMAGE, 2, BIT(51), "a table lies beyond the CPU's physical addresses" },
};

KTEST(audit, finds_each_bit_that_is_wrong)
{
	struct mc_audit_report report;

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		uint64_t *entry;

		build(t, MC_ACCESS_OFFSET, 4);
		entry = raw_entry(changes[i].address, changes[i].level);
		*entry ^= changes[i].change;
		EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
		if (!EXPECT_STR(t, report.broken, changes[i].says))
			ktest_note(t, "change %zu", i);
		EXPECT_EQ(t, report.entry.raw, *entry);
		EXPECT_EQ(t, report.level, changes[i].level);
		EXPECT_EQ(t, mc_virt_raw(report.address),
			  align_down(changes[i].address, mc_pt_span(changes[i].level)));
		*entry ^= changes[i].change;
		EXPECT_EQ(t, audit(&report), 0);
		fixture_finish(&fixture);
	}
}

static void unmap(struct ktest_run *t, uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	EXPECT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(address), size, &batch), 0);
	mc_tlb_batch_finish(&batch);
}

static void expect_broken(struct ktest_run *t, const char *says, uint64_t address)
{
	struct mc_audit_report report;

	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, says);
	EXPECT_EQ(t, mc_virt_raw(report.address), address);
}

KTEST(audit, finds_what_is_missing)
{
	static const uint64_t places[] = {
		IMAGE + KIB(16),  PHYSMAP + ram[0].start,    PHYSMAP + ram[0].end - KIB(4),
		PHYSMAP + MIB(1), PHYSMAP + MIB(6) + KIB(4), IMAGE,
		IMAGE + KIB(4),   IMAGE + KIB(24),           IMAGE + KIB(40),
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		build(t, MC_ACCESS_OFFSET, 4);
		unmap(t, places[i], KIB(4));
		expect_broken(t, "a region is not mapped as a whole", places[i]);
		fixture_finish(&fixture);
	}
	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, PHYSMAP + GIB(1), GIB(1));
	expect_broken(t, "a region is not mapped as a whole", PHYSMAP + GIB(1));
	fixture_finish(&fixture);
	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, IMAGE + KIB(32), KIB(4));
	expect_broken(t, "a region is not reserved as a whole", IMAGE + KIB(32));
	fixture_finish(&fixture);
	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, IMAGE + KIB(64), KIB(4));
	expect_broken(t, "a region is not reserved as a whole", IMAGE + KIB(64));
	fixture_finish(&fixture);
}

KTEST(audit, finds_what_is_too_much)
{
	static const struct {
		uint64_t address, size;
		const char *says;
	} more[] = {
		{ PHYSMAP - KIB(4), KIB(4), "there is something outside of all regions" },
		{ PHYSMAP, KIB(4), "the physical map has what is no RAM" },
		{ PHYSMAP + KIB(636), KIB(4), "the physical map has what is no RAM" },
		{ PHYSMAP + MIB(8), MIB(2), "the physical map has what is no RAM" },
		{ PHYSMAP + TIB(1), GIB(1), "there is something outside of all regions" },
		{ SINGLE - KIB(4), KIB(4), "there is something outside of all regions" },
		{ SINGLE + GIB(512), KIB(4), "there is something outside of all regions" },
		{ IMAGE - KIB(4), KIB(4), "there is something outside of all regions" },
		{ IMAGE + KIB(28), KIB(4), "there is something outside of all regions" },
		{ IMAGE + KIB(44), KIB(4), "there is something outside of all regions" },
		{ IMAGE + KIB(72), KIB(4), "there is something outside of all regions" },
	};
	struct mc_audit_report report;

	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		build(t, MC_ACCESS_OFFSET, 4);
		map(t, more[i].address, TIB(3), more[i].size, R);
		EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
		EXPECT_STR(t, report.broken, more[i].says);
		EXPECT_EQ(t, mc_virt_raw(report.address), more[i].address);
		EXPECT_EQ(t, mc_pt_span(report.level), more[i].size);
		fixture_finish(&fixture);
	}
}

KTEST(audit, finds_a_page_where_a_guard_should_be_and_the_reverse)
{
	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, IMAGE + KIB(32), KIB(4));
	map(t, IMAGE + KIB(32), MIB(1) + KIB(32), KIB(4), R);
	expect_broken(t, "a page is mapped where none should be", IMAGE + KIB(32));
	fixture_finish(&fixture);

	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, IMAGE + KIB(16), KIB(4));
	EXPECT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(IMAGE + KIB(16)), KIB(4), 0, NULL), 0);
	expect_broken(t, "an entry is reserved where a page should be", IMAGE + KIB(16));
	fixture_finish(&fixture);
}

KTEST(audit, finds_a_table_that_is_mapped)
{
	const uint64_t places[] = { SINGLE + MIB(8), USER + MIB(8) };
	static mc_pfn_t tables[FIXTURE_FRAMES];
	uint64_t nr_tables = 0;
	struct mc_audit_report report;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		build(t, MC_ACCESS_OFFSET, 4);
		map(t, places[i], *raw_entry(USER, 2) & MC_PT_ADDRESS_MASK, KIB(4), R);
		EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
		EXPECT_STR(t, report.broken, "a table is mapped by a page");
		fixture_finish(&fixture);
	}
	/* Each of them, in the order in which the audit sorts them. */
	build(t, MC_ACCESS_OFFSET, 4);
	map(t, USER + KIB(8), TIB(3), KIB(4), R);
	EXPECT_EQ(t, audit(&report), 0);
	for (unsigned int level = 1; level <= 4; level++)
		nr_tables += report.nr_tables[level];
	ASSERT_TRUE(t, nr_tables <= FIXTURE_FRAMES);
	memcpy(tables, room, nr_tables * sizeof(*tables));
	for (uint64_t i = 0; i < nr_tables; i++) {
		unmap(t, USER + KIB(8), KIB(4));
		map(t, USER + KIB(8), tables[i] * MC_FRAME_SIZE, KIB(4), R);
		EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
		EXPECT_STR(t, report.broken, "a table is mapped by a page");
	}
	fixture_finish(&fixture);
	/* By a page of 2 MiB, after pages of 4 KiB. */
	build(t, MC_ACCESS_OFFSET, 4);
	map(t, SINGLE + MIB(8), align_down(mc_phys_raw(space->root.table), MIB(2)), MIB(2), R);
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a table is mapped by a page");
	fixture_finish(&fixture);
	/* In the middle of a run, and the root. */
	build(t, MC_ACCESS_OFFSET, 4);
	map(t, SINGLE + MIB(8), mc_phys_raw(space->root.table) - KIB(8), KIB(16), R);
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a table is mapped by a page");
	fixture_finish(&fixture);
}

/* The first page is as it should be; the ones that continue it lead into the image. */
KTEST(audit, finds_a_row_of_pages_that_runs_into_text)
{
	const struct mc_memmap_range text = { MIB(1), MIB(1) + KIB(12), MC_MEMMAP_KERNEL };

	build(t, MC_ACCESS_OFFSET, 4);
	map(t, SINGLE + MIB(8), text.start - KIB(8), KIB(8), RW);
	map(t, SINGLE + MIB(8) + KIB(8), text.start, KIB(8), R);
	EXPECT_EQ(t, audit(&(struct mc_audit_report){ NULL }), 0);
	*raw_entry(SINGLE + MIB(8) + KIB(8), 1) |= BIT(1) | BIT(6);
	expect_broken(t, "an alias of the kernel's text or read-only data is writable",
		      SINGLE + MIB(8));
	fixture_finish(&fixture);
}

/* An entry that is not present does not continue a run, whatever its value. */
KTEST(audit, finds_what_is_not_present_in_a_row_of_pages)
{
	uint64_t *entry, table;

	build(t, MC_ACCESS_OFFSET, 4);
	unmap(t, PHYSMAP + GIB(1), GIB(1));
	space->largest_leaf = 2;
	map(t, PHYSMAP + GIB(1), GIB(1), GIB(1), RW | MC_RIGHT_GLOBAL);
	EXPECT_EQ(t, audit(&(struct mc_audit_report){ NULL }), 0);
	entry = raw_entry(PHYSMAP + GIB(1), 3);
	table = *entry;
	*entry = PHYSMAP + GIB(1);
	expect_broken(t, "an entry that is not present is neither zero nor reserved",
		      PHYSMAP + GIB(1));
	*entry = table;
	EXPECT_EQ(t, audit(&(struct mc_audit_report){ NULL }), 0);
	fixture_finish(&fixture);
}

KTEST(audit, finds_each_bit_that_is_wrong_in_a_recursive_slot)
{
	static const struct {
		unsigned int slot;
		uint64_t change;
	} wrong[] = {
		{ FIXTURE_RECURSIVE_SLOT, BIT(0) },         { FIXTURE_RECURSIVE_SLOT, BIT(1) },
		{ FIXTURE_RECURSIVE_SLOT, BIT(2) },         { FIXTURE_RECURSIVE_SLOT, BIT(6) },
		{ FIXTURE_RECURSIVE_SLOT, BIT(8) },         { FIXTURE_RECURSIVE_SLOT, BIT(12) },
		{ FIXTURE_RECURSIVE_SLOT, BIT(63) },        { FIXTURE_SECOND_SLOT, BIT(0) },
		{ FIXTURE_SECOND_SLOT, TIB(200) | BIT(0) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		uint64_t *root;

		build(t, MC_ACCESS_OFFSET, 4);
		root = fixture_pointer(space->root.table);
		root[FIXTURE_RECURSIVE_SLOT] =
			mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS;
		expect_broken(t, "a recursive slot is not what it should be",
			      mc_virt_raw(mc_pt_canonical(
				      mc_virt_addr(FIXTURE_RECURSIVE_SLOT * mc_pt_span(4)), 4)));
		space->recursive_slot = FIXTURE_RECURSIVE_SLOT;
		EXPECT_EQ(t, audit(&(struct mc_audit_report){ NULL }), 0);
		root[wrong[i].slot] ^= wrong[i].change;
		expect_broken(t, "a recursive slot is not what it should be",
			      mc_virt_raw(mc_pt_canonical(
				      mc_virt_addr(wrong[i].slot * mc_pt_span(4)), 4)));
		root[FIXTURE_RECURSIVE_SLOT] = root[FIXTURE_SECOND_SLOT] = 0;
		fixture_finish(&fixture);
	}
}

KTEST(audit, finds_a_pointer_to_another_root)
{
	const char *sentence = "the pointer to the root is to something else, or may be";
	struct mc_audit_report report;

	build(t, MC_ACCESS_GENERIC, 4);
	space->root.pointers_are_brief = true;
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, sentence);
	space->root.pointers_are_brief = false;
	EXPECT_EQ(t, audit(&report), 0);
	space->root.table_pointer = fixture_pointer(mc_phys_of_pfn(fixture_data_frame(0)));
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, sentence);
	space->root.table_pointer = NULL;
	EXPECT_EQ(t, audit(&report), 0);
	fixture_finish(&fixture);
}

KTEST(audit, finds_a_table_with_two_parents)
{
	struct mc_audit_report report;

	build(t, MC_ACCESS_OFFSET, 4);
	map(t, USER + MIB(2), TIB(3), KIB(8), RW | MC_RIGHT_USER);
	*raw_entry(USER + MIB(2), 2) = *raw_entry(USER, 2);
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a table has two parents");
	fixture_finish(&fixture);
}

/* Wherever the two come among the others, as the audit meets them. */
KTEST(audit, finds_any_two_tables_that_are_one)
{
	enum { NR_TABLES = 12 };
	struct mc_audit_report report;

	build(t, MC_ACCESS_OFFSET, 4);
	for (unsigned int i = 1; i < NR_TABLES; i++)
		map(t, USER + i * MIB(2), TIB(3), KIB(8), RW | MC_RIGHT_USER);
	for (unsigned int i = 0; i < NR_TABLES; i++) {
		for (unsigned int j = 0; j < i; j++) {
			uint64_t *entry = raw_entry(USER + i * MIB(2), 2), saved = *entry;

			*entry = *raw_entry(USER + j * MIB(2), 2);
			EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
			EXPECT_STR(t, report.broken, "a table has two parents");
			*entry = saved;
		}
	}
	EXPECT_EQ(t, audit(&report), 0);
	fixture_finish(&fixture);
}

KTEST(audit, finds_an_empty_table)
{
	struct mc_audit_report report;

	build(t, MC_ACCESS_OFFSET, 4);
	*raw_entry(USER, 1) = 0;
	*raw_entry(USER + KIB(4), 1) = 0;
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "an empty table is linked");
	fixture_finish(&fixture);
}

KTEST(audit, asks_who_has_a_tables_frame)
{
	struct mc_audit_report report;

	build(t, MC_ACCESS_OFFSET, 4);
	foreign_frame = (*raw_entry(USER, 3) & MC_PT_ADDRESS_MASK) / MC_FRAME_SIZE;
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a table's frame is not allocated");
	fixture_finish(&fixture);
}

KTEST(audit, knows_what_the_cpu_lacks)
{
	struct mc_audit_report report;

	build(t, MC_ACCESS_OFFSET, 4);
	space->largest_leaf = 2;
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a leaf is larger than the CPU's pages");
	space->largest_leaf = 3;
	space->global_pages = false;
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	space->global_pages = true;
	map(t, USER + MIB(2), TIB(200), KIB(8), R);
	space->physical_limit = TIB(200) + KIB(4);
	EXPECT_EQ(t, audit(&report), MC_ERR_FORMAT);
	EXPECT_STR(t, report.broken, "a leaf leads beyond the CPU's physical addresses");
	fixture_finish(&fixture);
}

/* It says so as soon as there is too little room, and works with exactly what it needs. */
KTEST(audit, needs_room_for_its_tables)
{
	struct mc_audit_rules rules = rules_now();
	struct mc_audit_report report;
	size_t most = 0;
	int error;

	build(t, MC_ACCESS_OFFSET, 4);
	do {
		rules.max_tables = most++;
		error = mc_audit_space(space, &rules, &report);
	} while (error == MC_ERR_NO_SPACE);
	EXPECT_EQ(t, error, 0);
	/* The root, the others, and two for each run outside of the physical map. */
	EXPECT_EQ(t, rules.max_tables, 1 + space->nr_tables + 2 * 7);
	fixture_finish(&fixture);
}

KTEST(audit, digests_are_equal_for_equal_tables_by_every_method)
{
	uint64_t digest, other;

	build(t, MC_ACCESS_OFFSET, 4);
	EXPECT_EQ(t, mc_audit_digest(space, &digest), 0);
	fixture_finish(&fixture);
	build(t, MC_ACCESS_GENERIC, 4);
	EXPECT_EQ(t, mc_audit_digest(space, &other), 0);
	EXPECT_EQ(t, digest, other);
	*raw_entry(USER, 1) ^= BIT(63);
	EXPECT_EQ(t, mc_audit_digest(space, &other), 0);
	EXPECT_TRUE(t, digest != other);
	fixture_finish(&fixture);

	/* The same entries in another place of the same table. */
	build(t, MC_ACCESS_OFFSET, 4);
	*raw_entry(USER + KIB(8), 1) = *raw_entry(USER + KIB(4), 1);
	*raw_entry(USER + KIB(4), 1) = 0;
	EXPECT_EQ(t, mc_audit_digest(space, &other), 0);
	EXPECT_TRUE(t, digest != other);
	fixture_finish(&fixture);
}

/* Each must have all RAM, from its beginning. */
KTEST(audit, knows_two_physical_maps)
{
	const uint64_t second = PHYSMAP + TIB(16);
	const struct mc_region both[] = {
		regions[0],
		{ "again", { second }, TIB(1), MC_REGION_PHYSMAP, { G | RW, 0 }, { 0 } },
	};
	struct mc_region all[ARRAY_SIZE(regions) + 1];
	struct mc_audit_report report;
	struct mc_audit_rules rules;

	build(t, MC_ACCESS_OFFSET, 4);
	map_physmap(t, second);
	memcpy(all, both, sizeof(both));
	memcpy(&all[2], &regions[1], sizeof(regions) - sizeof(regions[0]));
	rules = rules_now();
	rules.regions = all;
	rules.nr_regions = ARRAY_SIZE(all);
	EXPECT_EQ(t, mc_audit_space(space, &rules, &report), 0);
	EXPECT_STR(t, report.broken, NULL);
	unmap(t, second + ram[0].start, KIB(4));
	EXPECT_EQ(t, mc_audit_space(space, &rules, &report), MC_ERR_FORMAT);
	EXPECT_EQ(t, mc_virt_raw(report.address), second + ram[0].start);
	fixture_finish(&fixture);
}
