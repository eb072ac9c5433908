/* SPDX-License-Identifier: MIT */
/*
 * The fixture in the kernel. Its frames are in the image, so that their physical address is known. A
 * live space borrows the upper half of the root that the kernel runs on, all but the recursive slot,
 * which points at the space's own root. Global pages of a test must not outlive its space: to
 * space_activate() its kernel half is another one, so that everything is flushed.
 */
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <mercator/audit.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "mapper_fixture.h"

static uint8_t memory[FIXTURE_FRAMES][FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));

phys_addr_t fixture_memory(void)
{
	return phys_addr((uint64_t)(uintptr_t)memory - KERNEL_BASE);
}

uint8_t *fixture_bytes(void)
{
	return memory[0];
}

unsigned int fixture_live_levels(void)
{
	return active_root().levels;
}

bool fixture_stand_by(struct fixture *fixture)
{
	if (fixture->space.root.method == ACCESS_SECOND_SLOT &&
	    fixture->space.root.levels != active_root().levels)
		return false;
	return !space_activate(kernel_space());
}

/*
 * Whether anything of the kernel's is below this entry of its root. Once somebody has shared its half
 * (space_share_kernel_half()), there is a table below each of them.
 */
static bool kernel_uses(unsigned int index)
{
	const unsigned int levels = kernel_space()->root.levels;
	size_t count;
	const struct region *regions = kernel_regions(&count);

	for (size_t i = 0; i < count; i++) {
		const struct region *region = &regions[i];
		const uint64_t size =
			region->kind == REGION_PHYSMAP ? physmap_reach() : region->size;
		const virt_addr_t last = virt_addr(virt_raw(region->start) + size - 1);

		if (region->kind != REGION_WINDOW && index >= pt_index(region->start, levels) &&
		    index <= pt_index(last, levels))
			return true;
	}
	return false;
}

bool fixture_activate(struct fixture *fixture)
{
	struct root *root = &fixture->space.root;
	uint64_t *entries = fixture_pointer(root->table);
	const uint64_t *kernel_entries;

	if (root->levels != active_root().levels || space_activate(kernel_space()))
		return false;
	kernel_entries = frame_access(phys_pfn(kernel_space()->root.table));
	for (unsigned int i = PT_ENTRIES / 2; i < PT_ENTRIES; i++) {
		entries[i] = kernel_uses(i) ? kernel_entries[i] : 0;
		fixture->borrows[i] = entries[i];
	}
#ifdef CONFIG_RECURSIVE
	entries[CONFIG_RECURSIVE_SLOT] = phys_raw(root->table) | PT_RECURSIVE_FLAGS;
#endif
	fixture->is_live = true;
	return !space_activate(&fixture->space);
}

void fixture_begin(struct fixture *fixture)
{
	(void)fixture;
}

void fixture_frame_changes_hands(struct fixture *fixture, pfn_t frame, bool is_released)
{
	(void)fixture;
	(void)frame;
	(void)is_released;
}

const char *fixture_check_tlb(void)
{
	return NULL;
}

const char *fixture_use(virt_addr_t address, phys_addr_t physical)
{
	(void)address;
	(void)physical;
	return NULL;
}

unsigned int fixture_random_operations(void)
{
	return 250;
}

/* Whoever was inactive had a kernel half of his own, whose global pages the second window has shown. */
void fixture_deactivate(struct fixture *fixture)
{
	int error = space_activate(kernel_space());

	if (error)
		panic("leaving a test's space: %s", error_name(error));
	if (fixture->space.is_inactive)
		tlb_flush_all();
}
