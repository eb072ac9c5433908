/* SPDX-License-Identifier: MIT */
/* Common parts of the mapper's benchmarks in the kernel (bench_rig.h). */
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/memory.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

#include "bench_rig.h"

struct bench_space rig_space;

/* In the image, so their physical addresses are known. */
static uint8_t memory[RIG_FRAMES][MC_FRAME_SIZE] __attribute__((aligned(MC_FRAME_SIZE)));
static mc_pfn_t room[RIG_FRAMES];

static enum mc_access_method method;
static bool is_temporary; /* the generic method, by the temporary page */

mc_pfn_t rig_first_frame(void)
{
	return ((uint64_t)(uintptr_t)memory - KERNEL_BASE) >> MC_FRAME_SHIFT;
}

static void *temporary_pointer(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return mc_temp_page_map(mc_phys_pfn(frame));
}

/* Run on the benchmarks' space: it borrows the kernel's half of the root, all but the slot. */
static void activate(struct mc_space *space)
{
	const struct mc_root kernel = mc_active_root();
	const mc_pt_entry_t *kernel_entries = frame_bytes(mc_phys_pfn(kernel.table));
	mc_pt_entry_t *entries = (mc_pt_entry_t *)memory[0];

	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i++)
		entries[i] = kernel_entries[i];
#ifdef CONFIG_RECURSIVE
	space->recursive_slot = CONFIG_RECURSIVE_SLOT;
	entries[CONFIG_RECURSIVE_SLOT].raw = mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS;
#endif
	write_cr3(mc_phys_raw(space->root.table));
}

void rig_reset(void)
{
	struct mc_space *space = &rig_space.space;

	bench_space_init(&rig_space, method, memory, rig_first_frame(), RIG_FRAMES, room);
	space->root.levels = mc_active_root().levels;
	space->largest_leaf = cpu_features()->pages_1gib ? 3 : 2;
	if (is_temporary) {
		space->root.pointer_to = temporary_pointer;
		space->root.pointers_are_brief = true;
		space->root.table_pointer = NULL;
	}
	if (method == MC_ACCESS_RECURSIVE)
		activate(space);
}

void rig_by_offset(struct kbench_run *b, rig_operation *operation)
{
	method = MC_ACCESS_OFFSET;
	operation(b);
}

void rig_by_recursion(struct kbench_run *b, rig_operation *operation)
{
	const uint64_t kernel_root = read_cr3();

	method = MC_ACCESS_RECURSIVE;
	operation(b);
	write_cr3(kernel_root);
}

void rig_by_function(struct kbench_run *b, rig_operation *operation)
{
	method = MC_ACCESS_GENERIC;
	operation(b);
}

void rig_by_temporary_page(struct kbench_run *b, rig_operation *operation)
{
	is_temporary = true;
	rig_by_function(b, operation);
	is_temporary = false;
	mc_temp_page_unmap();
}
