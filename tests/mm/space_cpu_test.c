/* SPDX-License-Identifier: MIT */
/*
 * Suite "space_cpu": what a space asks of CPUs and of those who share it (mercator/space.h): a state, one
 * CPU that activates, and a lock or a promise. Only a host is another CPU when it says so.
 */
#include <kernel/units.h>
#include <mercator/cursor.h>
#include <mercator/platform.h>

#include "../machine/tlb.h"
#include "space_rig.h"

#define BASE UINT64_C(0x0000123440000000)

/* Limine's, at start (its write-combining memory is in 5). */
#define LIMINE_PAT UINT64_C(0x0000010500070406)

static struct rig rig;

static const struct mc_cpu_state good = {
	.levels = 4,
	.physical_bits = 40,
	.no_execute = true,
	.write_protect = true,
	.global_pages = true,
	.pat = UINT64_C(0x0001040600010406),
};

static int check_pat(const struct mc_space *space, uint64_t pat)
{
	struct mc_cpu_state state = good;

	state.pat = pat;
	return mc_space_check_cpu(space, &state);
}

KTEST(space_cpu, each_thing_that_is_not_so_has_a_name)
{
	const struct mc_space space = {
		.root.levels = 4,
		.physical_limit = UINT64_C(1) << 40,
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
		.global_pages = true,
	};
	struct mc_cpu_state state = good;

	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), 0);
	state.levels = 5;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), MC_ERR_CPU_LEVELS);
	state = good;
	state.no_execute = false;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), MC_ERR_CPU_NX);
	state = good;
	state.write_protect = false;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), MC_ERR_CPU_WP);
	state = good;
	state.global_pages = false;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), MC_ERR_CPU_GLOBAL);
	state = good;
	state.physical_bits = 39;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), MC_ERR_CPU_PHYSICAL);
}

KTEST(space_cpu, a_space_without_global_pages_asks_for_none)
{
	const struct mc_space space = {
		.root.levels = 4,
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
	};
	struct mc_cpu_state state = good;

	state.global_pages = false;
	EXPECT_EQ(t, mc_space_check_cpu(&space, &state), 0);
}

/* What is in entries 4 to 7 matters to a window alone. */
KTEST(space_cpu, a_pat_fits_or_is_refused)
{
	struct mc_space space = { .root.levels = 4, .recursive_slot = MC_SPACE_NOT_RECURSIVE };

	EXPECT_EQ(t, check_pat(&space, LIMINE_PAT), MC_ERR_CPU_PAT);
	EXPECT_EQ(t, check_pat(&space, UINT64_C(0x0706050400010406)), 0);
	for (unsigned int entry = 0; entry < 4; entry++)
		EXPECT_EQ(t, check_pat(&space, good.pat ^ UINT64_C(2) << 8 * entry),
			  MC_ERR_CPU_PAT);
	space.recursive_slot = 510;
	EXPECT_EQ(t, check_pat(&space, good.pat), 0);
	for (unsigned int entry = 0; entry < 8; entry++)
		EXPECT_EQ(t, check_pat(&space, good.pat ^ UINT64_C(2) << 8 * entry),
			  MC_ERR_CPU_PAT);
}

KTEST(space_cpu, a_second_cpu_is_refused)
{
	struct mc_space space;

	ASSERT_TRUE(t, rig_begin(&rig, MC_ACCESS_OFFSET, 4));
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	host_cpu_id = 1;
	EXPECT_EQ(t, mc_space_activate(&space), MC_ERR_OTHER_CPU);
	EXPECT_EQ(t, mc_space_activate(rig.kernel), MC_ERR_OTHER_CPU);
	host_cpu_id = 0;
	EXPECT_TRUE(t, mc_space_active() == rig.kernel);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	rig_end(t, &rig);
}

/* The lock is held by nobody that would ever give it back. */
KTEST(space_cpu, an_exclusive_space_takes_no_lock)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_tlb_batch batch;
	struct mc_cursor cursor;
	struct mc_space space;

	ASSERT_TRUE(t, rig_begin(&rig, MC_ACCESS_OFFSET, 4));
	ASSERT_EQ(t, mc_space_create(&space, rig.kernel), 0);
	mc_space_set_exclusive(&space);
	space.lock.spin.locked = 1;
	mc_tlb_batch_begin(&batch, &space);
	EXPECT_EQ(t,
		  mc_mapper_map(&space, mc_virt_addr(BASE), mc_phys_addr(0), KIB(8), attributes,
				NULL),
		  0);
	EXPECT_EQ(t,
		  mc_mapper_protect(&space, mc_virt_addr(BASE), KIB(4), attributes, &batch, NULL),
		  0);
	EXPECT_EQ(t, mc_cursor_open(&cursor, &space, mc_virt_addr(BASE), KIB(8)), 0);
	EXPECT_EQ(t, mc_cursor_unmap(&cursor, 1, &batch), 0);
	mc_cursor_close(&cursor);
	EXPECT_EQ(t, mc_mapper_unmap(&space, mc_virt_addr(BASE), KIB(8), &batch), 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, space.lock.spin.locked, 1);
	EXPECT_EQ(t, mc_space_destroy(&space), 0);
	rig_end(t, &rig);
}
