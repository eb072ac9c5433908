/* SPDX-License-Identifier: MIT */
/*
 * Suite "space_hardware": the CPU translates by the space that was activated. At the same
 * addresses, two spaces have different pages, with different rights, or none; the kernel half is
 * the same in both. Without the recursive slot, its window faults. With it, the window shows
 * tables, and the start of each large page.
 */
#include <arch/exception.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "space_rig.h"

#define PAGE UINT64_C(0x0000123456789000)

static struct rig rig;
static struct mc_space spaces[2];
static mc_pfn_t frames[3];

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

	if (!EXPECT_TRUE(t, fault_catch(access, mc_virt_ptr(mc_virt_addr(page)), &fault)))
		return;
	EXPECT_EQ(t, fault.vector, EXCEPTION_PF);
	EXPECT_EQ(t, fault.error_code, error_code);
	EXPECT_EQ(t, fault.address, page);
}

static void expect_value(struct ktest_run *t, uint64_t page, uint64_t value)
{
	struct fault fault = { 0 };

	EXPECT_TRUE(t, !fault_catch(read_page, mc_virt_ptr(mc_virt_addr(page)), &fault));
	EXPECT_EQ(t, value_read, value);
}

static int map_range(struct mc_space *space, uint64_t address, uint64_t physical, uint64_t size,
		     unsigned int rights)
{
	return mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(physical), size,
			     (struct mc_attributes){ .rights = rights }, NULL);
}

static int map(struct mc_space *space, uint64_t page, mc_pfn_t frame, unsigned int rights)
{
	return map_range(space, page, mc_phys_raw(mc_phys_of_pfn(frame)), MC_FRAME_SIZE, rights);
}

static int unmap_range(struct mc_space *space, uint64_t address, uint64_t size)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(address), size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}

static int unmap(struct mc_space *space, uint64_t page)
{
	return unmap_range(space, page, MC_FRAME_SIZE);
}

static bool begin(struct ktest_run *t, enum mc_access_method method)
{
	if (!EXPECT_TRUE(t, rig_begin(&rig, method, fixture_live_levels())))
		return false;
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(t, rig.source.allocate(rig.source.context, &frames[i]), 0);
		*(uint64_t *)frame_bytes(frames[i]) = 100 + i;
	}
	return EXPECT_EQ(t, mc_space_create(&spaces[0], rig.kernel), 0) &&
	       EXPECT_EQ(t, mc_space_create(&spaces[1], rig.kernel), 0);
}

static void end(struct ktest_run *t)
{
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	EXPECT_EQ(t, mc_space_destroy(&spaces[0]), 0);
	EXPECT_EQ(t, mc_space_destroy(&spaces[1]), 0);
	/* Destroying spaces leaves what was mapped as it was. */
	EXPECT_EQ(t, *(uint64_t *)frame_bytes(frames[1]), 101);
	for (unsigned int i = 0; i < 3; i++)
		rig.source.release(rig.source.context, frames[i]);
	rig_end(t, &rig);
}

/* The first space's page can be written, the second's only read. */
static void run_lower_half(struct ktest_run *t, enum mc_access_method method)
{
	if (!begin(t, method))
		return;
	EXPECT_EQ(t, map(&spaces[0], PAGE, frames[0], MC_RIGHT_READ | MC_RIGHT_WRITE), 0);
	EXPECT_EQ(t, map(&spaces[1], PAGE, frames[1], MC_RIGHT_READ), 0);
	EXPECT_EQ(t, map(&spaces[1], PAGE + MC_FRAME_SIZE, frames[2], MC_RIGHT_READ), 0);
	expect_fault(t, read_page, PAGE, 0);
	for (unsigned int turn = 0; turn < 4; turn++) {
		EXPECT_EQ(t, mc_space_activate(&spaces[0]), 0);
		expect_value(t, PAGE, 100 + turn);
		EXPECT_TRUE(t, !fault_catch(write_page, mc_virt_ptr(mc_virt_addr(PAGE)),
					    &(struct fault){ 0 }));
		expect_value(t, PAGE, 101 + turn);
		expect_fault(t, call_page, PAGE, PF_PRESENT | PF_FETCH);
		expect_fault(t, read_page, PAGE + MC_FRAME_SIZE, 0);
		EXPECT_EQ(t, mc_space_activate(&spaces[1]), 0);
		expect_value(t, PAGE, 101);
		expect_fault(t, write_page, PAGE, PF_PRESENT | PF_WRITE);
		expect_value(t, PAGE + MC_FRAME_SIZE, 102);
	}
	EXPECT_EQ(t, mc_space_activate(rig.kernel), 0);
	expect_fault(t, read_page, PAGE, 0);
	end(t);
}

/* Changed through each space in turn, while another is active: the CPU sees it at once. */
static void run_kernel_half(struct ktest_run *t, enum mc_access_method method)
{
	const unsigned int rights = MC_RIGHT_READ | MC_RIGHT_GLOBAL;
	uint64_t page;

	if (!begin(t, method))
		return;
	page = rig_kernel_page(&rig);
	for (unsigned int turn = 0; turn < 9; turn++) {
		struct mc_space *const all[] = { rig.kernel, &spaces[0], &spaces[1] };

		EXPECT_EQ(t, mc_space_activate(all[turn / 3]), 0);
		expect_fault(t, read_page, page, 0);
		EXPECT_EQ(t, map(all[turn % 3], page, frames[turn % 2], rights), 0);
		expect_value(t, page, 100 + turn % 2);
		EXPECT_EQ(t, mc_space_activate(all[(turn + 1) % 3]), 0);
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

IF_OFFSET(HARDWARE_TEST(offset, MC_ACCESS_OFFSET))
IF_RECURSIVE(HARDWARE_TEST(recursive, MC_ACCESS_RECURSIVE))
IF_GENERIC(HARDWARE_TEST(generic, MC_ACCESS_GENERIC))

#ifdef CONFIG_MAPPER_RECURSIVE

static uint64_t window_of(const struct mc_space *space, uint64_t address, unsigned int level)
{
	return mc_virt_raw(mc_recursive_table_address(CONFIG_RECURSIVE_SLOT, space->root.levels,
						      mc_virt_addr(address), level));
}

/* Tables, and the memory of a huge page that is global, which has been seen in the window before. */
KTEST(space_hardware, a_window_without_its_slot_faults)
{
	const unsigned int levels = fixture_live_levels();
	uint64_t text, huge, page;

	if (!IS_ENABLED(CONFIG_MAPPER_OFFSET)) {
		ktest_skip(t, "nothing else reaches tables in this configuration");
		return;
	}
	if (!begin(t, MC_ACCESS_OFFSET))
		return;
	page = rig_kernel_page(&rig);
	EXPECT_EQ(t, map_range(rig.kernel, page, 0, MIB(2), MC_RIGHT_READ | MC_RIGHT_GLOBAL), 0);
	text = window_of(rig.kernel, KERNEL_BASE, 2); /* whose first entry is present */
	huge = window_of(rig.kernel, page, 1);
	read_page(mc_virt_ptr(mc_virt_addr(text)));
	read_page(mc_virt_ptr(mc_virt_addr(huge)));
	read_page(mc_virt_ptr(mc_virt_addr(window_of(rig.kernel, 0, levels))));
	EXPECT_EQ(t, mc_space_drop_recursive_slot(rig.kernel), 0);
	expect_fault(t, read_page, text, 0);
	expect_fault(t, read_page, huge, 0);
	expect_fault(t, read_page, window_of(rig.kernel, 0, levels), 0);
	EXPECT_EQ(t, mc_space_set_recursive_slot(rig.kernel), 0);
	read_page(mc_virt_ptr(mc_virt_addr(text)));
	EXPECT_TRUE(t, value_read != 0);
	EXPECT_EQ(t, unmap_range(rig.kernel, page, MIB(2)), 0);
	end(t);
}

static int protect_range(struct mc_space *space, uint64_t address, uint64_t size,
			 unsigned int rights)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, mc_virt_addr(address), size,
				  (struct mc_attributes){ .rights = rights }, &batch, NULL);
	mc_tlb_batch_finish(&batch);
	return error;
}

/* At how many places the MMU comes to a frame by this entry, which it takes for one of `level`. */
static unsigned int times_below(uint64_t raw, unsigned int level, mc_pfn_t frame)
{
	static uint64_t tables[MC_PT_LEVELS_MAX + 1][MC_PT_ENTRIES];
	const mc_pt_entry_t entry = { raw };
	unsigned int count = 0;

	if (!mc_pt_is_table(entry, level))
		return mc_pt_is_leaf(entry, level) &&
		       frame - mc_phys_pfn(mc_pt_leaf_address(entry, level)) <
			       mc_pt_span(level) / MC_FRAME_SIZE;
	rig_read_table(mc_pt_table_address(entry), tables[level]);
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		count += times_below(tables[level][i], level - 1, frame);
	return count;
}

static unsigned int times_in_window(mc_pfn_t frame)
{
	const struct mc_root root = mc_active_root();

	return times_below(mc_phys_raw(root.table) | MC_PT_RECURSIVE_FLAGS, root.levels, frame);
}

/* Write back what was read: it changes nothing. */
static void write_back(void *page)
{
	*(volatile uint64_t *)page = value_read;
}

/* Write by one address, read by the other: they are the same memory. */
static void expect_alias(struct ktest_run *t, uint64_t written, uint64_t read)
{
	EXPECT_TRUE(t,
		    !fault_catch(read_page, mc_virt_ptr(mc_virt_addr(read)), &(struct fault){ 0 }));
	expect_value(t, written, value_read);
	EXPECT_TRUE(t, !fault_catch(write_page, mc_virt_ptr(mc_virt_addr(written)),
				    &(struct fault){ 0 }));
	expect_value(t, read, value_read + 1);
}

/* A page that a test has mapped, and whether its first frame is the test's own. */
struct large {
	uint64_t address, physical;
	unsigned int rights;
	bool is_own;
};

/* The window at `view` shows `size` of the page, from its start on, and no more. */
static void check_view(struct ktest_run *t, const struct large *page, uint64_t view, uint64_t size)
{
	const struct mc_root root = mc_active_root();
	struct mc_translation to = { .page_size = 0 };
	struct mc_walk walk;

	EXPECT_EQ(t, kernel_walk(&root, mc_virt_addr(view), &walk), 0);
	EXPECT_EQ(t, mc_walk_translate(&walk, mc_virt_addr(view), &to), 0);
	EXPECT_EQ(t, mc_phys_raw(to.address), page->physical);
	EXPECT_EQ(t, to.page_size, size);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_WRITE), (page->rights & MC_RIGHT_WRITE) != 0);
	EXPECT_TRUE(t, !mc_translation_has(to, MC_RIGHT_USER) &&
			       !mc_translation_has(to, MC_RIGHT_EXECUTE));
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_GLOBAL),
		  (page->rights & MC_RIGHT_GLOBAL) && spaces[0].global_pages);
	expect_fault(t, call_page, view, PF_PRESENT | PF_FETCH);
	expect_fault(t, read_page, view + size, 0);
	read_page(mc_virt_ptr(mc_virt_addr(page->address)));
	expect_value(t, view, value_read);
	if (!(page->rights & MC_RIGHT_WRITE))
		expect_fault(t, write_page, view, PF_PRESENT | PF_WRITE);
	else if (page->is_own)
		expect_alias(t, view, page->address);
	else
		EXPECT_TRUE(t, !fault_catch(write_back, mc_virt_ptr(mc_virt_addr(view)),
					    &(struct fault){ 0 }));
}

/* From the page's own level on, the window shows the tables that lead to it. */
static void check_tables(struct ktest_run *t, const struct large *page)
{
	const struct mc_root root = mc_active_root();
	struct mc_walk walk;

	EXPECT_EQ(t, kernel_walk(&root, mc_virt_addr(page->address), &walk), 0);
	for (unsigned int i = 0; i < walk.nr_steps; i++) {
		const struct mc_walk_step *step = &walk.steps[i];
		const uint64_t at = mc_pt_index(mc_virt_addr(page->address), step->level);

		expect_value(t,
			     window_of(mc_space_active(), page->address, step->level) +
				     at * MC_PT_ENTRY_SIZE,
			     step->entry.raw);
	}
}

/* A frame that a page of this level can begin with. */
static bool find_frame(unsigned int level, mc_pfn_t *frame)
{
	return !mc_frame_alloc_run(kernel_frames(), 1, mc_pt_span(level) / MC_FRAME_SIZE,
				   UINT64_MAX, frame);
}

/* Where a table would be, at each level below the page's own: of 4 KiB, that is nowhere. */
static void check_places(struct ktest_run *t, const struct large *page, unsigned int level)
{
	const mc_pfn_t frame = mc_phys_pfn(mc_phys_addr(page->physical));
	const unsigned int before = times_in_window(frame);

	EXPECT_EQ(t,
		  map_range(&spaces[0], page->address, page->physical, mc_pt_span(level),
			    MC_RIGHT_READ),
		  0);
	EXPECT_EQ(t, times_in_window(frame), before + level - 1);
	EXPECT_EQ(t, unmap_range(&spaces[0], page->address, mc_pt_span(level)), 0);
}

static void check_rights(struct ktest_run *t, struct large *page, unsigned int level,
			 unsigned int with)
{
	static const unsigned int rights[] = { MC_RIGHT_WRITE, 0, MC_RIGHT_EXECUTE,
					       MC_RIGHT_WRITE };
	struct mc_space *space = &spaces[0];

	EXPECT_EQ(t,
		  map_range(space, page->address, page->physical, mc_pt_span(level), MC_RIGHT_READ),
		  0);
	for (unsigned int i = 0; i < ARRAY_SIZE(rights); i++) {
		page->rights = MC_RIGHT_READ | rights[i] | with;
		EXPECT_EQ(t, protect_range(space, page->address, mc_pt_span(level), page->rights),
			  0);
		for (unsigned int n = 1; n < level; n++)
			check_view(t, page, window_of(space, page->address, n),
				   mc_pt_span(level - n));
		check_tables(t, page);
	}
	EXPECT_EQ(t, unmap_range(space, page->address, mc_pt_span(level)), 0);
	expect_fault(t, read_page, window_of(space, page->address, 1), 0);
}

/*
 * The user's in the lower half, global in the kernel's. Where the machine has too little RAM for a frame of
 * the test's own, the page is from 0 on, and nothing there is changed.
 */
static void run_page(struct ktest_run *t, unsigned int level)
{
	struct large page;
	mc_pfn_t frame = 0;

	if (level > kernel_space()->largest_leaf) {
		ktest_skip(t, "the CPU has no pages of this size");
		return;
	}
	if (!begin(t, kernel_space()->root.method))
		return;
	page.is_own = find_frame(level, &frame);
	page.physical = mc_phys_raw(mc_phys_of_pfn(frame));
	EXPECT_EQ(t, mc_space_activate(&spaces[0]), 0);
	page.address = align_down(PAGE, GIB(1));
	check_places(t, &page, level);
	check_rights(t, &page, level, 0);
	check_rights(t, &page, level, MC_RIGHT_USER);
	page.address = rig_kernel_page(&rig);
	check_rights(t, &page, level, MC_RIGHT_GLOBAL);
	end(t);
	EXPECT_TRUE(t, !page.is_own || !mc_frame_free(kernel_frames(), frame, 0));
}

KTEST(space_hardware, the_window_shows_nothing_of_4_kib)
{
	run_page(t, 1);
}

KTEST(space_hardware, the_window_shows_4_kib_of_2_mib)
{
	run_page(t, 2);
}

KTEST(space_hardware, the_window_shows_2_mib_of_1_gib)
{
	run_page(t, 3);
}

/* Another space's data, while it has the second slot. */
KTEST(space_hardware, the_second_window_shows_4_kib_of_2_mib)
{
	const uint64_t address = align_down(PAGE, MIB(2));
	uint64_t *data, view;
	mc_pfn_t frame;

	if (!find_frame(2, &frame)) {
		ktest_skip(t, "no frame to begin a page of 2 MiB with");
		return;
	}
	if (!begin(t, MC_ACCESS_RECURSIVE))
		return;
	view = window_of(&spaces[0], address, 1) +
	       mc_second_window_distance(CONFIG_RECURSIVE_SLOT, CONFIG_RECURSIVE_SECOND_SLOT,
					 spaces[0].root.levels, 0);
	EXPECT_EQ(t,
		  map_range(&spaces[0], address, mc_phys_raw(mc_phys_of_pfn(frame)), MIB(2),
			    MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_USER),
		  0);
	expect_fault(t, read_page, address, 0);
	data = frame_bytes(frame);
	*data = 1000;
	expect_value(t, view, 1000);
	write_page(mc_virt_ptr(mc_virt_addr(view)));
	EXPECT_EQ(t, *data, 1001);
	expect_fault(t, call_page, view, PF_PRESENT | PF_FETCH);
	EXPECT_EQ(t, protect_range(&spaces[0], address, MIB(2), MC_RIGHT_READ), 0);
	expect_value(t, view, 1001);
	expect_fault(t, write_page, view, PF_PRESENT | PF_WRITE);
	/* Its next owner has nothing there. */
	EXPECT_EQ(t, map(&spaces[1], PAGE + GIB(1), frames[0], MC_RIGHT_READ), 0);
	expect_fault(t, read_page, view, 0);
	end(t);
	EXPECT_EQ(t, mc_frame_free(kernel_frames(), frame, 0), 0);
}

#endif
