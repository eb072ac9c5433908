/* SPDX-License-Identifier: MIT */
/* Suite "mapper_generic", continued: what only the generic method has, a function of the caller's. */
#include <kernel/address_space.h>
#include <kernel/units.h>
#include <mercator/cursor.h>

#include "mapper_fixture.h"

#define BASE UINT64_C(0x0000123440000000)

static struct fixture fixture;
static struct mc_space *const space = &fixture.space;

static struct {
	unsigned int nr_asked, nr_strangers; /* calls with our context, and with another */
	mc_pfn_t hidden;                     /* a frame that the function does not know */
} own;

static void *own_function(void *context, mc_phys_addr_t frame)
{
	own.nr_asked += context == &own;
	own.nr_strangers += context != &own;
	return mc_phys_pfn(frame) == own.hidden ? NULL : physmap_function(NULL, frame);
}

static int begin_and_map(unsigned int levels)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };

	(void)fixture_init(&fixture, MC_ACCESS_GENERIC, levels);
	own.nr_asked = own.nr_strangers = 0;
	own.hidden = 0;
	space->root.pointer_to = own_function;
	space->root.pointer_context = &own;
	space->root.table_pointer = NULL;
	return mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(GIB(1)), KIB(4), attributes,
			     NULL);
}

/* A root that is known is not asked for, where the compiler sees that it is one: -O0 and -Og need not. */
static bool is_asked_for_all_but(unsigned int levels, bool knows_root)
{
	return own.nr_asked == levels - knows_root ||
	       (IS_ENABLED(OTHERWISE_OPTIMISED) && own.nr_asked == levels);
}

KTEST(mapper_generic, every_table_and_frame_is_asked_for_with_the_context)
{
	struct mc_translation translation;
	mc_phys_addr_t physical;

	for (unsigned int levels = 4; levels <= 5; levels++) {
		ASSERT_EQ(t, begin_and_map(levels), 0);
		/* At least all tables to look at, and the new ones to zero. */
		EXPECT_TRUE(t, own.nr_asked >= 2 * levels - 1);
		for (unsigned int knows_root = 0; knows_root <= 1; knows_root++) {
			space->root.table_pointer =
				knows_root ? physmap_function(NULL, space->root.table) : NULL;
			own.nr_asked = 0;
			ASSERT_EQ(t, mc_mapper_translate(space, mc_virt_addr(BASE), &translation),
				  0);
			EXPECT_EQ(t, mc_phys_raw(translation.address), GIB(1));
			EXPECT_TRUE(t, is_asked_for_all_but(levels, knows_root));
			own.nr_asked = 0;
			ASSERT_EQ(t,
				  mc_mapper_translate_address(space, mc_virt_addr(BASE), &physical),
				  0);
			EXPECT_EQ(t, mc_phys_raw(physical), GIB(1));
			EXPECT_TRUE(t, is_asked_for_all_but(levels, knows_root));
		}
	}
	EXPECT_EQ(t, own.nr_strangers, 0);
}

/* Beside the last page, a cursor needs no table; where pointers are brief, it asks for them again. */
KTEST(mapper_generic, a_cursor_asks_for_its_tables_once)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };

	for (int brief = 0; brief <= 1; brief++) {
		struct mc_cursor cursor;

		ASSERT_EQ(t, begin_and_map(4), 0);
		space->root.pointers_are_brief = brief;
		ASSERT_EQ(t, mc_cursor_open(&cursor, space, mc_virt_addr(BASE + KIB(4)), MIB(1)),
			  0);
		for (uint64_t i = 0; i < 20; i++) {
			ASSERT_EQ(t,
				  mc_cursor_map(&cursor, 1, mc_phys_addr(i * KIB(4)), attributes,
						NULL),
				  0);
			if (i == 0)
				own.nr_asked = 0;
		}
		EXPECT_TRUE(t, brief ? own.nr_asked >= 19 * 4 : own.nr_asked == 0);
		mc_cursor_close(&cursor);
	}
}

KTEST(mapper_generic, a_walk_ends_where_the_function_knows_nothing)
{
	struct mc_walk walk;

	ASSERT_EQ(t, begin_and_map(4), 0);
	ASSERT_EQ(t, mc_generic_walk(&space->root, mc_virt_addr(BASE), &walk), 0);
	ASSERT_EQ(t, walk.nr_steps, 4);
	own.hidden = mc_phys_pfn(walk.steps[2].table);
	EXPECT_EQ(t, mc_generic_walk(&space->root, mc_virt_addr(BASE), &walk), MC_ERR_RANGE);
	EXPECT_EQ(t, walk.nr_steps, 2);
}

KTEST(mapper_generic, a_method_that_is_not_built_in_is_refused)
{
	mc_phys_addr_t physical;

	if (!IS_ENABLED(CONFIG_MAPPER_OFFSET) && !IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		ktest_skip(t, "with one method, nothing asks which it is");
		return;
	}
	ASSERT_EQ(t, begin_and_map(4), 0);
	space->root.method = (enum mc_access_method)(MC_ACCESS_GENERIC + 2);
	EXPECT_EQ(t, mc_mapper_translate_address(space, mc_virt_addr(BASE), &physical),
		  MC_ERR_UNSUPPORTED);
}
