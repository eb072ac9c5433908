/* SPDX-License-Identifier: MIT */
/*
 * Suite "space_hardware": the CPU translates by the space that was activated. At the same addresses, two
 * spaces have other pages, with other rights, or none; what is in the kernel half is in both. And where
 * the recursive slot was taken out, its window faults.
 */
#include <arch/exception.h>
#include <mercator/frame_access.h>
#include <mercator/layout.h>
#include <mercator/paging.h>

#include "space_rig.h"

#define PAGE UINT64_C(0x0000123456789000)

static struct rig rig;
static struct space spaces[2];
static pfn_t frames[3];

static uint64_t value_read;

static void read_page(void *page)
{
	value_read = *(volatile uint64_t *)page;
}

static void write_page(void *page)
{
	*(volatile uint64_t *)page = value_read + 1;
}

static void call_page(void *page)
{
	__asm__ volatile("call *%0" : : "r"(page) : "memory");
}

static void expect_fault(struct ktest_run *t, void (*access)(void *), uint64_t page,
			 uint64_t error_code)
{
	struct fault fault = { 0 };

	if (!EXPECT_TRUE(t, fault_catch(access, virt_ptr(virt_addr(page)), &fault)))
		return;
	EXPECT_EQ(t, fault.vector, EXCEPTION_PF);
	EXPECT_EQ(t, fault.error_code, error_code);
	EXPECT_EQ(t, fault.address, page);
}

static void expect_value(struct ktest_run *t, uint64_t page, uint64_t value)
{
	struct fault fault = { 0 };

	EXPECT_TRUE(t, !fault_catch(read_page, virt_ptr(virt_addr(page)), &fault));
	EXPECT_EQ(t, value_read, value);
}

static int map(struct space *space, uint64_t page, pfn_t frame, unsigned int rights)
{
	return mapper_map(space, virt_addr(page), phys_of_pfn(frame), FRAME_SIZE,
			  (struct attributes){ .rights = rights }, NULL);
}

static int unmap(struct space *space, uint64_t page)
{
	struct tlb_batch batch;
	int error;

	tlb_batch_begin(&batch, space);
	error = mapper_unmap(space, virt_addr(page), FRAME_SIZE, &batch);
	tlb_batch_finish(&batch);
	return error;
}

static bool begin(struct ktest_run *t, enum access_method method)
{
	if (!EXPECT_TRUE(t, rig_begin(&rig, method, fixture_live_levels())))
		return false;
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(t, rig.source.allocate(rig.source.context, &frames[i]), 0);
		*(uint64_t *)frame_access(frames[i]) = 100 + i;
	}
	return EXPECT_EQ(t, space_create(&spaces[0], rig.kernel), 0) &&
	       EXPECT_EQ(t, space_create(&spaces[1], rig.kernel), 0);
}

static void end(struct ktest_run *t)
{
	EXPECT_EQ(t, space_activate(rig.kernel), 0);
	EXPECT_EQ(t, space_destroy(&spaces[0]), 0);
	EXPECT_EQ(t, space_destroy(&spaces[1]), 0);
	/* Destroying spaces leaves what was mapped as it was. */
	EXPECT_EQ(t, *(uint64_t *)frame_access(frames[1]), 101);
	for (unsigned int i = 0; i < 3; i++)
		rig.source.release(rig.source.context, frames[i]);
	rig_end(t, &rig);
}

/* The first space's page can be written, the second's only read. */
static void run_lower_half(struct ktest_run *t, enum access_method method)
{
	if (!begin(t, method))
		return;
	EXPECT_EQ(t, map(&spaces[0], PAGE, frames[0], RIGHT_READ | RIGHT_WRITE), 0);
	EXPECT_EQ(t, map(&spaces[1], PAGE, frames[1], RIGHT_READ), 0);
	EXPECT_EQ(t, map(&spaces[1], PAGE + FRAME_SIZE, frames[2], RIGHT_READ), 0);
	expect_fault(t, read_page, PAGE, 0);
	for (unsigned int turn = 0; turn < 4; turn++) {
		EXPECT_EQ(t, space_activate(&spaces[0]), 0);
		expect_value(t, PAGE, 100 + turn);
		EXPECT_TRUE(t, !fault_catch(write_page, virt_ptr(virt_addr(PAGE)),
					    &(struct fault){ 0 }));
		expect_value(t, PAGE, 101 + turn);
		expect_fault(t, call_page, PAGE, PF_PRESENT | PF_FETCH);
		expect_fault(t, read_page, PAGE + FRAME_SIZE, 0);
		EXPECT_EQ(t, space_activate(&spaces[1]), 0);
		expect_value(t, PAGE, 101);
		expect_fault(t, write_page, PAGE, PF_PRESENT | PF_WRITE);
		expect_value(t, PAGE + FRAME_SIZE, 102);
	}
	EXPECT_EQ(t, space_activate(rig.kernel), 0);
	expect_fault(t, read_page, PAGE, 0);
	end(t);
}

/* Changed through each space in turn, while another is active: the CPU sees it at once. */
static void run_kernel_half(struct ktest_run *t, enum access_method method)
{
	const unsigned int rights = RIGHT_READ | RIGHT_GLOBAL;
	uint64_t page;

	if (!begin(t, method))
		return;
	page = rig_kernel_page(&rig);
	for (unsigned int turn = 0; turn < 9; turn++) {
		struct space *const all[] = { rig.kernel, &spaces[0], &spaces[1] };

		EXPECT_EQ(t, space_activate(all[turn / 3]), 0);
		expect_fault(t, read_page, page, 0);
		EXPECT_EQ(t, map(all[turn % 3], page, frames[turn % 2], rights), 0);
		expect_value(t, page, 100 + turn % 2);
		EXPECT_EQ(t, space_activate(all[(turn + 1) % 3]), 0);
		expect_value(t, page, 100 + turn % 2);
		EXPECT_EQ(t, unmap(all[(turn + 2) % 3], page), 0);
		expect_fault(t, read_page, page, 0);
	}
	end(t);
}

#define HARDWARE_TEST(method, METHOD)                                                              \
	KTEST(space_hardware, method##_lower_halves_differ)                                        \
	{                                                                                          \
		run_lower_half(t, METHOD);                                                         \
	}                                                                                          \
	KTEST(space_hardware, method##_kernel_half_is_shared)                                      \
	{                                                                                          \
		run_kernel_half(t, METHOD);                                                        \
	}

IF_OFFSET(HARDWARE_TEST(offset, ACCESS_OFFSET))
IF_RECURSIVE(HARDWARE_TEST(recursive, ACCESS_RECURSIVE))
IF_GENERIC(HARDWARE_TEST(generic, ACCESS_GENERIC))

#ifdef CONFIG_MAPPER_RECURSIVE

static uint64_t window_of(const struct space *space, uint64_t address, unsigned int level)
{
	return virt_raw(recursive_table_address(CONFIG_RECURSIVE_SLOT, space->root.levels,
						virt_addr(address), level));
}

/* Tables, and the memory of a huge page that is global, which has been seen in the window before. */
KTEST(space_hardware, a_window_without_its_slot_faults)
{
	const unsigned int levels = fixture_live_levels();
	uint64_t text, huge, page;
	struct tlb_batch batch;
	int error;

	if (!IS_ENABLED(CONFIG_MAPPER_OFFSET)) {
		ktest_skip(t, "nothing else reaches tables in this configuration");
		return;
	}
	if (!begin(t, ACCESS_OFFSET))
		return;
	page = rig_kernel_page(&rig);
	EXPECT_EQ(t,
		  mapper_map(rig.kernel, virt_addr(page), phys_addr(0), MIB(2),
			     (struct attributes){ .rights = RIGHT_READ | RIGHT_GLOBAL }, NULL),
		  0);
	text = window_of(rig.kernel, KERNEL_BASE, 2); /* whose first entry is present */
	huge = window_of(rig.kernel, page, 1);
	read_page(virt_ptr(virt_addr(text)));
	read_page(virt_ptr(virt_addr(huge)));
	read_page(virt_ptr(virt_addr(window_of(rig.kernel, 0, levels))));
	EXPECT_EQ(t, space_drop_recursive_slot(rig.kernel), 0);
	expect_fault(t, read_page, text, 0);
	expect_fault(t, read_page, huge, 0);
	expect_fault(t, read_page, window_of(rig.kernel, 0, levels), 0);
	EXPECT_EQ(t, space_set_recursive_slot(rig.kernel), 0);
	read_page(virt_ptr(virt_addr(text)));
	EXPECT_TRUE(t, value_read != 0);
	tlb_batch_begin(&batch, rig.kernel);
	error = mapper_unmap(rig.kernel, virt_addr(page), MIB(2), &batch);
	EXPECT_EQ(t, error, 0);
	tlb_batch_finish(&batch);
	end(t);
}

#endif
