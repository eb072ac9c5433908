/* SPDX-License-Identifier: MIT */
/*
 * The fixture in the kernel. Its frames are in the image, so that their physical address is known. A
 * live space borrows the upper half of the root that the kernel runs on, all but the recursive slot,
 * which points at the space's own root. Global pages of a test must not outlive its space: to
 * space_activate() its kernel half is another one, so that everything is flushed.
 */
#include <arch/active_root.h>
#include <arch/tlb.h>
#include <mercator/frame_access.h>
#include <mercator/layout.h>
#include <mercator/paging.h>
#include <mercator/panic.h>

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
	if (fixture->space.method == ACCESS_SECOND_SLOT &&
	    fixture->space.root.levels != active_root().levels)
		return false;
	return !space_activate(kernel_space());
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
		entries[i] = kernel_entries[i];
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
