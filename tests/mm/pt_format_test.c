/* SPDX-License-Identifier: MIT */
/*
 * Suite "pt_format": the format of page-table entries against the manual's bits (SDM 3, 4.5, tables
 * 4-15 to 4-20), written here once more as numbers, so that a wrong constant is not compared with
 * itself.
 */
#include <kernel/ktest.h>
#include <mercator/pt_format.h>

#define BIT(n) (UINT64_C(1) << (n))

static pt_entry_t entry_of(uint64_t raw)
{
	return (pt_entry_t){ raw };
}

KTEST(pt_format, bit_7_makes_a_leaf_only_where_huge_pages_are)
{
	static const struct {
		uint64_t raw;
		unsigned int level;
		enum pt_kind kind;
	} cases[] = {
		{ 0, 1, PT_ABSENT },
		{ 0, 5, PT_ABSENT },
		{ BIT(1), 1, PT_RESERVED },
		{ BIT(63), 4, PT_RESERVED },
		{ BIT(7), 2, PT_RESERVED },
		{ BIT(0), 1, PT_LEAF },
		{ BIT(0) | BIT(7), 1, PT_LEAF },
		{ BIT(0), 2, PT_TABLE },
		{ BIT(0) | BIT(7), 2, PT_LEAF },
		{ BIT(0), 3, PT_TABLE },
		{ BIT(0) | BIT(7), 3, PT_LEAF },
		{ BIT(0), 4, PT_TABLE },
		{ BIT(0) | BIT(7), 4, PT_TABLE },
		{ BIT(0), 5, PT_TABLE },
		{ BIT(0) | BIT(7), 5, PT_TABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const pt_entry_t entry = entry_of(cases[i].raw);
		const unsigned int level = cases[i].level;

		EXPECT_EQ(t, pt_kind(entry, level), cases[i].kind);
		EXPECT_EQ(t, pt_is_table(entry, level), cases[i].kind == PT_TABLE);
		if (level <= PT_LEAF_MAX)
			EXPECT_EQ(t, pt_is_leaf(entry, level), cases[i].kind == PT_LEAF);
	}
}

KTEST(pt_format, only_address_bits_are_address)
{
	const pt_entry_t full = { UINT64_MAX };

	EXPECT_EQ(t, phys_raw(pt_table_address(full)), UINT64_C(0x000ffffffffff000));
	EXPECT_EQ(t, phys_raw(pt_leaf_address(full, 1)), UINT64_C(0x000ffffffffff000));
	EXPECT_EQ(t, phys_raw(pt_leaf_address(full, 2)), UINT64_C(0x000fffffffe00000));
	EXPECT_EQ(t, phys_raw(pt_leaf_address(full, 3)), UINT64_C(0x000fffffc0000000));
}

KTEST(pt_format, leaves_are_made_of_the_right_bits)
{
	static const struct {
		struct attributes attributes;
		unsigned int level;
		uint64_t bits;
	} cases[] = {
		{ { RIGHT_READ, MEMORY_WRITE_BACK }, 1, BIT(63) | BIT(5) | BIT(0) },
		{ { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK },
		  1,
		  BIT(63) | BIT(6) | BIT(5) | BIT(1) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE, MEMORY_WRITE_BACK }, 1, BIT(5) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE | RIGHT_USER, MEMORY_WRITE_BACK },
		  2,
		  BIT(7) | BIT(5) | BIT(2) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE | RIGHT_GLOBAL, MEMORY_WRITE_BACK },
		  3,
		  BIT(8) | BIT(7) | BIT(5) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE, MEMORY_WRITE_THROUGH },
		  1,
		  BIT(5) | BIT(3) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE, MEMORY_WRITE_COMBINING },
		  1,
		  BIT(5) | BIT(4) | BIT(0) },
		{ { RIGHT_READ | RIGHT_EXECUTE, MEMORY_UNCACHED },
		  2,
		  BIT(7) | BIT(5) | BIT(4) | BIT(3) | BIT(0) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bits = pt_leaf_bits(cases[i].attributes, cases[i].level);
		struct attributes read = pt_leaf_attributes(entry_of(bits));

		EXPECT_EQ(t, bits, cases[i].bits);
		EXPECT_EQ(t, read.rights, cases[i].attributes.rights);
		EXPECT_EQ(t, read.type, cases[i].attributes.type);
	}
}

/* PWT and PCD choose one of the PAT's first four; its third bit is at 7 in a PT, at 12 above. */
KTEST(pt_format, memory_types_are_the_same_bits_for_each_page_size)
{
	static const uint64_t bits[] = {
		[MEMORY_WRITE_BACK] = 0,
		[MEMORY_WRITE_THROUGH] = BIT(3),
		[MEMORY_WRITE_COMBINING] = BIT(4),
		[MEMORY_UNCACHED] = BIT(4) | BIT(3),
	};

	for (unsigned int level = 1; level <= PT_LEAF_MAX; level++) {
		const uint64_t pat = BIT(4) | BIT(3) | (level == 1 ? BIT(7) : BIT(12));

		for (unsigned int type = 0; type < ARRAY_SIZE(bits); type++) {
			const struct attributes attributes = { RIGHT_READ, (enum memory_type)type };
			const uint64_t leaf = pt_leaf_bits(attributes, level);

			EXPECT_EQ(t, leaf & pat, bits[type]);
			EXPECT_EQ(t, pt_memory_type(entry_of(leaf)), type);
		}
	}
}

KTEST(pt_format, tables_allow_all_that_a_leaf_below_may)
{
	EXPECT_EQ(t, pt_make_table(phys_addr(0x5000), true).raw,
		  0x5000 | BIT(6) | BIT(5) | BIT(2) | BIT(1) | BIT(0));
	EXPECT_EQ(t, pt_make_table(phys_addr(0x5000), false).raw,
		  0x5000 | BIT(6) | BIT(5) | BIT(1) | BIT(0));
}

/* Bits 52 to 58 and 9 to 10; the others, 59 to 62 before all, stay as they are. */
KTEST(pt_format, live_entries_are_counted_in_ignored_bits)
{
	const uint64_t counting = (BIT(59) - BIT(52)) | BIT(10) | BIT(9);
	pt_entry_t counted = pt_make_table(phys_addr(0x7000), true);
	const uint64_t others = counted.raw;

	EXPECT_EQ(t, pt_live(counted), 1);
	EXPECT_TRUE(t, pt_is_last_live(counted));
	for (unsigned int live = 2; live <= PT_ENTRIES; live++) {
		counted = pt_add_live(counted);
		EXPECT_EQ(t, pt_live(counted), live);
		EXPECT_TRUE(t, !pt_is_last_live(counted));
		EXPECT_EQ(t, counted.raw & ~counting, others);
		EXPECT_EQ(t, pt_with_live(counted, PT_ENTRIES + 1 - live).raw,
			  pt_with_live(entry_of(others), PT_ENTRIES + 1 - live).raw);
		EXPECT_EQ(t, pt_with_live(entry_of(others), live).raw, counted.raw);
	}
}

KTEST(pt_format, reserved_entries_keep_any_number_and_no_address)
{
	for (unsigned int bit = 0; bit <= PT_RESERVED_LOW + PT_RESERVED_HIGH; bit++) {
		uint64_t payload = (BIT(bit) - 1) ^ (bit ? BIT(bit - 1) >> 1 : 0);
		pt_entry_t entry = pt_make_reserved(payload);

		EXPECT_EQ(t, pt_reserved_payload(entry), payload);
		EXPECT_EQ(t, pt_kind(entry, 1), PT_RESERVED);
		EXPECT_EQ(t, entry.raw & (BIT(52) - BIT(12)), BIT(52) - BIT(12));
	}
}

KTEST(pt_format, canonical_addresses_repeat_their_highest_bit)
{
	EXPECT_EQ(t, virt_raw(pt_canonical(virt_addr(BIT(47)), 4)), UINT64_C(0xffff800000000000));
	EXPECT_EQ(t, virt_raw(pt_canonical(virt_addr(BIT(47)), 5)), BIT(47));
	EXPECT_EQ(t, virt_raw(pt_canonical(virt_addr(BIT(56)), 5)), UINT64_C(0xff00000000000000));
	EXPECT_TRUE(t, pt_is_canonical(virt_addr(BIT(47) - 1), 4));
	EXPECT_TRUE(t, !pt_is_canonical(virt_addr(BIT(47)), 4));
	EXPECT_TRUE(t, !pt_is_canonical(virt_addr(-BIT(47) - 1), 4));
	EXPECT_TRUE(t, pt_is_canonical(virt_addr(-BIT(47)), 4));
}

KTEST(pt_format, levels_have_their_usual_names)
{
	EXPECT_STR(t, pt_level_name(0), "?");
	EXPECT_STR(t, pt_level_name(1), "PT");
	EXPECT_STR(t, pt_level_name(2), "PD");
	EXPECT_STR(t, pt_level_name(3), "PDPT");
	EXPECT_STR(t, pt_level_name(4), "PML4");
	EXPECT_STR(t, pt_level_name(5), "PML5");
	EXPECT_STR(t, pt_level_name(6), "?");
}
