/* SPDX-License-Identifier: MIT */
/*
 * Suite "pt_format": the format of page-table entries against the manual's bits (SDM 3, 4.5, tables
 * 4-15 to 4-20), written here once more as numbers, so that a wrong constant is not compared with
 * itself.
 */
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/pt_format.h>

#define BIT(n) (UINT64_C(1) << (n))

static mc_pt_entry_t entry_of(uint64_t raw)
{
	return (mc_pt_entry_t){ raw };
}

KTEST(pt_format, bit_7_makes_a_leaf_only_where_huge_pages_are)
{
	static const struct {
		uint64_t raw;
		unsigned int level;
		enum mc_pt_kind kind;
	} cases[] = {
		{ 0, 1, MC_PT_ABSENT },
		{ 0, 5, MC_PT_ABSENT },
		{ BIT(1), 1, MC_PT_MARKER },
		{ BIT(63), 4, MC_PT_MARKER },
		{ BIT(7), 2, MC_PT_MARKER },
		{ BIT(0), 1, MC_PT_LEAF },
		{ BIT(0) | BIT(7), 1, MC_PT_LEAF },
		{ BIT(0), 2, MC_PT_TABLE },
		{ BIT(0) | BIT(7), 2, MC_PT_LEAF },
		{ BIT(0), 3, MC_PT_TABLE },
		{ BIT(0) | BIT(7), 3, MC_PT_LEAF },
		{ BIT(0), 4, MC_PT_TABLE },
		{ BIT(0) | BIT(7), 4, MC_PT_TABLE },
		{ BIT(0), 5, MC_PT_TABLE },
		{ BIT(0) | BIT(7), 5, MC_PT_TABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const mc_pt_entry_t entry = entry_of(cases[i].raw);
		const unsigned int level = cases[i].level;

		EXPECT_EQ(t, mc_pt_kind(entry, level), cases[i].kind);
		EXPECT_EQ(t, mc_pt_is_table(entry, level), cases[i].kind == MC_PT_TABLE);
		if (level <= MC_PT_LEAF_MAX)
			EXPECT_EQ(t, mc_pt_is_leaf(entry, level), cases[i].kind == MC_PT_LEAF);
	}
}

KTEST(pt_format, only_address_bits_are_address)
{
	const mc_pt_entry_t full = { UINT64_MAX };

	EXPECT_EQ(t, mc_phys_raw(mc_pt_table_address(full)), UINT64_C(0x000ffffffffff000));
	EXPECT_EQ(t, mc_phys_raw(mc_pt_leaf_address(full, 1)), UINT64_C(0x000ffffffffff000));
	EXPECT_EQ(t, mc_phys_raw(mc_pt_leaf_address(full, 2)), UINT64_C(0x000fffffffe00000));
	EXPECT_EQ(t, mc_phys_raw(mc_pt_leaf_address(full, 3)), UINT64_C(0x000fffffc0000000));
}

KTEST(pt_format, leaves_are_made_of_the_right_bits)
{
	static const struct {
		struct mc_attributes attributes;
		unsigned int level;
		uint64_t bits;
	} cases[] = {
		{ { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK }, 1, BIT(63) | BIT(5) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_WRITE, MC_MEMORY_WRITE_BACK },
		  1,
		  BIT(63) | BIT(6) | BIT(5) | BIT(1) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE, MC_MEMORY_WRITE_BACK }, 1, BIT(5) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE | MC_RIGHT_USER, MC_MEMORY_WRITE_BACK },
		  2,
		  BIT(7) | BIT(5) | BIT(2) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_BACK },
		  3,
		  BIT(8) | BIT(7) | BIT(5) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE, MC_MEMORY_WRITE_THROUGH },
		  1,
		  BIT(5) | BIT(3) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE, MC_MEMORY_WRITE_COMBINING },
		  1,
		  BIT(5) | BIT(4) | BIT(0) },
		{ { MC_RIGHT_READ | MC_RIGHT_EXECUTE, MC_MEMORY_UNCACHED },
		  2,
		  BIT(7) | BIT(5) | BIT(4) | BIT(3) | BIT(0) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bits = mc_pt_leaf_bits(cases[i].attributes, cases[i].level);
		struct mc_attributes read = mc_pt_leaf_attributes(entry_of(bits));

		EXPECT_EQ(t, bits, cases[i].bits);
		EXPECT_EQ(t, read.rights, cases[i].attributes.rights);
		EXPECT_EQ(t, read.type, cases[i].attributes.type);
	}
}

/* PWT and PCD choose one of the PAT's first four; its third bit is at 7 in a PT, at 12 above. */
KTEST(pt_format, memory_types_are_the_same_bits_for_each_page_size)
{
	static const uint64_t bits[] = {
		[MC_MEMORY_WRITE_BACK] = 0,
		[MC_MEMORY_WRITE_THROUGH] = BIT(3),
		[MC_MEMORY_WRITE_COMBINING] = BIT(4),
		[MC_MEMORY_UNCACHED] = BIT(4) | BIT(3),
	};

	for (unsigned int level = 1; level <= MC_PT_LEAF_MAX; level++) {
		const uint64_t pat = BIT(4) | BIT(3) | (level == 1 ? BIT(7) : BIT(12));

		for (unsigned int type = 0; type < ARRAY_SIZE(bits); type++) {
			const struct mc_attributes attributes = { MC_RIGHT_READ,
								  (enum mc_memory_type)type };
			const uint64_t leaf = mc_pt_leaf_bits(attributes, level);

			EXPECT_EQ(t, leaf & pat, bits[type]);
			EXPECT_EQ(t, mc_pt_memory_type(entry_of(leaf)), type);
		}
	}
}

KTEST(pt_format, tables_allow_all_that_a_leaf_below_may)
{
	EXPECT_EQ(t, mc_pt_make_table(mc_phys_addr(0x5000), true).raw,
		  0x5000 | BIT(6) | BIT(5) | BIT(2) | BIT(1) | BIT(0));
	EXPECT_EQ(t, mc_pt_make_table(mc_phys_addr(0x5000), false).raw,
		  0x5000 | BIT(6) | BIT(5) | BIT(1) | BIT(0));
}

/* Bits 52 to 58 and 9 to 10; the others, 59 to 62 before all, stay as they are. */
KTEST(pt_format, live_entries_are_counted_in_ignored_bits)
{
	const uint64_t counting = (BIT(59) - BIT(52)) | BIT(10) | BIT(9);
	mc_pt_entry_t counted = mc_pt_make_table(mc_phys_addr(0x7000), true);
	const uint64_t others = counted.raw;

	EXPECT_EQ(t, mc_pt_live(counted), 1);
	EXPECT_TRUE(t, mc_pt_is_last_live(counted));
	for (unsigned int live = 2; live <= MC_PT_ENTRIES; live++) {
		counted = mc_pt_add_live(counted);
		EXPECT_EQ(t, mc_pt_live(counted), live);
		EXPECT_TRUE(t, !mc_pt_is_last_live(counted));
		EXPECT_EQ(t, counted.raw & ~counting, others);
		EXPECT_EQ(t, mc_pt_with_live(counted, MC_PT_ENTRIES + 1 - live).raw,
			  mc_pt_with_live(entry_of(others), MC_PT_ENTRIES + 1 - live).raw);
		EXPECT_EQ(t, mc_pt_with_live(entry_of(others), live).raw, counted.raw);
	}
	for (unsigned int live = MC_PT_ENTRIES - 1; live >= 1; live--) {
		EXPECT_TRUE(t, mc_pt_remove_live(&counted));
		EXPECT_EQ(t, counted.raw, mc_pt_with_live(entry_of(others), live).raw);
	}
	EXPECT_TRUE(t, !mc_pt_remove_live(&counted));
	EXPECT_EQ(t, counted.raw, others);
}

KTEST(pt_format, reserved_entries_keep_any_number_and_no_address)
{
	for (unsigned int bit = 0; bit <= MC_PT_RESERVED_LOW + MC_PT_RESERVED_HIGH; bit++) {
		uint64_t payload = (BIT(bit) - 1) ^ (bit ? BIT(bit - 1) >> 1 : 0);
		mc_pt_entry_t entry = mc_pt_make_marker(payload);

		EXPECT_EQ(t, mc_pt_marker_payload(entry), payload);
		EXPECT_EQ(t, mc_pt_kind(entry, 1), MC_PT_MARKER);
		EXPECT_EQ(t, entry.raw & (BIT(52) - BIT(12)), BIT(52) - BIT(12));
	}
}

KTEST(pt_format, canonical_addresses_repeat_their_highest_bit)
{
	EXPECT_EQ(t, mc_virt_raw(mc_pt_canonical(mc_virt_addr(BIT(47)), 4)),
		  UINT64_C(0xffff800000000000));
	EXPECT_EQ(t, mc_virt_raw(mc_pt_canonical(mc_virt_addr(BIT(47)), 5)), BIT(47));
	EXPECT_EQ(t, mc_virt_raw(mc_pt_canonical(mc_virt_addr(BIT(56)), 5)),
		  UINT64_C(0xff00000000000000));
	EXPECT_TRUE(t, mc_pt_is_canonical(mc_virt_addr(BIT(47) - 1), 4));
	EXPECT_TRUE(t, !mc_pt_is_canonical(mc_virt_addr(BIT(47)), 4));
	EXPECT_TRUE(t, !mc_pt_is_canonical(mc_virt_addr(-BIT(47) - 1), 4));
	EXPECT_TRUE(t, mc_pt_is_canonical(mc_virt_addr(-BIT(47)), 4));
}

KTEST(pt_format, levels_have_their_usual_names)
{
	EXPECT_STR(t, mc_pt_level_name(0), "?");
	EXPECT_STR(t, mc_pt_level_name(1), "PT");
	EXPECT_STR(t, mc_pt_level_name(2), "PD");
	EXPECT_STR(t, mc_pt_level_name(3), "PDPT");
	EXPECT_STR(t, mc_pt_level_name(4), "PML4");
	EXPECT_STR(t, mc_pt_level_name(5), "PML5");
	EXPECT_STR(t, mc_pt_level_name(6), "?");
}
