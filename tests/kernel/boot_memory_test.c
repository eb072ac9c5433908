/* SPDX-License-Identifier: MIT */
/*
 * Suite "boot_memory": exactly the memory that was in use only at start is free, and it is not read
 * any more. This test finds it again frame by frame.
 */
#include <arch/boot.h>
#include <arch/layout.h>
#include <kernel/boot_information.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "bootinfo_check.h"

static bool touches(const struct mc_memmap_range *range, mc_pfn_t pfn)
{
	return range->start < range->end && range->start < (pfn + 1) * MC_FRAME_SIZE &&
	       range->end > pfn * MC_FRAME_SIZE;
}

static bool is_ram(mc_pfn_t pfn)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);

	for (size_t i = 0; i < count; i++)
		if (ram[i].start <= pfn * MC_FRAME_SIZE && ram[i].end >= (pfn + 1) * MC_FRAME_SIZE)
			return true;
	return false;
}

/* Whether something that stays is in it. */
static bool is_kept(mc_pfn_t pfn)
{
	const struct mc_memmap_range kept[] = {
		{ 0, MC_FRAME_SIZE, MC_MEMMAP_KERNEL },
		{ (uintptr_t)kernel_start - KERNEL_BASE, (uintptr_t)boot_tables_start - KERNEL_BASE,
		  MC_MEMMAP_KERNEL },
		{ (uintptr_t)boot_tables_end - KERNEL_BASE, (uintptr_t)kernel_end - KERNEL_BASE,
		  MC_MEMMAP_KERNEL },
		memory_arrays(),
		memory_information(),
	};

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (touches(&kept[i], pfn))
			return true;
	return false;
}

/* How many pieces are in a frame, not counting those before `from`, and how many of them stay. */
static size_t count_in(mc_pfn_t pfn, size_t from, size_t *nr_held)
{
	size_t count, nr_in = 0;
	const struct mc_memmap_range *boot = memory_boot(&count);

	*nr_held = 0;
	for (size_t i = 0; i < count; i++) {
		if (!touches(&boot[i], pfn))
			continue;
		nr_in += i >= from;
		*nr_held += !memory_boot_is_released(i);
	}
	return nr_in;
}

/* Visit each frame of boot memory that the pool should have, once. */
static uint64_t count_boot_frames(struct ktest_run *t,
				  void (*visit)(struct ktest_run *t, mc_pfn_t pfn, bool held))
{
	size_t count, nr_held;
	const struct mc_memmap_range *boot = memory_boot(&count);
	uint64_t nr_free = 0;

	for (size_t i = 0; i < count; i++) {
		for (mc_pfn_t pfn = boot[i].start / MC_FRAME_SIZE;
		     pfn * MC_FRAME_SIZE < boot[i].end; pfn++) {
			/* A frame of several pieces is visited for the last of them. */
			if (!touches(&boot[i], pfn) || count_in(pfn, i, &nr_held) > 1 ||
			    !is_ram(pfn) || is_kept(pfn))
				continue;
			nr_free += !nr_held;
			visit(t, pfn, nr_held);
		}
	}
	return nr_free;
}

/* A frame that is held cannot be allocated; another can, or is in use by others. */
static void look_at(struct ktest_run *t, mc_pfn_t pfn, bool held)
{
	const int error = mc_frame_alloc_at(kernel_frames(), pfn, 1);

	if (error)
		EXPECT_EQ(t, error, MC_ERR_BUSY);
	else
		EXPECT_EQ(t, mc_frame_free(kernel_frames(), pfn, 0), 0);
	if (held)
		EXPECT_EQ(t, error, MC_ERR_BUSY);
}

KTEST(boot_memory, what_was_given_back_is_counted)
{
	EXPECT_EQ(t, count_boot_frames(t, look_at) * MC_FRAME_SIZE, boot_memory_given_back());
	EXPECT_TRUE(t, boot_memory_given_back() >=
			       (uintptr_t)(boot_tables_end - boot_tables_start) + MC_FRAME_SIZE);
}

/* Skip frames that others have allocated. */
static void overwrite(struct ktest_run *t, mc_pfn_t pfn, bool held)
{
	if (held || mc_frame_alloc_at(kernel_frames(), pfn, 1))
		return;
	memset(frame_bytes(pfn), 0x5a, MC_FRAME_SIZE);
	EXPECT_EQ(t, mc_frame_free(kernel_frames(), pfn, 0), 0);
}

KTEST(boot_memory, nobody_reads_what_was_given_back)
{
	const struct bootinfo *info = boot_information();
	const struct mc_memmap_range copy = memory_information();
	size_t nr_ranges;
	const uint64_t first = memory_ranges(&nr_ranges)->start;

	(void)count_boot_frames(t, overwrite);
	EXPECT_STR(t, bootinfo_check(info), NULL);
	EXPECT_EQ(t, memory_ranges(&nr_ranges)->start, first);
	/* The copy is what is read: it lies elsewhere, and is mapped there. */
	EXPECT_EQ(t, info->size, copy.end - copy.start);
	EXPECT_EQ(t, memcmp(frame_bytes(copy.start / MC_FRAME_SIZE), info->data, 64), 0);
	EXPECT_TRUE(t, copy.end <= boot_handover.information ||
			       copy.start >= boot_handover.information + info->size);
}

KTEST(boot_memory, a_piece_is_given_back_once)
{
	const uint64_t nr_free = mc_frame_free_count(kernel_frames());
	size_t count;
	uint64_t bytes = 1;

	(void)memory_boot(&count);
	EXPECT_EQ(t, boot_memory_release(BOOT_INFORMATION, &bytes), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, boot_memory_release(count, &bytes), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, boot_module_release(count - BOOT_MODULES, &bytes), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, boot_module_release(SIZE_MAX, &bytes), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, bytes, 1);
	EXPECT_EQ(t, mc_frame_free_count(kernel_frames()), nr_free);
}

/* iso/iso.mk fills the modules for tests/boot/test_modules.py with this byte. */
static bool is_intact(const struct mc_memmap_range *module)
{
	char byte;

	for (uint64_t at = module->start; at < module->end; at += MC_FRAME_SIZE) {
		physical_read(&byte, mc_phys_addr(at), 1);
		if (byte != 'm')
			return false;
	}
	return true;
}

/* With modules=keep: free single modules, not in the loader's order; then all that are left. */
KTEST(boot_memory, modules_stay_until_they_are_given_back)
{
	size_t count;
	const struct mc_memmap_range *boot = memory_boot(&count);
	const uint64_t before = boot_memory_given_back();
	const uint64_t nr_free = mc_frame_free_count(kernel_frames());
	uint64_t bytes;

	if (count < BOOT_MODULES + 2 || memory_boot_is_released(BOOT_MODULES)) {
		ktest_skip(t, "needs two modules, and modules=keep");
		return;
	}
	for (size_t i = BOOT_MODULES; i < count; i++)
		EXPECT_TRUE(t, is_intact(&boot[i]));
	EXPECT_EQ(t, boot_module_release(1, &bytes), 0);
	EXPECT_EQ(t, mc_frame_free_count(kernel_frames()), nr_free + bytes / MC_FRAME_SIZE);
	EXPECT_EQ(t, boot_memory_given_back(), before + bytes);
	EXPECT_EQ(t, boot_module_release(1, NULL), MC_ERR_DOUBLE_FREE);
	EXPECT_TRUE(t, is_intact(&boot[BOOT_MODULES]));
	EXPECT_EQ(t, count_boot_frames(t, look_at) * MC_FRAME_SIZE, boot_memory_given_back());
	boot_modules_release();
	EXPECT_EQ(t, boot_module_release(0, NULL), MC_ERR_DOUBLE_FREE);
	EXPECT_EQ(t, count_boot_frames(t, look_at) * MC_FRAME_SIZE, boot_memory_given_back());
	EXPECT_EQ(t, mc_frame_free_count(kernel_frames()),
		  nr_free + (boot_memory_given_back() - before) / MC_FRAME_SIZE);
}
