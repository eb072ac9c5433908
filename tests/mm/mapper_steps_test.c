/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_steps": another CPU may walk the tables at any moment. So each operation is run one
 * instruction at a time (the trap flag; SIGTRAP after each), and after each instruction, what some
 * addresses translate to must be what they did before the operation or what they will after it: no
 * junk in a table that is linked too early, no hole where there was and will be a page.
 */
#include <kernel/units.h>

#include "../host/long.h"
#include "../machine/steps.h"
#include "mapper_fixture.h"

#define RW   (MC_RIGHT_READ | MC_RIGHT_WRITE)
#define BASE UINT64_C(0x0000123440000000)

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;

/* What an address may translate to: at each moment, and in every respect that a CPU notices. */
struct answer {
	int error;
	uint64_t physical;
	bool writable, user, executable;
};

static const uint64_t watched[] = {
	BASE,          BASE + KIB(4),          BASE + KIB(8), BASE + KIB(4) * 511,
	BASE + MIB(2), BASE + GIB(1) - KIB(4), BASE + GIB(1),
};

static struct answer before[ARRAY_SIZE(watched)], after[ARRAY_SIZE(watched)];
static unsigned int nr_steps, nr_wrong;

static struct answer ask(uint64_t address)
{
	struct mc_translation got = { 0 };
	int error = mc_mapper_translate(space, mc_virt_addr(address), &got);

	return (struct answer){ error, mc_phys_raw(got.address),
				mc_translation_has(got, MC_RIGHT_WRITE),
				mc_translation_has(got, MC_RIGHT_USER),
				mc_translation_has(got, MC_RIGHT_EXECUTE) };
}

static bool is_same(const struct answer *a, const struct answer *b)
{
	return a->error == b->error && a->physical == b->physical && a->writable == b->writable &&
	       a->user == b->user && a->executable == b->executable;
}

static void after_instruction(void)
{
	nr_steps++;
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
		struct answer now = ask(watched[i]);

		nr_wrong += !is_same(&now, &before[i]) && !is_same(&now, &after[i]);
	}
}

/* Once at full speed, to know the answers afterwards; then again from the start, in steps. */
static void check_steps(struct ktest_run *t, int (*prepare)(void), int (*operation)(void))
{
	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, prepare(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		before[i] = ask(watched[i]);
	ASSERT_EQ(t, operation(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		after[i] = ask(watched[i]);

	fixture_init(&fixture, MC_ACCESS_OFFSET, 4);
	ASSERT_EQ(t, prepare(), 0);
	nr_steps = nr_wrong = 0;
	ASSERT_EQ(t, host_run_in_steps(operation, after_instruction), 0);
	EXPECT_TRUE(t, nr_steps > 100);
	EXPECT_EQ(t, nr_wrong, 0);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

static int nothing(void)
{
	return 0;
}

static int map(uint64_t address, uint64_t size)
{
	const struct mc_attributes attributes = { RW, MC_MEMORY_WRITE_BACK };

	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(address - BASE), size,
			     attributes, NULL);
}

static int map_a_page(void)
{
	return map(BASE + KIB(4), KIB(4));
}

static int map_2_mib(void)
{
	return map(BASE, MIB(2));
}

static int map_2_mib_in_small_pages(void)
{
	int error;

	space->largest_leaf = 1;
	error = map(BASE, MIB(2));
	space->largest_leaf = 3;
	return error;
}

static int map_a_gib(void)
{
	return map(BASE, GIB(1));
}

/* Finished, so that frames go back and are filled with junk: no table may still lead to them. */
static int unmap_a_page(void)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(BASE + KIB(4)), KIB(4), &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int protect_two_pages(void)
{
	const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, mc_virt_addr(BASE + KIB(4)), KIB(8), read_only, &batch,
				  NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int merge_a_gib(void)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_merge(space, mc_virt_addr(BASE), GIB(1), &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

KTEST(mapper_steps, new_tables_are_never_seen_with_junk)
{
	check_steps(t, nothing, map_a_page);
	if (host_long()) {
		check_steps(t, nothing, map_2_mib);
		check_steps(t, nothing, map_a_gib);
	}
}

KTEST(mapper_steps, a_page_beside_others_comes_and_goes_alone)
{
	check_steps(t, map_2_mib_in_small_pages, unmap_a_page);
	check_steps(t, map_2_mib_in_small_pages, protect_two_pages);
}

KTEST(mapper_steps, splitting_never_shows_a_hole_or_junk)
{
	check_steps(t, map_2_mib, unmap_a_page);
	if (host_long()) {
		check_steps(t, map_a_gib, unmap_a_page);
		check_steps(t, map_a_gib, protect_two_pages);
	}
}

KTEST(mapper_steps, merging_never_shows_a_hole_or_junk)
{
	check_steps(t, map_2_mib_in_small_pages, merge_a_gib);
}

KTEST(mapper_steps, freed_tables_are_not_reached_any_more)
{
	check_steps(t, map_a_page, unmap_a_page);
}
