/* SPDX-License-Identifier: MIT */
/* Suite "memory": this machine's boot information, and the usable memory that came out of it. */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/boot_information.h>
#include <kernel/ktest.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/physmap.h>

#include "bootinfo_check.h"

typedef const struct mc_memmap_range *(*get_ranges)(size_t *count);

static bool overlaps(get_ranges get, uint64_t start, uint64_t end)
{
	size_t count;
	const struct mc_memmap_range *ranges = get(&count);

	for (size_t i = 0; i < count; i++)
		if (ranges[i].start < end && ranges[i].end > start)
			return true;
	return false;
}

static bool overlaps_usable(uint64_t start, uint64_t end)
{
	return overlaps(memory_ranges, start, end);
}

/* Its frames cannot be allocated and are not in the physical map. */
static void expect_no_ram(struct ktest_run *t, uint64_t start, uint64_t end)
{
	EXPECT_TRUE(t, !overlaps(memory_ranges, start, end));
	EXPECT_TRUE(t, !overlaps(memory_allocatable, start, end));
	EXPECT_TRUE(t, !overlaps(memory_ram, start, end));
	for (mc_pfn_t pfn = start / MC_FRAME_SIZE; pfn * MC_FRAME_SIZE < end; pfn++) {
		EXPECT_EQ(t, mc_frame_alloc_at(kernel_frames(), pfn, 1), MC_ERR_FOREIGN);
		EXPECT_TRUE(t, !mc_physmap_covers(mc_phys_of_pfn(pfn), MC_FRAME_SIZE));
	}
}

KTEST(memory, boot_information_keeps_its_promises)
{
	EXPECT_STR(t, bootinfo_check(boot_information()), NULL);
}

KTEST(memory, usable_ranges_are_frames_sorted_and_disjoint)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_ranges(&count);

	EXPECT_TRUE(t, count > 0);
	for (size_t i = 0; i < count; i++) {
		EXPECT_TRUE(t, ranges[i].start < ranges[i].end);
		EXPECT_TRUE(t, is_aligned(ranges[i].start | ranges[i].end, MC_FRAME_SIZE));
		EXPECT_TRUE(t, ranges[i].end <= cpu_physical_limit());
		if (i)
			EXPECT_TRUE(t, ranges[i - 1].end < ranges[i].start);
	}
}

KTEST(memory, nothing_in_use_is_usable)
{
	const struct bootinfo *info = boot_information();
	uint64_t information = boot_handover.information;
	struct bootinfo_module module;
	size_t cursor = 0;
	const struct mc_memmap_range arrays = memory_arrays();

	EXPECT_TRUE(t, !overlaps_usable(0, MC_FRAME_SIZE));
	EXPECT_TRUE(t,
		    !overlaps_usable((uintptr_t)boot_start, (uintptr_t)kernel_end - KERNEL_BASE));
	EXPECT_TRUE(t, !overlaps_usable(information, information + info->size));
	EXPECT_TRUE(t, !overlaps_usable(arrays.start, arrays.end));
	while (bootinfo_next_module(info, &cursor, &module))
		EXPECT_TRUE(t,
			    !overlaps_usable(mc_phys_raw(module.start), mc_phys_raw(module.end)));
}

/* Even where firmware calls it usable: video memory, option ROMs, the BIOS. */
KTEST(memory, nothing_between_640_kib_and_1_mib_is_ram)
{
	expect_no_ram(t, KIB(640), MIB(1));
}

/* Even where firmware's map does not carve it out of RAM (tests/boot/test_firmware.py). */
KTEST(memory, the_screen_is_not_ram)
{
	const struct mc_memmap_range screen = memory_screen();
	const struct bootinfo_framebuffer *framebuffer = &boot_information()->framebuffer;

	if (screen.start >= screen.end) {
		ktest_skip(t, "there is none that is used");
		return;
	}
	EXPECT_EQ(t, screen.start, mc_phys_raw(framebuffer->address));
	EXPECT_EQ(t, screen.end - screen.start, (uint64_t)framebuffer->pitch * framebuffer->height);
	expect_no_ram(t, screen.start, screen.end);
}

KTEST(memory, no_firmware_range_but_ram_is_usable)
{
	const struct bootinfo *info = boot_information();

	for (size_t i = 0; i < info->nr_memory_entries; i++) {
		struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, i);
		struct mc_memmap_range range =
			mc_memmap_from_length(entry.base, entry.length, entry.type);

		if (range.type != MC_MEMMAP_USABLE && range.start < range.end)
			EXPECT_TRUE(t, !overlaps_usable(range.start, range.end));
	}
}

/* The information lies behind the image, in pages of its own (kernel.ld.S). */
KTEST(memory, boot_information_is_not_inside_the_image)
{
	const struct bootinfo *info = boot_information();
	uint64_t start = boot_handover.information;

	EXPECT_TRUE(t, start >= (uintptr_t)kernel_end - KERNEL_BASE ||
			       start + info->size <= (uintptr_t)boot_start);
}

KTEST(memory, sizes_are_told_in_the_largest_unit)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 bytes" },        { 1023, "1023 bytes" },  { 1024, "1 KiB" },
		{ 1536, "1.5 KiB" },     { KIB(639), "639 KiB" }, { MIB(1) - 1, "1023.9 KiB" },
		{ GIB(512), "512 GiB" }, { TIB(64), "64 TiB" },   { UINT64_MAX, "15.9 EiB" },
	};
	char text[SIZE_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_STR(t, describe_size(text, cases[i].bytes), cases[i].text);
}
