/* SPDX-License-Identifier: MIT */
/*
 * Suite "deliberate": tests that fail, skip, panic and fault on purpose, so that the harness can
 * show that each of these is reported for what it is. They run only when the command line names
 * the suite: selftest=deliberate.NAME.
 */
#include <mercator/ktest.h>
#include <mercator/panic.h>

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
	*(volatile uint8_t *)virt_ptr(virt_addr(UINT64_C(0xffff800000001234))) = 0;
}
