/* SPDX-License-Identifier: MIT */
/*
 * The fixture in the kernel. Its frames are in the image, so that their physical address is known.
 * A live space borrows the upper half of the root that the kernel runs on, all but the recursive
 * slot, which points at the space's own root. Global pages of a test must not outlive its space:
 * for mc_space_activate() it has another kernel half, so that everything is flushed.
 */
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <mercator/audit.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../../mm/pagetable/second_slot.h"
#include "mapper_fixture.h"

static uint8_t memory[FIXTURE_FRAMES][MC_FRAME_SIZE] __attribute__((aligned(MC_FRAME_SIZE)));

mc_phys_addr_t fixture_memory(void)
{
	return mc_phys_addr((uint64_t)(uintptr_t)memory - KERNEL_BASE);
}

uint8_t *fixture_bytes(void)
{
	return memory[0];
}

unsigned int fixture_live_levels(void)
{
	return mc_active_root().levels;
}

bool fixture_stand_by(struct fixture *fixture)
{
	if (fixture->space.root.method == ACCESS_SECOND_SLOT &&
	    fixture->space.root.levels != mc_active_root().levels)
		return false;
	return !mc_space_activate(kernel_space());
}

/*
 * Whether anything of the kernel's is below this entry of its root. Once its half is shared
 * (mc_space_share_kernel_half()), there is a table below each of them.
 */
static bool kernel_uses(unsigned int index)
{
	const unsigned int levels = kernel_space()->root.levels;
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	for (size_t i = 0; i < count; i++) {
		const struct mc_region *region = &regions[i];
		const uint64_t size =
			region->kind == MC_REGION_PHYSMAP ? mc_physmap_reach() : region->size;
		const mc_virt_addr_t last = mc_virt_addr(mc_virt_raw(region->start) + size - 1);

		if (region->kind != MC_REGION_WINDOW &&
		    index >= mc_pt_index(region->start, levels) &&
		    index <= mc_pt_index(last, levels))
			return true;
	}
	return false;
}

bool fixture_activate(struct fixture *fixture)
{
	struct mc_root *root = &fixture->space.root;
	uint64_t *entries = fixture_pointer(root->table);
	const uint64_t *kernel_entries;

	if (root->levels != mc_active_root().levels || mc_space_activate(kernel_space()))
		return false;
	kernel_entries = frame_bytes(mc_phys_pfn(kernel_space()->root.table));
	for (unsigned int i = MC_PT_ENTRIES / 2; i < MC_PT_ENTRIES; i++) {
		entries[i] = kernel_uses(i) ? kernel_entries[i] : 0;
		fixture->borrows[i] = entries[i];
	}
#ifdef CONFIG_RECURSIVE
	entries[CONFIG_RECURSIVE_SLOT] = mc_phys_raw(root->table) | MC_PT_RECURSIVE_FLAGS;
#endif
	fixture->is_live = true;
	return !mc_space_activate(&fixture->space);
}

void fixture_begin(struct fixture *fixture)
{
	(void)fixture;
}

void fixture_frame_changes_hands(struct fixture *fixture, mc_pfn_t frame, bool is_released)
{
	(void)fixture;
	(void)frame;
	(void)is_released;
}

const char *fixture_check_tlb(void)
{
	return NULL;
}

const char *fixture_use(mc_virt_addr_t address, mc_phys_addr_t physical)
{
	(void)address;
	(void)physical;
	return NULL;
}

unsigned int fixture_random_operations(void)
{
	return 250;
}

/* An inactive space had its own kernel half, whose global pages the second window has shown. */
void fixture_deactivate(struct fixture *fixture)
{
	int error = mc_space_activate(kernel_space());

	if (error)
		panic("leaving a test's space: %s", mc_error_name(error));
	if (fixture->space.is_inactive)
		mc_tlb_flush_all();
}
