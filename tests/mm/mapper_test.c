/* SPDX-License-Identifier: MIT */
/*
 * Suites "mapper_offset", "mapper_recursive" and "mapper_generic": each rule of mercator/mapper.h by
 * an example, for every access method: every error, the edges of the address space, page sizes,
 * splitting, merging, markers, and running out of frames at every step.
 * mapper_property_test.c goes on where examples end.
 */
#include <arch/layout.h>
#include <kernel/units.h>

#include "mapper_starve.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define RX   (MC_RIGHT_READ | MC_RIGHT_EXECUTE)
#define BASE UINT64_C(0x0000123440000000) /* aligned to 1 GiB, in the lower half */
#define SLOT SLOT_BASE(FIXTURE_RECURSIVE_SLOT)

#define MAPPER_TEST(name) METHODS_TEST(mapper, name)

static struct mc_attributes with(unsigned int rights)
{
	return (struct mc_attributes){ .rights = rights };
}

static int map(uint64_t address, uint64_t physical, uint64_t size)
{
	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size, with(RW),
			     NULL);
}

static int unmap(uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(address), size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int protect(uint64_t address, uint64_t size, unsigned int rights)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, mc_virt_addr(address), size, with(rights), &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int merge(uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_merge(space, mc_virt_addr(address), size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static void expect_page(struct ktest_run *t, uint64_t address, uint64_t physical,
			uint64_t page_size)
{
	struct mc_translation got;

	if (!EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &got), 0))
		return;
	EXPECT_EQ(t, mc_phys_raw(got.address), physical);
	EXPECT_EQ(t, got.page_size, page_size);
}

static void expect_hole(struct ktest_run *t, uint64_t address)
{
	struct mc_translation got;

	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &got), MC_ERR_NOT_FOUND);
}

MAPPER_TEST(a_range_uses_the_largest_pages_that_fit)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE - MIB(2) - KIB(4), GIB(8) - MIB(2) - KIB(4), GIB(2) + MIB(4)), 0);
	expect_page(t, BASE - MIB(2) - KIB(4), GIB(8) - MIB(2) - KIB(4), KIB(4));
	expect_page(t, BASE - MIB(2), GIB(8) - MIB(2), MIB(2));
	expect_page(t, BASE, GIB(8), GIB(1));
	expect_page(t, BASE + GIB(2) - 1, GIB(10) - 1, GIB(1));
	expect_page(t, BASE + GIB(2), GIB(10), KIB(4));
	expect_hole(t, BASE + GIB(2) + MIB(2) - KIB(4));
	expect_hole(t, BASE - MIB(2) - KIB(8));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	EXPECT_EQ(t, unmap(BASE - MIB(2) - KIB(4), GIB(2) + MIB(4)), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
}

MAPPER_TEST(an_offset_that_is_not_aligned_limits_the_page_size)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, GIB(1) + MIB(2), MIB(8)), 0);
	expect_page(t, BASE, GIB(1) + MIB(2), MIB(2));
	ASSERT_EQ(t, map(BASE + MIB(8), GIB(1) + KIB(4), MIB(8)), 0);
	expect_page(t, BASE + MIB(8), GIB(1) + KIB(4), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(pages_that_the_cpu_lacks_are_not_used)
{
	if (!begin(t, ANY_LEVELS))
		return;
	space->largest_leaf = 2;
	ASSERT_EQ(t, map(BASE, GIB(1), GIB(1)), 0);
	expect_page(t, BASE, GIB(1), MIB(2));
	EXPECT_EQ(t, merge(BASE, GIB(1)), 0);
	expect_page(t, BASE, GIB(1), MIB(2));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);

	if (!begin(t, ANY_LEVELS))
		return;
	space->largest_leaf = 1;
	ASSERT_EQ(t, map(BASE, GIB(1), MIB(2)), 0);
	expect_page(t, BASE, GIB(1), KIB(4));
	/* and beside others */
	ASSERT_EQ(t, map(BASE + MIB(2), GIB(2), MIB(2)), 0);
	expect_page(t, BASE + MIB(2), GIB(2), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(global_means_nothing_where_the_cpu_has_no_global_pages)
{
	struct mc_translation got;
	mc_virt_addr_t page;

	if (!begin(t, ANY_LEVELS))
		return;
	space->global_pages = false;
	/* The first needs tables, the second has them. */
	for (uint64_t i = 0; i <= 1; i++) {
		page = mc_virt_addr(upper_base() + i * KIB(4));
		ASSERT_EQ(t,
			  mc_mapper_map(space, page, mc_phys_addr(0), KIB(4),
					with(RW | MC_RIGHT_GLOBAL), NULL),
			  0);
		ASSERT_EQ(t, mc_mapper_translate(space, page, &got), 0);
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_GLOBAL), false);
		ASSERT_EQ(t, protect(mc_virt_raw(page), KIB(4), MC_RIGHT_READ | MC_RIGHT_GLOBAL),
			  0);
		ASSERT_EQ(t, mc_mapper_translate(space, page, &got), 0);
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_GLOBAL), false);
	}
}

/* With tables, and pages, where the addresses lead: what is refused must not depend on that. */
MAPPER_TEST(ranges_are_refused_before_anything_is_touched)
{
	const struct {
		uint64_t address, size;
		int error;
	} cases[] = {
		{ BASE, 0, MC_ERR_INVALID },
		{ BASE + 1, KIB(4), MC_ERR_MISALIGNED },
		{ BASE + KIB(8) + 1, KIB(4), MC_ERR_MISALIGNED },
		{ BASE, KIB(4) + 1, MC_ERR_MISALIGNED },
		{ BASE + MIB(4) + 1, MIB(2), MC_ERR_MISALIGNED },
		/* not canonical, though all their indices are those of a page, and of a hole beside it */
		{ BASE | UINT64_C(1) << 48, KIB(4), MC_ERR_INVALID },
		{ (BASE + KIB(8)) | UINT64_C(1) << 63, KIB(4), MC_ERR_INVALID },
		{ (BASE + MIB(4)) | UINT64_C(1) << 48, MIB(2), MC_ERR_INVALID },
		{ UINT64_C(0x0000800000000000), KIB(4), MC_ERR_INVALID },
		{ UINT64_C(0xffff7ffffffff000), KIB(4), MC_ERR_INVALID },
		{ UINT64_C(0x00007ffffffff000), KIB(8), MC_ERR_RANGE },
		{ UINT64_C(0xfffffffffffff000), KIB(8), MC_ERR_RANGE },
		{ 0, UINT64_C(0xfffffffffffff000), MC_ERR_RANGE },
		{ KIB(4), UINT64_C(0xfffffffffffff000), MC_ERR_RANGE },
		/* in the upper half, behind every slot, and 2^64 with the part of the half before it */
		{ UINT64_C(0xfffffffffffff000), UINT64_C(0xffff800000001000), MC_ERR_RANGE },
		/* the recursive slot: its first page, its last, and ranges that run into it */
		{ SLOT, KIB(4), MC_ERR_RANGE },
		{ SLOT + SLOT_SIZE - KIB(4), KIB(4), MC_ERR_RANGE },
		{ SLOT - KIB(4), KIB(8), MC_ERR_RANGE },
		{ SLOT + SLOT_SIZE - KIB(4), KIB(8), MC_ERR_RANGE },
		/* where the window shows tables: entries of theirs would be taken for pages */
		{ mc_virt_raw(mc_recursive_table_address(FIXTURE_RECURSIVE_SLOT, 4,
							 mc_virt_addr(BASE), 1)),
		  KIB(4), MC_ERR_RANGE },
	};
	struct mc_tlb_batch batch;
	uint64_t before;

	if (!begin(t, 4))
		return;
	ASSERT_EQ(t, map(BASE, 0, KIB(8)), 0);
	ASSERT_EQ(t, map(BASE + MIB(4), MIB(2), MIB(4)), 0);
	before = fixture_fingerprint(&fixture);
	mc_tlb_batch_begin(&batch, space);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		mc_virt_addr_t address = mc_virt_addr(cases[i].address);
		uint64_t size = cases[i].size;

		EXPECT_EQ(t, map(cases[i].address, 0, size), cases[i].error);
		EXPECT_EQ(t, mc_mapper_unmap(space, address, size, &batch), cases[i].error);
		EXPECT_EQ(t, mc_mapper_protect(space, address, size, with(RW), &batch, NULL),
			  cases[i].error);
		EXPECT_EQ(t, mc_mapper_reserve(space, address, size, 1, NULL), cases[i].error);
		EXPECT_EQ(t, mc_mapper_merge(space, address, size, &batch), cases[i].error);
	}
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
}

/* A slot that is neither of Kconfig's, nor beside one: in a live space, the kernel is beside its own. */
static unsigned int some_slot(void)
{
	unsigned int slot = 400;

	while (slot - FIXTURE_RECURSIVE_SLOT + 1 <= 2 || slot - FIXTURE_SECOND_SLOT + 1 <= 2)
		slot++;
	return slot;
}

MAPPER_TEST(pages_beside_the_recursive_slot_are_free_for_all)
{
	const unsigned int slot = some_slot();

	if (method == MC_ACCESS_RECURSIVE) {
		ktest_skip(t, "the recursive slot is the kernel's");
		return;
	}
	if (!begin(t, 4))
		return;
	space->recursive_slot = (int)slot;
	EXPECT_EQ(t, map(SLOT_BASE(slot), 0, KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(SLOT_BASE(slot) - KIB(4), 0, KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(SLOT_BASE(slot) - KIB(4), 0, KIB(4)), 0);
	EXPECT_EQ(t, map(SLOT_BASE(slot + 1), 0, KIB(4)), 0);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);

	if (!begin(t, 4))
		return;
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	EXPECT_EQ(t, map(SLOT_BASE(slot), 0, KIB(4)), 0);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* Empty ones too: they can be filled at any time. */
MAPPER_TEST(both_slots_of_kconfig_are_out_of_bounds)
{
	static const unsigned int slots[] = { FIXTURE_RECURSIVE_SLOT, FIXTURE_SECOND_SLOT };
	uint64_t before;

	if (!IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		ktest_skip(t, "there are none");
		return;
	}
	if (!begin(t, 4))
		return;
	if (method != MC_ACCESS_RECURSIVE)
		space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	before = fixture_fingerprint(&fixture);
	for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
		const uint64_t first = SLOT_BASE(slots[i]), last = first + SLOT_SIZE - KIB(4);

		EXPECT_EQ(t, map(first, 0, KIB(4)), MC_ERR_RANGE);
		EXPECT_EQ(t, map(last, 0, KIB(4)), MC_ERR_RANGE);
		EXPECT_EQ(t, map(first - KIB(4), 0, KIB(8)), MC_ERR_RANGE);
		EXPECT_EQ(t, map(last, 0, KIB(8)), MC_ERR_RANGE);
	}
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
}

MAPPER_TEST(attributes_that_make_no_sense_are_refused)
{
	static const struct {
		uint64_t address;
		struct mc_attributes attributes;
	} cases[] = {
		{ BASE, { 0, MC_MEMORY_WRITE_BACK } },
		{ BASE, { MC_RIGHT_WRITE, MC_MEMORY_WRITE_BACK } },
		{ BASE, { RW | MC_RIGHT_EXECUTE, MC_MEMORY_WRITE_BACK } },
		{ BASE, { RW | MC_RIGHT_USER | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_BACK } },
		{ BASE, { RW | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_BACK } },
		{ UINT64_C(0xffff800000000000),
		  { RW | MC_RIGHT_USER | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_BACK } },
		{ UINT64_C(0xffff800000000000), { RW | MC_RIGHT_USER, MC_MEMORY_WRITE_BACK } },
		{ BASE, { RW | 0x100, MC_MEMORY_WRITE_BACK } },
		{ BASE, { RW, (enum mc_memory_type)4 } },
	};
	struct mc_tlb_batch batch;

	/* Where nothing is, and then beside a page, and of one. */
	for (uint64_t page = 0; page <= KIB(4); page += KIB(4)) {
		uint64_t before;

		if (!begin(t, 4))
			return;
		if (page) {
			ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
			ASSERT_EQ(t, map(UINT64_C(0xffff800000000000), 0, KIB(4)), 0);
		}
		before = fixture_fingerprint(&fixture);
		mc_tlb_batch_begin(&batch, space);
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			const mc_virt_addr_t address = mc_virt_addr(cases[i].address);
			const mc_virt_addr_t hole = mc_virt_addr(cases[i].address + page);
			const struct mc_attributes attributes = cases[i].attributes;

			EXPECT_EQ(t,
				  mc_mapper_map(space, hole, mc_phys_addr(0), KIB(4), attributes,
						NULL),
				  MC_ERR_INVALID);
			EXPECT_EQ(
				t,
				mc_mapper_protect(space, address, KIB(4), attributes, &batch, NULL),
				MC_ERR_INVALID);
		}
		EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
		EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	}
}

MAPPER_TEST(physical_addresses_are_checked)
{
	if (!begin(t, ANY_LEVELS))
		return;
	space->physical_limit = GIB(64);
	EXPECT_EQ(t, map(BASE, 1, KIB(4)), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(BASE, GIB(64), KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(BASE, GIB(64) - KIB(4), KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(BASE, UINT64_C(0xfffffffffffff000), KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(BASE, 0, GIB(64) + KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, space->nr_tables, 0);
	EXPECT_EQ(t, map(BASE, GIB(64) - KIB(4), KIB(4)), 0);
	/* Beside pages, too. */
	EXPECT_EQ(t, map(BASE + KIB(4), 1, KIB(4)), MC_ERR_MISALIGNED);
	EXPECT_EQ(t, map(BASE + KIB(4), GIB(64), KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(BASE + MIB(2), GIB(64) - MIB(2), MIB(2)), 0);
	EXPECT_EQ(t, map(BASE + MIB(4), GIB(64), MIB(2)), MC_ERR_RANGE);
	space->physical_limit = GIB(64) - MIB(1);
	EXPECT_EQ(t, map(BASE + MIB(4), GIB(64) - MIB(2), MIB(2)), MC_ERR_RANGE);
}

MAPPER_TEST(the_edges_of_both_halves_can_be_mapped)
{
	static const uint64_t edges[] = {
		0,
		UINT64_C(0x00007ffffffff000),
		UINT64_C(0xffff800000000000),
		UINT64_C(0xfffffffffffff000),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(edges); i++) {
		if (!begin(t, 4))
			return;
		if (fixture.is_live && edges[i] >= KERNEL_BASE)
			continue; /* the kernel is there */
		EXPECT_EQ(t, map(edges[i], GIB(i + 1), KIB(4)), 0);
		expect_page(t, edges[i] + 0xfff, GIB(i + 1) + 0xfff, KIB(4));
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
		EXPECT_EQ(t, unmap(edges[i], KIB(4)), 0);
		expect_hole(t, edges[i]);
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
	}
}

MAPPER_TEST(the_edges_of_both_halves_can_be_mapped_with_5_levels)
{
	if (!begin(t, 5))
		return;
	EXPECT_EQ(t, map(UINT64_C(0x00fffffffffff000), 0, KIB(4)), 0);
	EXPECT_EQ(t, map(UINT64_C(0xff00000000000000), 0, KIB(4)), 0);
	EXPECT_EQ(t, map(UINT64_C(0x0100000000000000), 0, KIB(4)), MC_ERR_INVALID);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(a_conflict_is_told_by_address_level_and_entry)
{
	struct mc_conflict conflict = { 0 };
	struct mc_translation got;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE + MIB(4), GIB(3), MIB(2)), 0);
	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(0), GIB(1), with(RW),
				&conflict),
		  MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_virt_raw(conflict.address), BASE + MIB(4));
	EXPECT_EQ(t, conflict.level, 2);
	EXPECT_EQ(t, mc_phys_raw(mc_pt_leaf_address(conflict.entry, 2)), GIB(3));

	/* A 4 KiB page inside the huge one: the address is that of the range, not of the leaf. */
	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(BASE + MIB(5)), mc_phys_addr(0), KIB(4),
				with(RW), &conflict),
		  MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_virt_raw(conflict.address), BASE + MIB(5));
	EXPECT_EQ(t, conflict.level, 2);

	ASSERT_EQ(t, mc_mapper_translate(space, mc_virt_addr(BASE + MIB(5)), &got), 0);
	EXPECT_EQ(t, mc_phys_raw(got.address), GIB(3) + MIB(1));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(unmapping_the_middle_of_1_gib_splits_it_twice)
{
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, GIB(4), GIB(1)), 0);
	ASSERT_EQ(t, unmap(BASE + MIB(512) + KIB(8), KIB(4)), 0);
	expect_page(t, BASE, GIB(4), MIB(2));
	expect_page(t, BASE + MIB(512) + KIB(4), GIB(4) + MIB(512) + KIB(4), KIB(4));
	expect_hole(t, BASE + MIB(512) + KIB(8));
	expect_page(t, BASE + MIB(512) + KIB(12), GIB(4) + MIB(512) + KIB(12), KIB(4));
	expect_page(t, BASE + GIB(1) - 1, GIB(5) - 1, MIB(2));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(splitting_keeps_every_attribute)
{
	const struct mc_attributes attributes = { RX | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_THROUGH };
	struct mc_translation got;
	unsigned int level;
	mc_pt_entry_t entry;
	uint64_t base;

	if (!begin(t, ANY_LEVELS))
		return;
	base = upper_base();
	ASSERT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(base), mc_phys_addr(GIB(1)), GIB(1), attributes,
				NULL),
		  0);
	ASSERT_EQ(t, unmap(base, KIB(4)), 0);
	for (uint64_t offset = KIB(4); offset < GIB(1); offset *= 2) {
		ASSERT_EQ(t, mc_mapper_translate(space, mc_virt_addr(base + offset), &got), 0);
		EXPECT_EQ(t, mc_phys_raw(got.address), GIB(1) + offset);
		EXPECT_TRUE(t, mc_translation_has(got, MC_RIGHT_EXECUTE) &&
				       mc_translation_has(got, MC_RIGHT_GLOBAL) &&
				       !mc_translation_has(got, MC_RIGHT_WRITE) &&
				       !mc_translation_has(got, MC_RIGHT_USER));
		ASSERT_EQ(
			t,
			mc_mapper_read_entry(space, mc_virt_addr(base + offset), 1, &entry, &level),
			0);
		EXPECT_EQ(t, mc_pt_memory_type(entry), MC_MEMORY_WRITE_THROUGH);
	}
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(merging_undoes_splitting)
{
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, GIB(4), GIB(1)), 0);
	before = fixture_fingerprint(&fixture);
	ASSERT_EQ(t, protect(BASE + MIB(6) + KIB(4), KIB(4), MC_RIGHT_READ), 0);
	EXPECT_EQ(t, merge(BASE, GIB(1)), 0);
	expect_page(t, BASE + MIB(6), GIB(4) + MIB(6), KIB(4));
	ASSERT_EQ(t, protect(BASE + MIB(6) + KIB(4), KIB(4), RW), 0);

	/* A range that does not hold the whole table leaves it as it is. */
	EXPECT_EQ(t, merge(BASE + MIB(6), MIB(1)), 0);
	expect_page(t, BASE + MIB(6), GIB(4) + MIB(6), KIB(4));
	EXPECT_EQ(t, merge(BASE + MIB(6), MIB(2)), 0);
	expect_page(t, BASE + MIB(6), GIB(4) + MIB(6), MIB(2));
	EXPECT_EQ(t, merge(BASE, GIB(1)), 0);
	expect_page(t, BASE + MIB(6), GIB(4) + MIB(6), GIB(1));
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* 512 small pages become 2 MiB, and so complete the 512 that become 1 GiB. */
MAPPER_TEST(merging_goes_all_the_way_up_at_once)
{
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, GIB(4), GIB(1)), 0);
	before = fixture_fingerprint(&fixture);
	ASSERT_EQ(t, protect(BASE + MIB(6) + KIB(4), KIB(4), MC_RIGHT_READ), 0);
	ASSERT_EQ(t, protect(BASE + MIB(6) + KIB(4), KIB(4), RW), 0);
	EXPECT_EQ(t, merge(BASE, GIB(1)), 0);
	expect_page(t, BASE, GIB(4), GIB(1));
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(merging_refuses_what_does_not_match)
{
	if (!begin(t, ANY_LEVELS))
		return;
	/* Contiguous, but not aligned to 2 MiB. */
	ASSERT_EQ(t, map(BASE, GIB(1) + KIB(4), MIB(2)), 0);
	EXPECT_EQ(t, merge(BASE, MIB(2)), 0);
	expect_page(t, BASE, GIB(1) + KIB(4), KIB(4));

	/* Full and aligned, but one page leads elsewhere. */
	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, GIB(1), KIB(4) * 511), 0);
	ASSERT_EQ(t, map(BASE + KIB(4) * 511, GIB(2), KIB(4)), 0);
	EXPECT_EQ(t, merge(BASE, MIB(2)), 0);
	expect_page(t, BASE, GIB(1), KIB(4));

	/* One page is reserved. */
	ASSERT_EQ(t, unmap(BASE + KIB(4) * 511, KIB(4)), 0);
	ASSERT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(BASE + KIB(4) * 511), KIB(4), 7, NULL),
		  0);
	EXPECT_EQ(t, merge(BASE, MIB(2)), 0);
	expect_page(t, BASE, GIB(1), KIB(4));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(reserved_entries_are_kept_and_stand_in_the_way)
{
	struct mc_conflict conflict;
	unsigned int level;
	mc_pt_entry_t entry;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t,
		  mc_mapper_reserve(space, mc_virt_addr(BASE), KIB(4), MC_PT_RESERVED_LIMIT, NULL),
		  MC_ERR_INVALID);
	ASSERT_EQ(t,
		  mc_mapper_reserve(space, mc_virt_addr(BASE), KIB(8), MC_PT_RESERVED_LIMIT - 1,
				    NULL),
		  0);
	ASSERT_EQ(t, mc_mapper_read_entry(space, mc_virt_addr(BASE + KIB(4)), 1, &entry, &level),
		  0);
	EXPECT_EQ(t, mc_pt_kind(entry, level), MC_PT_MARKER);
	EXPECT_EQ(t, mc_pt_marker_payload(entry), MC_PT_RESERVED_LIMIT - 1);
	expect_hole(t, BASE);

	EXPECT_EQ(t,
		  mc_mapper_map(space, mc_virt_addr(BASE - KIB(4)), mc_phys_addr(0), KIB(16),
				with(RW), &conflict),
		  MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_virt_raw(conflict.address), BASE);
	EXPECT_EQ(t, mc_pt_kind(conflict.entry, conflict.level), MC_PT_MARKER);
	EXPECT_EQ(t, protect(BASE, KIB(4), RW), MC_ERR_NOT_FOUND);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);

	/* A payload of 0 is one too. */
	ASSERT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(BASE + KIB(8)), KIB(4), 0, NULL), 0);
	ASSERT_EQ(t, mc_mapper_read_entry(space, mc_virt_addr(BASE + KIB(8)), 1, &entry, &level),
		  0);
	EXPECT_EQ(t, mc_pt_kind(entry, level), MC_PT_MARKER);
	EXPECT_EQ(t, mc_pt_marker_payload(entry), 0);

	EXPECT_EQ(t, unmap(BASE, KIB(12)), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

MAPPER_TEST(unmapping_holes_is_no_error_and_changes_nothing)
{
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, 0, KIB(4)), 0);
	before = fixture_fingerprint(&fixture);
	EXPECT_EQ(t, unmap(BASE + KIB(4), GIB(4)), 0);
	EXPECT_EQ(t, unmap(BASE - GIB(4), GIB(4)), 0);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
}

MAPPER_TEST(shared_tables_of_the_upper_half_stay)
{
	if (!begin(t, 4))
		return;
	ASSERT_EQ(t, map(UINT64_C(0xffff800000000000), 0, KIB(4)), 0);
	EXPECT_EQ(t, space->nr_tables, 3);
	ASSERT_EQ(t, unmap(UINT64_C(0xffff800000000000), KIB(4)), 0);
	EXPECT_EQ(t, space->nr_tables, 1);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	ASSERT_EQ(t, map(UINT64_C(0xffff800000000000), 0, KIB(4)), 0);
	EXPECT_EQ(t, space->nr_tables, 3);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

static int map_a_gib(void)
{
	return map(BASE, GIB(1), GIB(1));
}

static int map_one_page(void)
{
	return map(BASE, 0, KIB(4));
}

static int map_across_two_slots(void)
{
	return map(UINT64_C(0x0000008000000000) - KIB(4), KIB(4), KIB(8));
}

/* More tables than the stock keeps at hand: the others are chained through their frames. */
static int map_40_mib_of_small_pages(void)
{
	return map(BASE, KIB(4), MIB(40));
}

static int reserve_one_page(void)
{
	return mc_mapper_reserve(space, mc_virt_addr(BASE), KIB(4), 5, NULL);
}

static int unmap_inside(void)
{
	return unmap(BASE + MIB(2) + KIB(4), MIB(6));
}

static int unmap_one_small_page(void)
{
	return unmap(BASE + MIB(2) + KIB(4), KIB(4));
}

static int unmap_a_2_mib_page(void)
{
	return unmap(BASE + MIB(2), MIB(2));
}

static int protect_inside(void)
{
	return protect(BASE + KIB(4), GIB(1) - KIB(8), MC_RIGHT_READ);
}

MAPPER_TEST(out_of_frames_changes_nothing)
{
	starve(t, nothing, map_one_page, 3);
	starve(t, nothing, map_a_gib, 1);
	starve(t, nothing, map_across_two_slots, 6);
	starve(t, nothing, map_40_mib_of_small_pages, 22);
	starve(t, nothing, reserve_one_page, 3);
	starve(t, map_a_gib, unmap_inside, 3);
	starve(t, map_a_gib, unmap_one_small_page, 2);
	starve(t, map_a_gib, unmap_a_2_mib_page, 1);
	starve(t, map_a_gib, protect_inside, 3);
}

struct seen {
	unsigned int nr_leaves, nr_tables;
	uint64_t last, bytes;
	int stop_after;
};

static int see_leaf(void *context, mc_virt_addr_t address, unsigned int level, mc_pt_entry_t entry)
{
	struct seen *seen = context;

	if (seen->nr_leaves && mc_virt_raw(address) <= seen->last)
		return MC_ERR_INVALID;
	seen->nr_leaves++;
	seen->last = mc_virt_raw(address);
	if (mc_pt_kind(entry, level) == MC_PT_LEAF)
		seen->bytes += mc_pt_span(level);
	return seen->stop_after && (int)seen->nr_leaves == seen->stop_after ? MC_ERR_BUSY : 0;
}

static int see_table(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	struct seen *seen = context;

	(void)first;
	seen->nr_tables++;
	return mc_pt_kind(entry, level) == MC_PT_TABLE ? 0 : MC_ERR_INVALID;
}

MAPPER_TEST(visits_see_everything_once_and_in_order)
{
	struct seen seen = { 0 };
	int error;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE - MIB(4) - KIB(8), GIB(8) - MIB(4) - KIB(8), GIB(1) + MIB(8)), 0);
	ASSERT_EQ(t, mc_mapper_reserve(space, mc_virt_addr(BASE + GIB(4)), KIB(8), 1, NULL), 0);
	error = mc_mapper_visit(space, mc_virt_addr(0), TIB(128), MC_VISIT_PAGES, see_leaf, &seen);
	EXPECT_EQ(t, error, 0);
	EXPECT_EQ(t, seen.bytes, GIB(1) + MIB(8));
	error = mc_mapper_visit_all(space, MC_VISIT_TABLES, see_table, &seen);
	EXPECT_EQ(t, error, 0);
	if (!fixture.is_live) /* which borrows tables that others made */
		EXPECT_EQ(t, seen.nr_tables, space->nr_tables);

	/* A leaf that the range only touches is seen, with the address at which it begins. */
	seen = (struct seen){ 0 };
	EXPECT_EQ(t,
		  mc_mapper_visit(space, mc_virt_addr(BASE + MIB(9)), KIB(4), MC_VISIT_PAGES,
				  see_leaf, &seen),
		  0);
	EXPECT_EQ(t, seen.nr_leaves, 1);
	EXPECT_EQ(t, seen.last, BASE);

	seen = (struct seen){ .stop_after = 2 };
	EXPECT_EQ(
		t,
		mc_mapper_visit(space, mc_virt_addr(0), TIB(128), MC_VISIT_PAGES, see_leaf, &seen),
		MC_ERR_BUSY);
	EXPECT_EQ(t, seen.nr_leaves, 2);
}

MAPPER_TEST(translating_refuses_what_is_not_canonical)
{
	struct mc_translation translation;
	unsigned int level;
	mc_phys_addr_t physical;
	mc_pt_entry_t entry;

	if (!begin(t, 4))
		return;
	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(UINT64_C(1) << 47), &translation),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(UINT64_C(1) << 47), &physical),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, mc_mapper_read_entry(space, mc_virt_addr(0), 0, &entry, &level),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, mc_mapper_read_entry(space, mc_virt_addr(0), 5, &entry, &level),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(BASE), &physical),
		  MC_ERR_NOT_FOUND);
	ASSERT_EQ(t, map(BASE, GIB(1), GIB(1)), 0);
	ASSERT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(BASE + 0x12345), &physical),
		  0);
	EXPECT_EQ(t, mc_phys_raw(physical), GIB(1) + 0x12345);
}
