/* SPDX-License-Identifier: MIT */
/*
 * Suite "physmap": the physical map, as far as it reaches. What is written through it is read back
 * by an independent path: a page of our own, whose table entry is pointed at the frame.
 */
#include <arch/active_root.h>
#include <arch/cpu_features.h>
#include <mercator/kernel_walk.h>
#include <mercator/ktest.h>
#include <mercator/memory.h>
#include <mercator/physmap.h>
#include <mercator/string.h>

/* The page whose entry is changed; nothing else lives in it. */
static uint8_t peephole[FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));

/* The entry that maps the peephole, made writable: it lies in a table inside the kernel's image. */
static volatile uint64_t *peephole_entry(void)
{
	struct root root = active_root();
	struct walk walk;

	if (kernel_walk(&root, virt_of_ptr(peephole), &walk) ||
	    walk.steps[walk.nr_steps - 1].kind != PT_LEAF)
		return NULL;
	return physmap_pointer(phys_addr(phys_raw(walk.steps[walk.nr_steps - 1].table) +
					 pt_index(virt_of_ptr(peephole), 1) * PT_ENTRY_SIZE));
}

static void point_peephole(volatile uint64_t *entry, uint64_t value)
{
	*entry = value;
	invalidate_page(virt_of_ptr(peephole));
}

/* Write `value` at a physical address through the map, read it through the peephole; put it back. */
static void check_address(struct ktest_run *t, volatile uint64_t *entry, uint64_t address,
			  uint64_t value)
{
	volatile uint64_t *through_map = physmap_pointer(phys_addr(address));
	volatile uint64_t *through_page =
		virt_ptr(virt_addr((uintptr_t)peephole + address % FRAME_SIZE));
	uint64_t own = *entry;
	uint64_t saved = *through_map;

	point_peephole(entry, (own & ~PT_ADDRESS_MASK) | align_down(address, FRAME_SIZE));
	*through_map = value;
	EXPECT_EQ(t, *through_page, value);
	*through_page = ~value;
	EXPECT_EQ(t, *through_map, ~value);
	*through_map = saved;
	point_peephole(entry, own);
}

/* The part of usable range `i` that the map reaches: empty if none. */
static struct memmap_range reachable_range(size_t i)
{
	size_t count;
	struct memmap_range range = memory_ranges(&count)[i];

	if (range.end > physmap_reach())
		range.end = physmap_reach();
	if (range.start > range.end)
		range.start = range.end;
	return range;
}

KTEST(physmap, every_usable_range_is_reachable_to_its_last_byte)
{
	volatile uint64_t *entry = peephole_entry();
	size_t count;

	ASSERT_TRUE(t, entry != NULL);
	memory_ranges(&count);
	for (size_t i = 0; i < count; i++) {
		struct memmap_range range = reachable_range(i);

		if (range.start == range.end)
			continue;
		check_address(t, entry, range.start, ktest_random(t));
		check_address(t, entry, range.end - sizeof(uint64_t), ktest_random(t));
		for (int sample = 0; sample < 64; sample++) {
			uint64_t offset = ktest_random_below(t, range.end - range.start);

			check_address(t, entry, align_down(range.start + offset, 8),
				      ktest_random(t));
		}
	}
}

/* Each frame's own number, written everywhere first, is still there at the end: no two frames alias. */
KTEST(physmap, no_two_addresses_are_the_same_memory)
{
	uint64_t addresses[64], saved[64];
	size_t nr_addresses = 0, count;

	memory_ranges(&count);
	for (size_t i = 0; i < count && nr_addresses < ARRAY_SIZE(addresses); i++) {
		struct memmap_range range = reachable_range(i);

		for (uint64_t size = FRAME_SIZE; range.start < range.end; size *= 2) {
			if (size > range.end - range.start || nr_addresses == 64)
				break;
			addresses[nr_addresses++] = range.start + size - FRAME_SIZE;
		}
	}
	for (size_t i = 0; i < nr_addresses; i++) {
		volatile uint64_t *word = physmap_pointer(phys_addr(addresses[i]));

		saved[i] = *word;
		*word = addresses[i] ^ UINT64_C(0x5a5a);
	}
	for (size_t i = 0; i < nr_addresses; i++)
		EXPECT_EQ(t, *(volatile uint64_t *)physmap_pointer(phys_addr(addresses[i])),
			  addresses[i] ^ UINT64_C(0x5a5a));
	for (size_t i = 0; i < nr_addresses; i++)
		*(volatile uint64_t *)physmap_pointer(phys_addr(addresses[i])) = saved[i];
}

static void check_translation(struct ktest_run *t, uint64_t address)
{
	struct root root = active_root();
	struct translation translation;
	virt_addr_t mapped = virt_of_ptr(physmap_pointer(phys_addr(address)));
	struct walk walk;

	if (!EXPECT_EQ(t, kernel_walk(&root, mapped, &walk), 0) ||
	    !EXPECT_EQ(t, walk_translate(&walk, mapped, &translation), 0))
		return;
	EXPECT_EQ(t, phys_raw(translation.address), address);
	EXPECT_EQ(t, translation.page_size, cpu_features()->pages_1gib ? GIB(1) : MIB(2));
	EXPECT_TRUE(t, translation.writable && !translation.executable && !translation.user);
	EXPECT_EQ(t, translation.global, cpu_features()->global_pages);
}

KTEST(physmap, pages_are_as_large_as_the_cpu_has_and_never_executable)
{
	for (uint64_t address = 0; address < physmap_reach(); address += GIB(1)) {
		check_translation(t, address);
		check_translation(t, address + GIB(1) - 1);
		check_translation(t, address + ktest_random_below(t, GIB(1)));
	}
}

KTEST(physmap, nothing_is_mapped_beyond_the_reach)
{
	struct root root = active_root();
	struct walk walk;
	virt_addr_t beyond;

	if (physmap_reach() >= PHYSMAP_SIZE) {
		ktest_skip(t, "the map fills its window");
		return;
	}
	beyond = virt_addr(PHYSMAP_BASE + physmap_reach());
	ASSERT_EQ(t, kernel_walk(&root, beyond, &walk), 0);
	EXPECT_EQ(t, walk.steps[walk.nr_steps - 1].kind, PT_ABSENT);
}

KTEST(physmap, covers_knows_its_bounds)
{
	uint64_t reach = physmap_reach();

	EXPECT_TRUE(t, physmap_covers(phys_addr(0), reach));
	EXPECT_TRUE(t, physmap_covers(phys_addr(reach - 1), 1));
	EXPECT_TRUE(t, physmap_covers(phys_addr(reach), 0));
	EXPECT_TRUE(t, !physmap_covers(phys_addr(reach - 1), 2));
	EXPECT_TRUE(t, !physmap_covers(phys_addr(reach), 1));
	EXPECT_TRUE(t, !physmap_covers(phys_addr(UINT64_MAX), 2));
	EXPECT_TRUE(t, !physmap_covers(phys_addr(1), UINT64_MAX));
}
