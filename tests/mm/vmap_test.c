/* SPDX-License-Identifier: MIT */
/* Suite "vmap": single mappings, each where it fits, found in the page tables. */
#include <kernel/units.h>
#include <mercator/vmap.h>

#include "mapper_fixture.h"

#define START UINT64_C(0xffffc90000000000)
#define SIZE  GIB(4)

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;
static const struct mc_vmap vmap = { &fixture.space, { START }, SIZE };
static const struct mc_attributes read_write = { MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_GLOBAL,
						 MC_MEMORY_UNCACHED };

static void begin(struct ktest_run *t)
{
	ASSERT_TRUE(t, fixture_init(&fixture, MC_ACCESS_OFFSET, 4));
}

static uint64_t map(struct ktest_run *t, uint64_t physical, uint64_t size)
{
	mc_virt_addr_t address = mc_virt_addr(0);

	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(physical), size, read_write, &address), 0);
	return mc_virt_raw(address);
}

static void expect_leads(struct ktest_run *t, uint64_t address, uint64_t physical,
			 uint64_t page_size)
{
	struct mc_translation to = { 0 };

	EXPECT_EQ(t, mc_mapper_translate(space, mc_virt_addr(address), &to), 0);
	EXPECT_EQ(t, mc_phys_raw(to.address), physical);
	EXPECT_EQ(t, to.page_size, page_size);
}

static void expect_nothing(struct ktest_run *t, uint64_t address)
{
	mc_phys_addr_t physical;

	EXPECT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(address), &physical),
		  MC_ERR_NOT_FOUND);
}

KTEST(vmap, pieces_of_any_alignment_are_mapped_a_page_apart)
{
	uint64_t first, second;

	begin(t);
	first = map(t, TIB(1) + 0x123, 1);
	second = map(t, TIB(2) + 0xfff, 2);
	EXPECT_EQ(t, first, START + KIB(4) + 0x123);
	EXPECT_EQ(t, second, START + KIB(12) + 0xfff);
	expect_leads(t, first, TIB(1) + 0x123, KIB(4));
	expect_leads(t, second, TIB(2) + 0xfff, KIB(4));
	expect_leads(t, second + 1, TIB(2) + 0x1000, KIB(4));
	expect_nothing(t, START);
	expect_nothing(t, START + KIB(8));
	expect_nothing(t, START + KIB(20));
	fixture_finish(&fixture);
}

KTEST(vmap, the_lowest_gap_is_taken_that_leaves_a_page_on_both_sides)
{
	uint64_t places[5];

	begin(t);
	for (unsigned int i = 0; i < 5; i++)
		places[i] = map(t, TIB(1), KIB(8));
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(places[1]), KIB(8)), 0);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(places[3]), KIB(8)), 0);
	EXPECT_EQ(t, map(t, TIB(1), KIB(12)), places[4] + KIB(12));
	EXPECT_EQ(t, map(t, TIB(1), KIB(8)), places[1]);
	EXPECT_EQ(t, map(t, TIB(1), KIB(4)), places[3]);
	fixture_finish(&fixture);
}

KTEST(vmap, large_pieces_get_pages_as_large_as_they_can_be)
{
	uint64_t small, large, huge;

	begin(t);
	small = map(t, TIB(1) + KIB(4), KIB(4));
	large = map(t, TIB(1) + MIB(3), MIB(4));
	huge = map(t, TIB(1) + GIB(1), GIB(1) + KIB(4));
	EXPECT_EQ(t, small, START + KIB(4));
	EXPECT_EQ(t, large % MIB(2), MIB(1));
	EXPECT_EQ(t, huge % GIB(1), 0);
	expect_leads(t, large, TIB(1) + MIB(3), KIB(4));
	expect_leads(t, large + MIB(1), TIB(1) + MIB(4), MIB(2));
	expect_leads(t, huge, TIB(1) + GIB(1), GIB(1));
	expect_leads(t, huge + GIB(1), TIB(1) + GIB(2), KIB(4));

	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(huge), GIB(1) + KIB(4)), 0);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(large), MIB(4)), 0);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(small), KIB(4)), 0);
	EXPECT_EQ(t, space->nr_tables, 1);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	fixture_finish(&fixture);
}

KTEST(vmap, the_region_can_be_filled_but_for_the_pages_at_its_ends)
{
	const uint64_t physical = TIB(1) + KIB(4), most = SIZE - KIB(8);
	mc_virt_addr_t address;

	begin(t);
	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(physical), most + 1, read_write, &address),
		  MC_ERR_NO_SPACE);
	EXPECT_EQ(t, map(t, physical, most), START + KIB(4));
	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(physical), 1, read_write, &address),
		  MC_ERR_NO_SPACE);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + KIB(4)), most), 0);
	EXPECT_EQ(t, map(t, physical, most - KIB(8)), START + KIB(4));
	EXPECT_EQ(t, map(t, TIB(1), KIB(4)), START + SIZE - KIB(8));
	fixture_finish(&fixture);
}

/* Whatever its neighbours are, there is an unmapped page between them and what is mapped here. */
KTEST(vmap, a_small_region_has_room_for_what_lies_between_its_ends)
{
	for (uint64_t pages = 1; pages <= 4; pages++) {
		const struct mc_vmap small = { space, { START }, pages * MC_FRAME_SIZE };
		mc_virt_addr_t address = mc_virt_addr(0);

		begin(t);
		EXPECT_EQ(t, mc_vmap_map(&small, mc_phys_addr(0), 1, read_write, &address),
			  pages < 3 ? MC_ERR_NO_SPACE : 0);
		EXPECT_EQ(t, mc_virt_raw(address), pages < 3 ? 0 : START + MC_FRAME_SIZE);
		fixture_finish(&fixture);
	}
}

KTEST(vmap, refuses_nonsense)
{
	mc_virt_addr_t address;

	begin(t);
	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(0), 0, read_write, &address), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(UINT64_MAX), 1, read_write, &address),
		  MC_ERR_OVERFLOW);
	EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(1), UINT64_MAX, read_write, &address),
		  MC_ERR_OVERFLOW);
	EXPECT_EQ(t,
		  mc_vmap_map(&vmap, mc_phys_addr(TIB(256) - KIB(4)), KIB(8), read_write, &address),
		  MC_ERR_RANGE);
	EXPECT_EQ(t,
		  mc_vmap_map(&vmap, mc_phys_addr(0), 1,
			      (struct mc_attributes){ 0, MC_MEMORY_WRITE_BACK }, &address),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START), 0), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START - 1), 1), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + SIZE - 1), 2), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + SIZE), 1), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + 1), UINT64_MAX), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + 1), UINT64_MAX - MC_FRAME_SIZE),
		  MC_ERR_INVALID);
	/* Its end is in the page that it begins in, 2^64 further. */
	EXPECT_EQ(t, mc_vmap_unmap(&vmap, mc_virt_addr(START + KIB(2)), -KIB(1)), MC_ERR_INVALID);
	EXPECT_EQ(t, space->nr_tables, 0);
	fixture_finish(&fixture);
}

KTEST(vmap, out_of_frames_changes_nothing)
{
	mc_virt_addr_t address;

	begin(t);
	for (int after = 0; after < 3; after++) {
		fixture.failing_after = after;
		EXPECT_EQ(t, mc_vmap_map(&vmap, mc_phys_addr(TIB(1)), 1, read_write, &address),
			  MC_ERR_NO_MEMORY);
		EXPECT_EQ(t, space->nr_tables, 0);
		EXPECT_STR(t, fixture_audit(&fixture), NULL);
	}
	fixture_finish(&fixture);
}

/* A region that is none: nothing can be looked for in it, and the mapper says why. */
KTEST(vmap, tells_why_a_region_cannot_be_searched)
{
	const struct mc_vmap odd = { &fixture.space, { START + 1 }, SIZE };
	mc_virt_addr_t address;

	begin(t);
	EXPECT_EQ(t, mc_vmap_map(&odd, mc_phys_addr(TIB(1)), KIB(4), read_write, &address),
		  MC_ERR_MISALIGNED);
	fixture_finish(&fixture);
}
