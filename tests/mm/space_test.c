/* SPDX-License-Identifier: MIT */
/*
 * Suites "space_offset", "space_recursive" and "space_generic": each rule of mercator/space.h by an
 * example, for every access method and both numbers of levels.
 */
#include <arch/layout.h>
#include <kernel/units.h>
#include <mercator/physmap.h>

#include "../../mm/pagetable/second_slot.h"
#include "space_rig.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define RX   (MC_RIGHT_READ | MC_RIGHT_EXECUTE)
#define BASE UINT64_C(0x0000123440000000) /* aligned to 1 GiB, in the lower half */

static struct rig rig;
static enum mc_access_method method;
static uint64_t entries[MC_PT_ENTRIES], kernel_entries[MC_PT_ENTRIES];

static void run_with(struct ktest_run *t, enum mc_access_method with_method,
		     void (*body)(struct ktest_run *t))
{
	unsigned int nr_runs = 0;

	method = with_method;
	for (unsigned int levels = 4; levels <= MC_PT_LEVELS_MAX; levels++) {
		if (!rig_begin(&rig, method, levels))
			continue;
		body(t);
		rig_end(t, &rig);
		nr_runs++;
	}
	EXPECT_TRUE(t, nr_runs > 0);
}

static uint64_t slot_entry(const struct mc_space *space)
{
	return mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS;
}

#define SPACE_TEST_WITH(suite_method, METHOD, name)                                                \
	KTEST(space_##suite_method, name)                                                          \
	{                                                                                          \
		run_with(t, METHOD, test_##name);                                                  \
	}
#define SPACE_TEST(name)                                                                           \
	static void test_##name(struct ktest_run *t);                                              \
	IF_OFFSET(SPACE_TEST_WITH(offset, MC_ACCESS_OFFSET, name))                                 \
	IF_RECURSIVE(SPACE_TEST_WITH(recursive, MC_ACCESS_RECURSIVE, name))                        \
	IF_GENERIC(SPACE_TEST_WITH(generic, MC_ACCESS_GENERIC, name))                              \
	static void test_##name(struct ktest_run *t)

static int map(struct mc_space *space, uint64_t address, uint64_t physical, uint64_t size)
{
	const struct mc_attributes attributes = { .rights = RW };

	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size, attributes,
			     NULL);
}

static int unmap(struct mc_space *space, uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(address), size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int protect(struct mc_space *space, uint64_t address, uint64_t size, unsigned int rights)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, mc_virt_addr(address), size,
				  (struct mc_attributes){ .rights = rights }, &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

/* Where an address leads; 1, which is no page's address, if nowhere. */
static uint64_t physical_of(const struct mc_space *space, uint64_t address)
{
	mc_phys_addr_t physical;

	return mc_mapper_translate_address(space, mc_virt_addr(address), &physical)
		       ? 1
		       : mc_phys_raw(physical);
}

static bool is_slot(unsigned int index)
{
	return (int)index == rig.kernel->recursive_slot ||
	       (IS_ENABLED(CONFIG_MAPPER_RECURSIVE) &&
		(index == FIXTURE_RECURSIVE_SLOT || index == FIXTURE_SECOND_SLOT));
}

SPACE_TEST(a_new_space_has_the_kernels_half_and_nothing_else)
{
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	EXPECT_EQ(t, rig.nr_allocated, 1);
	EXPECT_EQ(t, space.nr_tables, 0);
	rig_read_table(rig.kernel->root.table, kernel_entries);
	rig_read_table(space.root.table, entries);
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++) {
		uint64_t want = i < MC_PT_ENTRIES / 2 || is_slot(i) ? 0 : kernel_entries[i];

		if ((int)i == rig.kernel->recursive_slot)
			want = mc_phys_raw(space.root.table) | MC_PT_RECURSIVE_FLAGS;
		EXPECT_EQ(t, entries[i], want);
		if (i >= MC_PT_ENTRIES / 2 && !is_slot(i))
			EXPECT_TRUE(t, kernel_entries[i] != 0);
	}
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	EXPECT_EQ(t, rig.nr_allocated, 0);
}

SPACE_TEST(each_space_has_a_lower_half_of_its_own)
{
	struct mc_space a, b;

	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_create(&b, rig.kernel), 0);
	EXPECT_EQ(t, map(&a, BASE, GIB(1), MIB(2)), 0);
	EXPECT_EQ(t, map(&b, BASE, GIB(2), KIB(8)), 0);
	EXPECT_EQ(t, physical_of(&a, BASE + KIB(4)), GIB(1) + KIB(4));
	EXPECT_EQ(t, physical_of(&b, BASE + KIB(4)), GIB(2) + KIB(4));
	EXPECT_EQ(t, physical_of(&b, BASE + KIB(8)), 1);
	EXPECT_EQ(t, physical_of(rig.kernel, BASE), 1);
	EXPECT_EQ(t, unmap(&a, BASE, KIB(4)), 0);
	EXPECT_EQ(t, protect(&a, BASE + KIB(4), KIB(4), MC_RIGHT_READ), 0);
	EXPECT_EQ(t, physical_of(&a, BASE), 1);
	EXPECT_EQ(t, physical_of(&b, BASE), GIB(2));
	EXPECT_EQ(t, a.nr_tables + b.nr_tables + 2, rig.nr_allocated);
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, physical_of(&b, BASE), GIB(2));
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
}

/* The tables depend on no method: what one has made, another goes on with. */
SPACE_TEST(a_space_can_be_given_another_method)
{
	struct mc_space space;

	if (!IS_ENABLED(CONFIG_GENERIC_TESTS)) {
		ktest_skip(t, "there is none that needs nothing else");
		return;
	}
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	EXPECT_EQ(t, map(&space, BASE, GIB(1), KIB(4)), 0);
	space.root.method = MC_ACCESS_GENERIC;
	EXPECT_EQ(t, physical_of(&space, BASE), GIB(1));
	EXPECT_EQ(t, map(&space, BASE + KIB(4), GIB(2), KIB(4)), 0);
	EXPECT_EQ(t, physical_of(&space, BASE + KIB(4)), GIB(2));
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

/* The first and the last page of each half, while the space is not active and while it is. */
SPACE_TEST(the_edges_of_both_halves_can_be_mapped)
{
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	for (int is_active = 0; is_active <= 1; is_active++) {
		const uint64_t half = rig_kernel_page(&rig);
		const uint64_t pages[] = { 0, -half - KIB(4), half, -KIB(4) };

		for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
			EXPECT_EQ(t, map(&space, pages[i], GIB(1 + i), KIB(4)), 0);
			EXPECT_EQ(t, physical_of(&space, pages[i] + 0xfff), GIB(1 + i) + 0xfff);
			EXPECT_EQ(t, physical_of(rig.kernel, pages[i]), i < 2 ? 1 : GIB(1 + i));
			EXPECT_EQ(t, unmap(&space, pages[i], KIB(4)), 0);
			EXPECT_EQ(t, physical_of(&space, pages[i]), 1);
		}
		EXPECT_EQ(t, map(&space, pages[1], 0, KIB(8)), MC_ERR_RANGE);
		EXPECT_EQ(t, space.nr_tables, 0);
		EXPECT_EQ(t, mc_space_activate(is_active ? rig.kernel : &space), 0);
	}
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

/* Through each of them, what another one has made is seen, changed and removed. */
SPACE_TEST(the_kernel_half_is_the_same_through_every_space)
{
	const uint64_t page = rig_kernel_page(&rig);
	struct mc_space a, b;
	struct mc_space *const spaces[] = { rig.kernel, &a, &b };
	const uint64_t before = rig.kernel->nr_tables;

	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_create(&b, rig.kernel), 0);
	for (unsigned int i = 0; i < 27; i++) {
		struct mc_space *maker = spaces[i % 3], *changer = spaces[i / 3 % 3];
		struct mc_translation got;

		ASSERT_EQ(t, mc_space_activate(spaces[i / 9]), 0);
		EXPECT_EQ(t, map(maker, page, GIB(1), GIB(1) + MIB(2) + KIB(4)), 0);
		for (size_t j = 0; j < ARRAY_SIZE(spaces); j++)
			EXPECT_EQ(t, physical_of(spaces[j], page + GIB(1) + MIB(2)),
				  GIB(2) + MIB(2));
		EXPECT_STR(t, fixture_use(mc_virt_addr(page + 5), mc_phys_addr(GIB(1) + 5)), NULL);
		EXPECT_EQ(t, protect(changer, page + KIB(4), MIB(4), MC_RIGHT_READ), 0);
		for (size_t j = 0; j < ARRAY_SIZE(spaces); j++) {
			EXPECT_EQ(t,
				  mc_mapper_translate(spaces[j], mc_virt_addr(page + KIB(4)), &got),
				  0);
			EXPECT_TRUE(t, !mc_translation_has(got, MC_RIGHT_WRITE) &&
					       got.page_size == KIB(4));
		}
		EXPECT_STR(t, fixture_check_tlb(), NULL);
		EXPECT_EQ(t, unmap(maker, page, GIB(1) + MIB(2) + KIB(4)), 0);
		for (size_t j = 0; j < ARRAY_SIZE(spaces); j++)
			EXPECT_EQ(t, physical_of(spaces[j], page), 1);
		EXPECT_EQ(t, rig.kernel->nr_tables, before);
		EXPECT_EQ(t, a.nr_tables + b.nr_tables, 0);
		EXPECT_STR(t, fixture_check_tlb(), NULL);
	}
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
}

SPACE_TEST(destroying_gives_back_every_table_and_no_data)
{
	const struct mc_attributes rx = { RX, MC_MEMORY_WRITE_BACK };
	struct mc_space space;
	struct mc_tlb_batch batch;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	EXPECT_EQ(t, map(&space, 0, GIB(1), GIB(3) + MIB(6) + KIB(12)), 0);
	EXPECT_EQ(t, map(&space, BASE + KIB(4), 0, MIB(32)), 0);
	EXPECT_EQ(t,
		  mc_mapper_map(&space, mc_virt_addr(TIB(100)), mc_phys_addr(GIB(7)), MIB(4), rx,
				NULL),
		  0);
	EXPECT_EQ(t, mc_mapper_reserve(&space, mc_virt_addr(TIB(1)), KIB(8), 7, NULL), 0);
	EXPECT_EQ(t, unmap(&space, GIB(1) + KIB(4), KIB(4)), 0);
	mc_tlb_batch_begin(&batch, &space);
	EXPECT_EQ(t, mc_mapper_merge(&space, mc_virt_addr(0), TIB(64), &batch), 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, space.nr_tables > 10);
	EXPECT_EQ(t, rig.nr_allocated, space.nr_tables + 1);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	EXPECT_EQ(t, rig.nr_allocated, 0);
}

SPACE_TEST(an_active_space_and_the_kernels_cannot_be_destroyed)
{
	struct mc_space space, other;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	ASSERT_EQ(t, map(&space, BASE, 0, KIB(4)), 0);
	EXPECT_EQ(t, mc_space_destroy(rig.kernel), MC_ERR_INVALID);
	ASSERT_EQ(t, mc_space_activate(&space), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), MC_ERR_BUSY);
	EXPECT_EQ(t, mc_space_destroy(rig.kernel), MC_ERR_INVALID);
	EXPECT_EQ(t, physical_of(&space, BASE), 0);

	/* A space of one that shares the kernel half itself. */
	EXPECT_EQ(t, mc_space_create(&other, &space), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_space_share_kernel_half(&space), MC_ERR_INVALID);

	/* From within another space, one is made and goes like from the kernel's. */
	EXPECT_EQ(t, mc_space_create(&other, rig.kernel), 0);
	EXPECT_EQ(t, map(&other, BASE, GIB(1), KIB(4)), 0);
	EXPECT_EQ(t, mc_space_destroy(&other), 0);
	ASSERT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

SPACE_TEST(out_of_frames_changes_nothing)
{
	struct mc_space space;

	rig.failing_after = 0;
	EXPECT_EQ(t, mc_space_create(&space, rig.kernel), MC_ERR_NO_MEMORY);
	EXPECT_EQ(t, rig.nr_allocated, 0);
	rig.failing_after = 1;
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	for (unsigned int levels = 1; levels < space.root.levels; levels++) {
		EXPECT_EQ(t, map(&space, BASE, 0, KIB(4)), MC_ERR_NO_MEMORY);
		EXPECT_EQ(t, rig.nr_allocated, 1);
		rig.failing_after = (int)levels;
	}
	EXPECT_EQ(t, map(&space, BASE, 0, KIB(4)), 0);
	rig.failing_after = -1;
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

SPACE_TEST(what_is_not_there_cannot_be_destroyed)
{
	struct mc_space space, next;

	rig.failing_after = 0;
	EXPECT_EQ(t, mc_space_create(&space, rig.kernel), MC_ERR_NO_MEMORY);
	rig.failing_after = -1;
	EXPECT_EQ(t, mc_space_destroy(&space), MC_ERR_INVALID);
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	/* The next one may have its root. */
	ASSERT_EQ(t, mc_space_create(&next, rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), MC_ERR_INVALID);
	EXPECT_EQ(t, mc_space_destroy(&next), 0);
}

/* Reads one space during an operation on another. */
static struct mc_space seen;
static uint64_t seen_page;
static unsigned int nr_looks;

/* The recursive method shows one space that is not active at a time. */
static void look(struct ktest_run *t)
{
	const int want = method == MC_ACCESS_RECURSIVE ? MC_ERR_BUSY : 0;
	mc_phys_addr_t physical;

	EXPECT_EQ(t, mc_mapper_translate_address(&seen, mc_virt_addr(seen_page), &physical), want);
	nr_looks++;
}

static int look_and_allocate(void *context, mc_pfn_t *frame)
{
	look(context);
	return rig.source.allocate(rig.source.context, frame);
}

static void look_and_release(void *context, mc_pfn_t frame)
{
	look(context);
	rig.source.release(rig.source.context, frame);
}

struct looking_visitor {
	struct ktest_run *t;
	struct mc_space *space;
	unsigned int nr_pages;
};

static int look_and_count(void *context, mc_virt_addr_t address, unsigned int level,
			  mc_pt_entry_t entry)
{
	struct looking_visitor *visitor = context;
	mc_phys_addr_t physical;

	look(visitor->t);
	visitor->nr_pages++;
	if (mc_mapper_translate_address(visitor->space, address, &physical) ||
	    mc_phys_raw(physical) != mc_phys_raw(mc_pt_leaf_address(entry, level)))
		return MC_ERR_INVALID;
	if (method != MC_ACCESS_RECURSIVE)
		return 0;
	EXPECT_EQ(visitor->t, mc_space_activate(&seen), MC_ERR_BUSY);
	EXPECT_EQ(visitor->t, mc_space_destroy(visitor->space), MC_ERR_BUSY);
	EXPECT_EQ(visitor->t, mc_space_drop_recursive_slot(visitor->space), MC_ERR_BUSY);
	return 0;
}

SPACE_TEST(a_look_into_another_space_disturbs_no_operation)
{
	const struct mc_frame_source looking = { look_and_allocate, look_and_release, t };
	struct mc_space space;
	struct looking_visitor visitor = { .t = t, .space = &space };

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_create(&seen, rig.kernel), 0);
	seen_page = BASE;
	nr_looks = 0;
	ASSERT_EQ(t, map(&seen, BASE, GIB(1), KIB(4)), 0);
	ASSERT_EQ(t, map(&space, BASE, GIB(2), KIB(4)), 0);
	space.frames = &looking;
	EXPECT_EQ(t, map(&space, BASE + MIB(2), GIB(3), KIB(4)), 0);
	space.frames = &rig.source;
	EXPECT_EQ(t, physical_of(&space, BASE + MIB(2)), GIB(3));
	EXPECT_EQ(t, physical_of(&seen, BASE + MIB(2)), 1);

	EXPECT_EQ(t,
		  mc_mapper_visit(&space, mc_virt_addr(BASE), MIB(4), MC_VISIT_PAGES,
				  look_and_count, &visitor),
		  0);
	EXPECT_EQ(t, visitor.nr_pages, 2);
	EXPECT_EQ(t, nr_looks, 3);
	EXPECT_EQ(t, physical_of(&seen, BASE), GIB(1));
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	EXPECT_EQ(t, mc_space_destroy(&seen), 0);
}

/* A space made by hand, with only a root. */
static bool make_bare(struct mc_space *bare)
{
	mc_pfn_t root;

	*bare = *rig.kernel;
	if (rig.source.allocate(rig.source.context, &root))
		return false;
	bare->root.table = mc_phys_of_pfn(root);
	bare->root.table_pointer = NULL;
	bare->nr_tables = 0;
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		entries[i] = (int)i == bare->recursive_slot
				     ? mc_phys_raw(bare->root.table) | MC_PT_RECURSIVE_FLAGS
				     : 0;
	rig_write_table(bare->root.table, entries);
	mc_space_set_inactive(bare);
	return true;
}

static void release_bare(struct mc_space *bare)
{
	if (IS_ENABLED(CONFIG_MAPPER_RECURSIVE))
		second_slot_release();
	rig_read_table(bare->root.table, entries);
	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i++)
		if (entries[i] && !is_slot(i))
			rig.source.release(rig.source.context, entries[i] / MC_FRAME_SIZE);
	rig.source.release(rig.source.context, mc_phys_pfn(bare->root.table));
}

SPACE_TEST(sharing_makes_all_tables_of_the_kernel_half_or_none)
{
	const unsigned int nr_slots =
		IS_ENABLED(CONFIG_MAPPER_RECURSIVE)
			? 2
			: rig.kernel->recursive_slot != MC_SPACE_NOT_RECURSIVE;
	const unsigned int wanted = MC_PT_ENTRIES / 2 - nr_slots;
	static const int few[] = { 0, 1, 15, 16, 17, 200 };
	struct mc_space bare, space;

	ASSERT_TRUE(t, make_bare(&bare));
	EXPECT_EQ(t, mc_space_create(&space, &bare), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, rig.nr_allocated, 1);
	for (size_t i = 0; i <= ARRAY_SIZE(few); i++) {
		rig.failing_after = i < ARRAY_SIZE(few) ? few[i] : (int)wanted - 1;
		EXPECT_EQ(t, mc_space_share_kernel_half(&bare), MC_ERR_NO_MEMORY);
		EXPECT_EQ(t, rig.nr_allocated, 1);
		EXPECT_EQ(t, bare.nr_tables, 0);
		rig_read_table(bare.root.table, entries);
		for (unsigned int j = 0; j < MC_PT_ENTRIES; j++)
			EXPECT_TRUE(t, !entries[j] || (int)j == bare.recursive_slot);
	}
	rig.failing_after = (int)wanted;
	EXPECT_EQ(t, mc_space_share_kernel_half(&bare), 0);
	EXPECT_EQ(t, bare.nr_tables, wanted);
	EXPECT_EQ(t, rig.nr_allocated, wanted + 1);
	EXPECT_EQ(t, mc_space_share_kernel_half(&bare), 0);
	EXPECT_EQ(t, rig.nr_allocated, wanted + 1);
	rig.failing_after = -1;

	/* New tables are empty. */
	rig_read_table(bare.root.table, entries);
	rig_read_table(mc_phys_addr(entries[300] & MC_PT_ADDRESS_MASK), entries);
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		EXPECT_EQ(t, entries[i], 0);
	EXPECT_EQ(t, mc_space_create(&space, &bare), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	release_bare(&bare);
}

SPACE_TEST(a_space_of_other_levels_is_not_activated)
{
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	space.root.levels = 9 - space.root.levels;
	EXPECT_EQ(t, mc_space_activate(&space), MC_ERR_INVALID);
	EXPECT_TRUE(t, mc_space_active() == rig.kernel);
	if (method == MC_ACCESS_RECURSIVE)
		EXPECT_EQ(t, map(&space, BASE, 0, KIB(4)), MC_ERR_UNSUPPORTED);
	space.root.levels = 9 - space.root.levels;
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

/* No operation would work on it, with the slot or without: it is not made, and keeps what it has. */
SPACE_TEST(a_space_of_other_levels_keeps_its_slot)
{
	struct mc_space space, other;

	if (method != MC_ACCESS_RECURSIVE) {
		ktest_skip(t, "it is the recursive method's");
		return;
	}
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_activate(&space), 0);
	rig.kernel->root.levels = 9 - rig.kernel->root.levels;
	EXPECT_EQ(t, mc_space_create(&other, rig.kernel), MC_ERR_UNSUPPORTED);
	rig.kernel->root.levels = 9 - rig.kernel->root.levels;
	ASSERT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, rig.nr_allocated, 1);

	space.root.levels = 9 - space.root.levels;
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), MC_ERR_UNSUPPORTED);
	EXPECT_EQ(t, mc_space_destroy(&space), MC_ERR_UNSUPPORTED);
	space.root.levels = 9 - space.root.levels;
	rig_read_table(space.root.table, entries);
	EXPECT_EQ(t, entries[FIXTURE_RECURSIVE_SLOT], slot_entry(&space));
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), 0);
	space.root.levels = 9 - space.root.levels;
	EXPECT_EQ(t, mc_space_set_recursive_slot(&space), MC_ERR_UNSUPPORTED);
	space.root.levels = 9 - space.root.levels;
	EXPECT_EQ(t, mc_space_set_recursive_slot(&space), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

/* Nothing of one space is left in the TLB for the next; what is global in the kernel half may be. */
SPACE_TEST(a_space_that_would_not_reach_itself_is_not_activated)
{
	const int dropped = IS_ENABLED(CONFIG_MAPPER_RECURSIVE) ? 0 : MC_ERR_UNSUPPORTED;
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	if (rig.kernel->recursive_slot != MC_SPACE_NOT_RECURSIVE) {
		EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), dropped);
		EXPECT_EQ(t, mc_space_activate(&space),
			  method == MC_ACCESS_RECURSIVE ? MC_ERR_UNSUPPORTED : 0);
		EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	}
	EXPECT_TRUE(t, mc_space_active() == rig.kernel);
	if (method == MC_ACCESS_RECURSIVE)
		EXPECT_EQ(t, mc_space_set_recursive_slot(&space), 0);
	EXPECT_EQ(t, map(&space, BASE, GIB(1), KIB(4)), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

SPACE_TEST(activating_changes_what_the_cpu_translates_by)
{
	const struct mc_attributes global = { RW | MC_RIGHT_GLOBAL, MC_MEMORY_WRITE_BACK };
	const uint64_t kernel_page = rig_kernel_page(&rig);
	struct mc_space a, b;

	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_create(&b, rig.kernel), 0);
	ASSERT_EQ(t, map(&a, BASE, GIB(1), MIB(2)), 0);
	ASSERT_EQ(t, map(&b, BASE, GIB(2), KIB(4)), 0);
	ASSERT_EQ(t,
		  mc_mapper_map(&a, mc_virt_addr(kernel_page), mc_phys_addr(GIB(3)), GIB(1), global,
				NULL),
		  0);
	for (unsigned int i = 0; i < 20; i++) {
		struct mc_space *space = i % 2 ? &a : &b;

		ASSERT_EQ(t, mc_space_activate(space), 0);
		EXPECT_TRUE(t, mc_space_active() == space && !space->is_inactive);
		EXPECT_TRUE(t, (i % 2 ? &b : &a)->is_inactive && rig.kernel->is_inactive);
		EXPECT_STR(t, fixture_use(mc_virt_addr(BASE), mc_phys_addr(GIB(i % 2 ? 1 : 2))),
			   NULL);
		EXPECT_STR(t, fixture_use(mc_virt_addr(kernel_page + i), mc_phys_addr(GIB(3) + i)),
			   NULL);
		EXPECT_STR(t, fixture_check_tlb(), NULL);
	}
	EXPECT_EQ(t, unmap(&b, kernel_page, GIB(1)), 0);
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
}

/*
 * For the lower half of an inactive space, no invalidations are pending, but frames are; for the
 * other half, both.
 */
SPACE_TEST(a_debt_of_an_inactive_space_can_be_paid_when_it_is_active)
{
	const uint64_t kernel_page = rig_kernel_page(&rig);
	struct mc_tlb_batch batch;
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	ASSERT_EQ(t, map(&space, BASE, 0, MIB(1)), 0);
	ASSERT_EQ(t, map(&space, kernel_page, 0, KIB(8)), 0);
	mc_tlb_batch_begin(&batch, &space);
	EXPECT_EQ(t, mc_mapper_unmap(&space, mc_virt_addr(BASE), KIB(4), &batch), 0);
	EXPECT_TRUE(t, mc_tlb_batch_is_empty(&batch));
	EXPECT_EQ(t, mc_mapper_unmap(&space, mc_virt_addr(kernel_page), KIB(4), &batch), 0);
	EXPECT_TRUE(t, !mc_tlb_batch_is_empty(&batch));
	ASSERT_EQ(t, mc_space_activate(&space), 0);
	EXPECT_EQ(t, mc_mapper_unmap(&space, mc_virt_addr(BASE), MIB(1), &batch), 0);
	EXPECT_EQ(t, space.nr_tables, 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_STR(t, fixture_check_tlb(), NULL);
	EXPECT_EQ(t, unmap(&space, kernel_page, KIB(8)), 0);
	EXPECT_EQ(t, rig.nr_allocated, 1);
	ASSERT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

static uint64_t second_entry(void)
{
	rig_read_table(mc_space_active()->root.table, entries);
	return entries[FIXTURE_SECOND_SLOT];
}

/* The last one that was worked on has it; the active root alone ever has such an entry. */
SPACE_TEST(the_second_slot_has_one_owner_and_stays_out_of_reach)
{
	const uint64_t window = mc_virt_raw(mc_pt_canonical(
		mc_virt_addr(FIXTURE_SECOND_SLOT * mc_pt_span(rig.kernel->root.levels)),
		rig.kernel->root.levels));
	const uint64_t span = mc_pt_span(rig.kernel->root.levels);
	struct mc_space a, b;

	if (method != MC_ACCESS_RECURSIVE) {
		ktest_skip(t, "it is the recursive method's");
		return;
	}
	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	ASSERT_EQ(t, mc_space_create(&b, rig.kernel), 0);
	EXPECT_EQ(t, second_entry(), 0);
	ASSERT_EQ(t, map(&a, BASE, 0, KIB(4)), 0);
	EXPECT_EQ(t, second_entry(), slot_entry(&a));
	EXPECT_EQ(t, physical_of(&b, BASE), 1);
	EXPECT_EQ(t, second_entry(), slot_entry(&b));

	EXPECT_EQ(t, map(rig.kernel, window, 0, KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(rig.kernel, window + span - KIB(4), KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, protect(rig.kernel, window, span, RW), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(rig.kernel, window - KIB(4), KIB(8)), MC_ERR_RANGE);
	EXPECT_EQ(t, map(&a, window + GIB(1), 0, KIB(4)), MC_ERR_RANGE);

	/* A new space is made while it is taken, and does not copy it. */
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, second_entry(), 0);
	EXPECT_EQ(t, physical_of(&b, BASE), 1);
	EXPECT_EQ(t, second_entry(), slot_entry(&b));
	ASSERT_EQ(t, mc_space_create(&a, rig.kernel), 0);
	rig_read_table(a.root.table, entries);
	EXPECT_EQ(t, entries[FIXTURE_SECOND_SLOT], 0);

	/* Leaving the active space empties it there; the owner becomes active, and needs none. */
	ASSERT_EQ(t, mc_space_activate(&b), 0);
	rig_read_table(rig.kernel->root.table, entries);
	EXPECT_EQ(t, entries[FIXTURE_SECOND_SLOT], 0);
	EXPECT_EQ(t, second_entry(), 0);
	EXPECT_EQ(t, physical_of(rig.kernel, BASE), 1);
	EXPECT_EQ(t, second_entry(), slot_entry(rig.kernel));
	ASSERT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&a), 0);
	EXPECT_EQ(t, mc_space_destroy(&b), 0);
}

static int count_table(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	(void)first;
	(void)level;
	(void)entry;
	*(uint64_t *)context += 1;
	return 0;
}

SPACE_TEST(the_second_slot_is_not_visited)
{
	struct mc_space space;
	uint64_t before = 0, after = 0;

	ASSERT_EQ(t, mc_mapper_visit_all(rig.kernel, MC_VISIT_TABLES, count_table, &before), 0);
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	ASSERT_EQ(t, map(&space, BASE, 0, KIB(4)), 0);
	ASSERT_EQ(t, mc_mapper_visit_all(rig.kernel, MC_VISIT_TABLES, count_table, &after), 0);
	EXPECT_EQ(t, after, before);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}

/* A slot that is dropped leaves no window, and its place stays out of reach. */
SPACE_TEST(a_recursive_slot_can_be_dropped_and_set_again)
{
	const uint64_t page = rig_kernel_page(&rig);
	const uint64_t window = mc_virt_raw(mc_pt_canonical(
		mc_virt_addr(FIXTURE_RECURSIVE_SLOT * mc_pt_span(rig.kernel->root.levels)),
		rig.kernel->root.levels));
	struct mc_space space;

	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	if (!IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		const bool has_slot = rig.kernel->recursive_slot != MC_SPACE_NOT_RECURSIVE;

		EXPECT_EQ(t, mc_space_set_recursive_slot(&space),
			  has_slot ? MC_ERR_EXISTS : MC_ERR_UNSUPPORTED);
		EXPECT_EQ(t, mc_space_drop_recursive_slot(&space),
			  has_slot ? MC_ERR_UNSUPPORTED : MC_ERR_NOT_FOUND);
		EXPECT_EQ(t, mc_space_destroy(&space), 0);
		return;
	}
	ASSERT_EQ(t, map(&space, BASE, 0, KIB(4)), 0);
	EXPECT_EQ(t, mc_space_set_recursive_slot(&space), MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), 0);
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), MC_ERR_NOT_FOUND);
	rig_read_table(space.root.table, entries);
	EXPECT_EQ(t, entries[FIXTURE_RECURSIVE_SLOT], 0);
	EXPECT_EQ(t, second_entry(), 0);
	EXPECT_EQ(t, map(&space, BASE + KIB(4), 0, KIB(4)),
		  method == MC_ACCESS_RECURSIVE ? MC_ERR_UNSUPPORTED : 0);
	EXPECT_EQ(t, mc_space_destroy(&space),
		  method == MC_ACCESS_RECURSIVE ? MC_ERR_UNSUPPORTED : 0);

	if (method == MC_ACCESS_RECURSIVE) {
		/* It would cut itself off. */
		EXPECT_EQ(t, mc_space_drop_recursive_slot(rig.kernel), MC_ERR_UNSUPPORTED);
		EXPECT_EQ(t, mc_space_set_recursive_slot(&space), 0);
		EXPECT_EQ(t, map(&space, BASE + KIB(4), 0, KIB(4)), 0);
		EXPECT_EQ(t, mc_space_destroy(&space), 0);
		return;
	}
	/* By another method, the active space goes on without. A huge page is seen in the window. */
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	EXPECT_EQ(t, map(rig.kernel, page, GIB(1), GIB(1)), 0);
	EXPECT_EQ(t, mc_space_drop_recursive_slot(rig.kernel), 0);
	EXPECT_STR(t, fixture_check_tlb(), NULL);
	EXPECT_EQ(t, map(rig.kernel, window, 0, KIB(4)), MC_ERR_RANGE);
	EXPECT_EQ(t, unmap(rig.kernel, page, GIB(1)), 0);
	space.root.method = ACCESS_SECOND_SLOT;
	EXPECT_EQ(t, map(&space, BASE, 0, KIB(4)), MC_ERR_UNSUPPORTED);
	EXPECT_EQ(t, mc_space_set_recursive_slot(&space), MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_space_drop_recursive_slot(&space), MC_ERR_UNSUPPORTED);
	space.root.method = method;
	EXPECT_EQ(t, mc_space_set_recursive_slot(rig.kernel), 0);
	rig_read_table(rig.kernel->root.table, entries);
	EXPECT_EQ(t, entries[FIXTURE_RECURSIVE_SLOT], slot_entry(rig.kernel));
	space.root.method = ACCESS_SECOND_SLOT;
	EXPECT_EQ(t, map(&space, BASE, 0, KIB(4)), 0);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
}
