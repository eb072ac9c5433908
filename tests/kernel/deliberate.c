/* SPDX-License-Identifier: MIT */
/*
 * Suite "deliberate": tests that fail, skip, panic and fault on purpose, so that the harness can
 * check that each of these is reported correctly. They run only when the command line names the
 * suite: selftest=deliberate.NAME.
 */
#include <kernel/address_space.h>
#include <kernel/panic.h>
#include <kernel/units.h>
#include <mercator/cursor.h>

#include "../mm/mapper_fixture.h"

KTEST(deliberate, passes)
{
	EXPECT_TRUE(t, true);
}

KTEST(deliberate, fails)
{
	EXPECT_EQ(t, 6 * 9, 42);
}

KTEST(deliberate, skips)
{
	ktest_skip(t, "it was asked to");
}

KTEST(deliberate, panics)
{
	(void)t;
	panic("on purpose");
}

/* Slot 256 is not mapped; the panic shows the walk. */
KTEST(deliberate, faults)
{
	(void)t;
	*(volatile uint8_t *)mc_virt_ptr(mc_virt_addr(UINT64_C(0xffff800000001234))) = 0;
}

/* CONFIG_DEBUG_CHECKS notices when the space is left. */
KTEST(deliberate, forgets_a_batch)
{
	static struct fixture fixture;
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	const mc_virt_addr_t address = mc_virt_addr(UINT64_C(0x0000123440000000));
	struct mc_tlb_batch batch;

	ASSERT_TRUE(t, fixture_init_live(&fixture, KERNEL_METHOD));
	ASSERT_EQ(t,
		  mc_mapper_map(&fixture.space, address, mc_phys_addr(0), KIB(4), attributes, NULL),
		  0);
	mc_tlb_batch_begin(&batch, &fixture.space);
	EXPECT_EQ(t, mc_mapper_unmap(&fixture.space, address, KIB(4), &batch), 0);
	fixture_finish(&fixture);
}

/* The same of a cursor, by the method whose pointers are into the window of the space that is left. */
KTEST(deliberate, forgets_a_cursor)
{
	static struct fixture fixture;
	static struct mc_cursor cursor;
	const mc_virt_addr_t address = mc_virt_addr(UINT64_C(0x0000123440000000));

	ASSERT_TRUE(t, fixture_init_live(&fixture, MC_ACCESS_RECURSIVE));
	ASSERT_EQ(t, mc_cursor_open(&cursor, &fixture.space, address, KIB(8)), 0);
	EXPECT_EQ(t, mc_space_activate(kernel_space()), 0);
}
