/* SPDX-License-Identifier: MIT */
/* Suite "recursive": the table window shows the same tables as the physical map. */
#include <arch/boot.h>
#include <arch/exception.h>
#include <arch/layout.h>
#include <kernel/ktest.h>
#include <mercator/pagetable.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

static void check_same(struct ktest_run *t, mc_virt_addr_t address)
{
	struct mc_root root = mc_active_root();
	struct mc_walk offset, recursive;
	int offset_result = mc_offset_walk(&root, address, &offset);
	int recursive_result = mc_recursive_walk(&root, address, &recursive);

	EXPECT_EQ(t, recursive_result, offset_result);
	if (!EXPECT_EQ(t, recursive.nr_steps, offset.nr_steps))
		return;
	for (unsigned int i = 0; i < offset.nr_steps; i++) {
		const struct mc_walk_step *a = &offset.steps[i], *b = &recursive.steps[i];
		struct mc_translation seen;
		struct mc_walk walk;

		EXPECT_EQ(t, b->level, a->level);
		EXPECT_EQ(t, b->entry.raw, a->entry.raw);
		EXPECT_EQ(t, b->kind, a->kind);

		/* And the window's address of the entry leads to the very same bytes. */
		if (!EXPECT_EQ(t, mc_offset_walk(&root, mc_virt_of_ptr(b->pointer), &walk), 0) ||
		    !EXPECT_EQ(t, mc_walk_translate(&walk, mc_virt_of_ptr(b->pointer), &seen), 0))
			return;
		EXPECT_EQ(t, PHYSMAP_BASE + mc_phys_raw(seen.address), (uintptr_t)a->pointer);
		EXPECT_TRUE(t, mc_translation_has(seen, MC_RIGHT_WRITE) &&
				       !mc_translation_has(seen, MC_RIGHT_EXECUTE) &&
				       !mc_translation_has(seen, MC_RIGHT_USER) &&
				       !mc_translation_has(seen, MC_RIGHT_GLOBAL));
	}
}

KTEST(recursive, both_methods_read_the_same_tables)
{
	struct mc_root root = mc_active_root();
	uint64_t root_window = mc_virt_raw(mc_recursive_table_address(
		CONFIG_RECURSIVE_SLOT, root.levels, mc_virt_addr(0), root.levels));

	check_same(t, mc_virt_addr(0));
	check_same(t, mc_virt_addr(UINT64_MAX));
	check_same(t, mc_virt_addr(KERNEL_BASE));
	check_same(t, mc_virt_of_ptr(kernel_start));
	check_same(t, mc_virt_of_ptr(kernel_end));
	check_same(t, mc_virt_of_ptr(boot_stacks[STACK_BOOT].guard));
	check_same(t, mc_virt_addr(PHYSMAP_BASE));
	check_same(t, mc_virt_addr(PHYSMAP_BASE + mc_physmap_reach() - 1));
	check_same(t, mc_virt_addr(PHYSMAP_BASE + PHYSMAP_SIZE));
	check_same(t, mc_virt_addr(root_window));
	check_same(t, mc_virt_addr(UINT64_C(1) << 62)); /* not canonical */
}

KTEST(recursive, both_methods_agree_at_random_addresses)
{
	unsigned int levels = mc_active_root().levels;

	for (int i = 0; i < 2000; i++)
		check_same(t, mc_pt_canonical(mc_virt_addr(ktest_random(t)), levels));
	for (int i = 0; i < 2000; i++)
		check_same(t, mc_virt_addr(KERNEL_BASE + ktest_random_below(t, BOOT_KERNEL_REACH)));
	for (int i = 0; i < 2000; i++)
		check_same(t,
			   mc_virt_addr(PHYSMAP_BASE + ktest_random_below(t, mc_physmap_reach())));
}

KTEST(recursive, addresses_are_formed_as_the_sdm_counts_indices)
{
	mc_virt_addr_t address = mc_virt_addr(UINT64_C(0xffff888123456789));

	/* Worked by hand: slot 510 is 0x1fe. */
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(510, 4, address, 4)),
		  UINT64_C(0xffffff7fbfdfe000));
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(510, 4, mc_virt_addr(0), 1)),
		  UINT64_C(0xffffff0000000000));
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(510, 5, mc_virt_addr(0), 1)),
		  UINT64_C(0xfffe000000000000));
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(510, 4, mc_virt_addr(UINT64_MAX), 1)),
		  UINT64_C(0xffffff7ffffff000));
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(256, 4, mc_virt_addr(0), 4)),
		  UINT64_C(0xffff804020100000));
	EXPECT_EQ(t, mc_virt_raw(mc_recursive_table_address(510, 4, address, 1)),
		  UINT64_C(0xffffff0000000000) |
			  ((mc_virt_raw(address) & UINT64_C(0xffffffffffff)) >> 9 &
			   UINT64_C(0x7ffffff000)));
}

KTEST(recursive, slot_points_at_the_root_and_is_not_executable)
{
	struct mc_root root = mc_active_root();
	const mc_pt_entry_t *entries = mc_physmap_pointer(root.table);

	EXPECT_EQ(t, entries[CONFIG_RECURSIVE_SLOT].raw,
		  mc_phys_raw(root.table) | MC_PT_RECURSIVE_FLAGS);
	EXPECT_TRUE(t, !mc_pt_is_executable(entries[CONFIG_RECURSIVE_SLOT]));
	EXPECT_TRUE(t, !mc_pt_is_user(entries[CONFIG_RECURSIVE_SLOT]));
	EXPECT_TRUE(t, !mc_pt_is_global(entries[CONFIG_RECURSIVE_SLOT]));
}

static void call_address(void *address)
{
	__asm__ volatile("call *%0" : : "r"(address) : "memory");
}

KTEST(recursive, window_cannot_be_executed)
{
	struct mc_root root = mc_active_root();
	mc_virt_addr_t window = mc_recursive_table_address(CONFIG_RECURSIVE_SLOT, root.levels,
							   mc_virt_of_ptr(kernel_start), 1);
	struct fault fault = { 0 };

	ASSERT_TRUE(t, fault_catch(call_address, mc_virt_ptr(window), &fault));
	EXPECT_EQ(t, fault.vector, EXCEPTION_PF);
	EXPECT_EQ(t, fault.error_code, PF_PRESENT | PF_FETCH);
	EXPECT_EQ(t, fault.address, mc_virt_raw(window));
}

/* Bit 9 of an entry is ignored by the CPU: a write through one path is seen through the other. */
KTEST(recursive, a_write_through_the_window_is_seen_in_the_physical_map)
{
	const uint64_t ignored_bit = UINT64_C(1) << 9;
	struct mc_root root = mc_active_root();
	mc_virt_addr_t address = mc_virt_of_ptr(kernel_start);
	volatile uint64_t *window;
	struct mc_walk walk;

	ASSERT_EQ(t, mc_offset_walk(&root, address, &walk), 0);
	ASSERT_EQ(t, walk.nr_steps, root.levels);
	window = mc_virt_ptr(
		mc_recursive_table_address(CONFIG_RECURSIVE_SLOT, root.levels, address, 1));
	window += mc_pt_index(address, 1);

	*window |= ignored_bit;
	EXPECT_TRUE(t, *(const volatile uint64_t *)&walk.steps[root.levels - 1].pointer->raw &
			       ignored_bit);
	*window &= ~ignored_bit;
	EXPECT_EQ(t, *(const volatile uint64_t *)&walk.steps[root.levels - 1].pointer->raw,
		  walk.steps[root.levels - 1].entry.raw);
}
