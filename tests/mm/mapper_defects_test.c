/* SPDX-License-Identifier: MIT */
/*
 * Suites "peer_defects_offset", "peer_defects_recursive" and "peer_defects_generic": mistakes that
 * other kernels' and libraries' mappers have made, each as a test that ours does not make it.
 * tests/mutations/defects.mut puts each of them back in. Of one more, tables that are freed by merging
 * while somebody reads them, tests/mm/mapper_steps_test.c sees every step; and a swapped INVPCID
 * descriptor needs an INVPCID, which nothing here uses.
 */
#include <kernel/units.h>

#include "mapper_methods.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define RX   (MC_RIGHT_READ | MC_RIGHT_EXECUTE)
#define BASE UINT64_C(0x0000123440000000) /* aligned to 1 GiB, in the lower half */

#define DEFECT_TEST(name) METHODS_TEST(peer_defects, name)

static int map(uint64_t address, uint64_t physical, uint64_t size, unsigned int rights)
{
	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size,
			     (struct mc_attributes){ .rights = rights }, NULL);
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
	error = mc_mapper_protect(space, mc_virt_addr(address), size,
				  (struct mc_attributes){ .rights = rights }, &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

static struct mc_translation translate(struct ktest_run *t, uint64_t address)
{
	struct mc_translation got = { 0 };

	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &got), 0);
	return got;
}

/*
 * Rights of the entries on the way were widened before it was seen that the last of them is a huge
 * page: the small page was refused, but the huge one had become writable.
 */
DEFECT_TEST(a_refused_page_widens_nothing)
{
	static const uint64_t sizes[] = { MIB(2), GIB(1) };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t before;

		if (!begin(t, ANY_LEVELS))
			return;
		ASSERT_EQ(t, map(BASE, GIB(1), sizes[i], RX), 0);
		before = fixture_fingerprint(&fixture);
		EXPECT_EQ(t, map(BASE + KIB(4), 0, KIB(4), RW | MC_RIGHT_USER), MC_ERR_EXISTS);
		EXPECT_EQ(t, map(BASE - KIB(4), 0, sizes[i], RW | MC_RIGHT_USER), MC_ERR_EXISTS);
		EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
		EXPECT_TRUE(t, !mc_translation_has(translate(t, BASE), MC_RIGHT_WRITE) &&
				       !mc_translation_has(translate(t, BASE), MC_RIGHT_USER));
	}
}

/* Memory that looks like a table full of entries for a writable page at `target`. */
static uint64_t *make_decoy(mc_pfn_t frame, uint64_t target)
{
	uint64_t *words = fixture_pointer(mc_phys_of_pfn(frame));

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		words[i] = target | mc_pt_leaf_bits((struct mc_attributes){ .rights = RW }, 1);
	return words;
}

/*
 * Parents were tested for "not zero" only. Below a huge page, the memory that it maps was then read,
 * and even written, as if it were a table.
 */
DEFECT_TEST(memory_below_a_huge_page_is_not_a_table)
{
	const uint64_t decoy = mc_phys_raw(mc_phys_of_pfn(fixture_data_frame(0)));
	const uint64_t address = BASE + decoy % MIB(2);
	uint64_t *words;

	if (!begin(t, ANY_LEVELS))
		return;
	words = make_decoy(fixture_data_frame(0), GIB(9));
	ASSERT_EQ(t, map(BASE, align_down(decoy, MIB(2)), MIB(2), RW), 0);

	EXPECT_EQ(t, mc_phys_raw(translate(t, address).address), decoy);
	EXPECT_EQ(t, map(address, 0, KIB(4), RW), MC_ERR_EXISTS);
	EXPECT_EQ(t, protect(address, KIB(4), MC_RIGHT_READ), 0);
	EXPECT_EQ(t, mc_phys_raw(translate(t, address).address), decoy);
	EXPECT_TRUE(t, !mc_translation_has(translate(t, address), MC_RIGHT_WRITE));
	EXPECT_EQ(t, unmap(BASE, MIB(2)), 0);
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		EXPECT_EQ(t, words[i], words[0]);
	EXPECT_EQ(t, words[0] & MC_PT_ADDRESS_MASK, GIB(9));
}

/*
 * Changing the attributes of a 2 MiB or 1 GiB range set PS on whatever entry was there: a table's
 * frame became 2 MiB of memory for the user. And translating one never asked for PS.
 */
DEFECT_TEST(attributes_of_a_large_range_do_not_make_tables_huge_pages)
{
	static const uint64_t sizes[] = { MIB(2), GIB(1) };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!begin(t, ANY_LEVELS))
			return;
		space->largest_leaf = (unsigned int)i + 1;
		ASSERT_EQ(t, map(BASE, GIB(1), sizes[i], RW), 0);
		ASSERT_EQ(t, protect(BASE, sizes[i], MC_RIGHT_READ), 0);
		for (uint64_t offset = 0; offset < sizes[i]; offset += sizes[i] / 8) {
			EXPECT_EQ(t, mc_phys_raw(translate(t, BASE + offset).address),
				  GIB(1) + offset);
			EXPECT_EQ(t, translate(t, BASE + offset).page_size, i ? MIB(2) : KIB(4));
			EXPECT_TRUE(t, !mc_translation_has(translate(t, BASE + offset),
							   MC_RIGHT_WRITE));
		}
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
	}
}

/*
 * A new table was linked first and zeroed then. (That it is zero at each moment, only the host can
 * see: suite "mapper_steps".) The frames here come full of junk.
 */
DEFECT_TEST(a_new_table_holds_nothing_but_what_was_mapped)
{
	struct mc_translation got;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE + KIB(4) * 7, 0, KIB(4), RW), 0);
	for (uint64_t i = 0; i < MC_PT_ENTRIES; i++) {
		int want = i == 7 ? 0 : MC_ERR_NOT_FOUND;

		EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(BASE + i * KIB(4)), &got),
			  want);
		if (i)
			EXPECT_EQ(t,
				  mc_mapper_translate(space, mc_virt_addr(BASE + i * MIB(2)), &got),
				  MC_ERR_NOT_FOUND);
	}
}

/*
 * A range that failed halfway stayed mapped up to there, and its new tables stayed linked: whether it
 * was a page in the way or no more frames.
 */
DEFECT_TEST(what_fails_halfway_leaves_nothing_behind)
{
	uint64_t before;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE + GIB(1) + KIB(4), 0, KIB(4), RW), 0);
	before = fixture_fingerprint(&fixture);
	EXPECT_EQ(t, map(BASE + GIB(1) - MIB(4) - KIB(4), KIB(8), MIB(8), RW), MC_ERR_EXISTS);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);

	/* Three tables are there to be had, and more are needed. */
	fixture.failing_after = 3;
	EXPECT_EQ(t, map(BASE + GIB(2), KIB(8), MIB(8), RW), MC_ERR_NO_MEMORY);
	fixture.failing_after = -1;
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);

	EXPECT_EQ(t, protect(BASE + GIB(1) + KIB(4), KIB(8), MC_RIGHT_READ), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, fixture_fingerprint(&fixture), before);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* Flags for parents that lacked "present" made the mapper panic on its own next step. */
DEFECT_TEST(no_attributes_make_a_table_absent)
{
	for (unsigned int rights = 0; rights <= MC_RIGHTS_ALL; rights++) {
		int error;

		if (!begin(t, ANY_LEVELS))
			return;
		error = map(BASE, 0, KIB(4), rights);
		EXPECT_TRUE(t, error == 0 || error == MC_ERR_INVALID);
		EXPECT_EQ(t, space->nr_tables, error ? 0 : space->root.levels - 1);
		if (!error)
			EXPECT_EQ(t, mc_phys_raw(translate(t, BASE).address), 0);
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
	}
}

/*
 * Empty tables were freed without a word to the TLB: the CPU could still walk through the frame when
 * it was someone else's. (At which addresses: suite "mapper_tlb".)
 */
DEFECT_TEST(tables_are_kept_until_the_debt_is_paid)
{
	struct mc_tlb_batch batch;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(BASE, 0, KIB(4), RW), 0);
	ASSERT_EQ(t, fixture.nr_allocated, space->root.levels);
	mc_tlb_batch_begin(&batch, space);
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
	EXPECT_EQ(t, fixture.nr_allocated, space->root.levels);
	/* The TLB has nothing of a lower half that is not active. */
	EXPECT_EQ(t, !batch.nr_pages, is_inactive);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, fixture.nr_allocated, 1);
}

/*
 * Nothing kept a caller from mapping over the recursive slot or unmapping tables through it; and
 * where the range ended with the address space, its end overflowed to 0 and the loop did nothing, or
 * everything.
 */
DEFECT_TEST(the_recursive_slot_is_out_of_reach_wherever_it_is)
{
	static const int slots[] = { 256, 300, 510, 511 };

	for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
		uint64_t start, span;

		if (!begin(t, ANY_LEVELS))
			return;
		space->recursive_slot = slots[i];
		span = mc_pt_span(space->root.levels);
		start = mc_virt_raw(mc_pt_canonical(mc_virt_addr((uint64_t)slots[i] * span),
						    space->root.levels));
		EXPECT_EQ(t, map(start, 0, KIB(4), RW), MC_ERR_RANGE);
		EXPECT_EQ(t, map(start + span - KIB(4), 0, KIB(4), RW), MC_ERR_RANGE);
		EXPECT_EQ(t, unmap(start + GIB(200), GIB(1)), MC_ERR_RANGE);
		EXPECT_EQ(t, unmap(start, span), MC_ERR_RANGE);
		EXPECT_EQ(t, unmap(-256 * span, 256 * span), MC_ERR_RANGE);
		EXPECT_EQ(t, space->nr_tables, 0);
	}
}

/* In a live space, the upper half is the kernel's. */
static bool has_upper_half(struct ktest_run *t)
{
	if (fixture.is_live)
		ktest_skip(t, "the upper half is the kernel's");
	return !fixture.is_live;
}

DEFECT_TEST(the_last_page_of_all_can_be_used)
{
	const uint64_t last = UINT64_C(0xfffffffffffff000);

	if (!begin(t, ANY_LEVELS) || !has_upper_half(t))
		return;
	ASSERT_EQ(t, map(last - KIB(4), GIB(1), KIB(8), RW), 0);
	EXPECT_EQ(t, mc_phys_raw(translate(t, UINT64_MAX).address), GIB(1) + 0x1fff);
	EXPECT_EQ(t, protect(last, KIB(4), MC_RIGHT_READ), 0);
	EXPECT_TRUE(t, !mc_translation_has(translate(t, last), MC_RIGHT_WRITE) &&
			       mc_translation_has(translate(t, last - 1), MC_RIGHT_WRITE));
	EXPECT_EQ(t, unmap(last - KIB(4), KIB(8)), 0);
	EXPECT_EQ(t, space->nr_tables, 1);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* 1 GiB pages, global pages and wide physical addresses were used on CPUs that do not have them. */
DEFECT_TEST(only_what_the_cpu_has_is_used)
{
	if (!begin(t, ANY_LEVELS))
		return;
	space->largest_leaf = 2;
	space->global_pages = false;
	space->physical_limit = UINT64_C(1) << 36;
	ASSERT_EQ(t, map(upper_base(), GIB(1), GIB(1), RW | MC_RIGHT_GLOBAL), 0);
	EXPECT_EQ(t, translate(t, upper_base()).page_size, MIB(2));
	EXPECT_TRUE(t, !mc_translation_has(translate(t, upper_base()), MC_RIGHT_GLOBAL));
	EXPECT_EQ(t, map(BASE + GIB(1), GIB(64), KIB(4), RW), MC_ERR_RANGE);
	EXPECT_EQ(t, map(BASE + GIB(1), GIB(64) - KIB(4), KIB(8), RW), MC_ERR_RANGE);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

/* The entry of `level` for BASE, past the mapper. */
static uint64_t *raw_entry(unsigned int level)
{
	uint64_t *entry = NULL, table = mc_phys_raw(space->root.table);

	for (unsigned int at = space->root.levels; at >= level; at--) {
		entry = (uint64_t *)fixture_pointer(mc_phys_addr(table)) +
			mc_pt_index(mc_virt_addr(BASE), at);
		table = *entry & MC_PT_ADDRESS_MASK;
	}
	return entry;
}

/* Bit 12 of a huge leaf is its PAT bit, and was taken for an address bit: 4 KiB beside the truth. */
DEFECT_TEST(a_huge_pages_pat_bit_is_no_address)
{
	const uint64_t pat = UINT64_C(1) << 12;

	for (unsigned int level = 2; level <= 3; level++) {
		mc_phys_addr_t physical;

		if (!begin(t, ANY_LEVELS))
			return;
		ASSERT_EQ(t, map(BASE, GIB(3), mc_pt_span(level), RW), 0);
		*raw_entry(level) |= pat;
		EXPECT_EQ(t, mc_phys_raw(translate(t, BASE + 0x123).address), GIB(3) + 0x123);
		ASSERT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(BASE), &physical), 0);
		EXPECT_EQ(t, mc_phys_raw(physical), GIB(3));
		/* New attributes replace it, with the rest of what is no address. */
		ASSERT_EQ(t, protect(BASE, mc_pt_span(level), MC_RIGHT_READ), 0);
		EXPECT_EQ(t, *raw_entry(level) & pat, 0);
	}
}

/*
 * Reloading CR3 leaves global pages in the TLB. (That mc_tlb_flush_all() does not: the kernel's suites;
 * here, that global pages are owed at all.)
 */
DEFECT_TEST(global_pages_are_owed_like_others)
{
	struct mc_tlb_batch batch;

	if (!begin(t, ANY_LEVELS))
		return;
	ASSERT_EQ(t, map(upper_base(), 0, KIB(8), RW | MC_RIGHT_GLOBAL), 0);
	mc_tlb_batch_begin(&batch, space);
	ASSERT_EQ(t, mc_mapper_unmap(space, mc_virt_addr(upper_base()), KIB(4), &batch), 0);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	mc_tlb_batch_finish(&batch);
}

/*
 * Cleaning up a range of tables that reached over the canonical gap computed addresses in the gap, and
 * stopped or went wrong there.
 */
DEFECT_TEST(no_range_crosses_the_canonical_gap)
{
	const uint64_t lower_end = UINT64_C(0x0000800000000000);
	const uint64_t upper = UINT64_C(0xffff800000000000);
	const uint64_t lowest_slot = FIXTURE_RECURSIVE_SLOT < FIXTURE_SECOND_SLOT
					     ? FIXTURE_RECURSIVE_SLOT
					     : FIXTURE_SECOND_SLOT;

	if (!begin(t, 4) || !has_upper_half(t))
		return;
	ASSERT_EQ(t, map(lower_end - KIB(4), 0, KIB(4), RW), 0);
	ASSERT_EQ(t, map(upper, 0, KIB(4), RW), 0);
	EXPECT_EQ(t, unmap(lower_end - KIB(4), KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(lower_end, KIB(4)), MC_ERR_INVALID);
	EXPECT_EQ(t, unmap(upper - KIB(4), KIB(4)), MC_ERR_INVALID);
	EXPECT_EQ(t, unmap(0, upper + KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(0, lower_end), 0);
	EXPECT_EQ(t, unmap(upper, GIB(512) * (lowest_slot - MC_PT_ENTRIES / 2)), 0);
	EXPECT_EQ(t, space->nr_tables, 1); /* the upper half's, which all spaces share */
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}
