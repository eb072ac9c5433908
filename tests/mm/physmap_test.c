/* SPDX-License-Identifier: MIT */
/*
 * Suite "physmap": the physical map has all RAM and nothing else. What is written through it is read
 * back by an independent path, the temporary page; only frames that the test holds are written to.
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/units.h>
#include <mercator/mapper.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

static mc_virt_addr_t mapped_at(uint64_t physical)
{
	return mc_virt_addr(PHYSMAP_BASE + physical);
}

/* Write through the map, read through the page, and the other way round, at one word of a frame. */
static void check_word(struct ktest_run *t, uint64_t address, uint64_t value)
{
	volatile uint64_t *through_map = mc_physmap_pointer(mc_phys_addr(address));
	volatile uint64_t *page = mc_temp_page_map(address / MC_FRAME_SIZE);
	volatile uint64_t *through_page = &page[address % MC_FRAME_SIZE / sizeof(*page)];

	*through_map = value;
	EXPECT_EQ(t, *through_page, value);
	*through_page = ~value;
	EXPECT_EQ(t, *through_map, ~value);
	mc_temp_page_unmap();
}

/* The same at both ends of a frame, if it can be allocated. */
static uint64_t check_frame(struct ktest_run *t, mc_pfn_t frame)
{
	const uint64_t start = frame * MC_FRAME_SIZE;

	if (mc_frame_alloc_at(kernel_frames(), frame, 1))
		return 0;
	check_word(t, start, ktest_random(t));
	check_word(t, start + MC_FRAME_SIZE - sizeof(uint64_t), ktest_random(t));
	EXPECT_EQ(t, mc_frame_free(kernel_frames(), frame, 0), 0);
	return 1;
}

KTEST(physmap, every_usable_range_is_mapped_to_its_last_byte)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_ranges(&count);
	uint64_t nr_checked = 0;

	for (size_t i = 0; i < count; i++) {
		const mc_pfn_t start = ranges[i].start / MC_FRAME_SIZE;
		const uint64_t nr_frames = ranges[i].end / MC_FRAME_SIZE - start;

		nr_checked += check_frame(t, start);
		nr_checked += check_frame(t, start + nr_frames - 1);
		for (int sample = 0; sample < 64; sample++)
			nr_checked += check_frame(t, start + ktest_random_below(t, nr_frames));
	}
	EXPECT_TRUE(t, nr_checked > 30);
}

/* A frame at most NEAR below another; false if all are in use. */
#define NEAR 256

static bool take_near(mc_pfn_t frame, mc_pfn_t *taken)
{
	for (mc_pfn_t below = 0; below < NEAR && below <= frame; below++) {
		*taken = frame - below;
		if (!mc_frame_alloc_at(kernel_frames(), *taken, 1))
			return true;
	}
	return false;
}

/*
 * Each frame's own number, written everywhere first, is still there at the end: no two are one. They
 * are apart by powers of two, as they would be if an address bit was lost: from the first frame of a
 * range, and from its last, as on a small machine most of the first ones are the kernel's.
 */
KTEST(physmap, no_two_addresses_are_the_same_memory)
{
	struct mc_frame_pool *pool = kernel_frames();
	mc_pfn_t frames[128];
	size_t nr_frames = 0, count;
	const struct mc_memmap_range *ranges = memory_ranges(&count);

	for (size_t i = 0; i < count; i++)
		for (uint64_t size = MC_FRAME_SIZE; size <= ranges[i].end - ranges[i].start;
		     size *= 2) {
			const mc_pfn_t near[] = { (ranges[i].start + size) / MC_FRAME_SIZE - 1,
						  (ranges[i].end - size) / MC_FRAME_SIZE };

			for (size_t j = 0; j < ARRAY_SIZE(near); j++)
				if (nr_frames < ARRAY_SIZE(frames) &&
				    take_near(near[j], &frames[nr_frames]))
					nr_frames++;
		}
	for (size_t i = 0; i < nr_frames; i++)
		*(volatile uint64_t *)mc_physmap_pointer(mc_phys_of_pfn(frames[i])) = frames[i];
	for (size_t i = 0; i < nr_frames; i++) {
		EXPECT_EQ(t, *(volatile uint64_t *)mc_physmap_pointer(mc_phys_of_pfn(frames[i])),
			  frames[i]);
		EXPECT_EQ(t, mc_frame_free(pool, frames[i], 0), 0);
	}
	EXPECT_TRUE(t, nr_frames > 5);
}

static bool is_read_only(uint64_t physical)
{
	return physical >= (uintptr_t)text_start - KERNEL_BASE &&
	       physical < (uintptr_t)rodata_end - KERNEL_BASE;
}

static void check_translation(struct ktest_run *t, uint64_t physical)
{
	struct mc_translation to;

	if (!EXPECT_EQ(t, mc_mapper_translate(kernel_space(), mapped_at(physical), &to), 0))
		return;
	EXPECT_EQ(t, mc_phys_raw(to.address), physical);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_WRITE), !is_read_only(physical));
	EXPECT_TRUE(t, !mc_translation_has(to, MC_RIGHT_EXECUTE) &&
			       !mc_translation_has(to, MC_RIGHT_USER));
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_GLOBAL), cpu_features()->global_pages);
	/* No page but the largest that fits: the one above would hold something else. */
	EXPECT_TRUE(t, mc_physmap_covers(mc_phys_addr(align_down(physical, to.page_size)),
					 to.page_size));
	EXPECT_TRUE(t, to.page_size <= (cpu_features()->pages_1gib ? GIB(1) : MIB(2)));
}

KTEST(physmap, all_ram_is_mapped_and_never_executable)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);

	check_translation(t, (uintptr_t)text_start - KERNEL_BASE);
	check_translation(t, (uintptr_t)rodata_end - KERNEL_BASE - 1);
	check_translation(t, (uintptr_t)rodata_end - KERNEL_BASE);
	for (size_t i = 0; i < count; i++) {
		const uint64_t end = ram[i].end < PHYSMAP_SIZE ? ram[i].end : PHYSMAP_SIZE;

		if (ram[i].start >= end)
			continue;
		check_translation(t, ram[i].start);
		check_translation(t, end - 1);
		for (int sample = 0; sample < 64; sample++)
			check_translation(t,
					  ram[i].start + ktest_random_below(t, end - ram[i].start));
	}
}

static void check_hole(struct ktest_run *t, uint64_t start, uint64_t end)
{
	mc_phys_addr_t physical;

	if (start >= end)
		return;
	EXPECT_EQ(t, mc_mapper_translate_address(kernel_space(), mapped_at(start), &physical),
		  MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, mc_mapper_translate_address(kernel_space(), mapped_at(end - 1), &physical),
		  MC_ERR_NOT_FOUND);
	for (int sample = 0; sample < 16; sample++)
		EXPECT_EQ(t,
			  mc_mapper_translate_address(
				  kernel_space(),
				  mapped_at(start + ktest_random_below(t, end - start)), &physical),
			  MC_ERR_NOT_FOUND);
}

KTEST(physmap, holes_and_device_memory_are_not_mapped)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);
	uint64_t end = 0;

	for (size_t i = 0; i < count && end < PHYSMAP_SIZE; i++) {
		check_hole(t, end, ram[i].start < PHYSMAP_SIZE ? ram[i].start : PHYSMAP_SIZE);
		end = ram[i].end;
	}
	check_hole(t, end, PHYSMAP_SIZE);
}

KTEST(physmap, covers_knows_each_range)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);
	const uint64_t reach = mc_physmap_reach();

	for (size_t i = 0; i < count && ram[i].end <= reach; i++) {
		const uint64_t start = ram[i].start, size = ram[i].end - start;

		EXPECT_TRUE(t, mc_physmap_covers(mc_phys_addr(start), size));
		EXPECT_TRUE(t, mc_physmap_covers(mc_phys_addr(start + size - 1), 1));
		EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_addr(start), size + 1));
		EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_addr(start + size), 1));
		EXPECT_TRUE(t, !start || !mc_physmap_covers(mc_phys_addr(start - 1), 2));
	}
	EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_addr(reach - 1), 2));
	EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_addr(UINT64_MAX), 2));
	EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_addr(1), UINT64_MAX));
}
