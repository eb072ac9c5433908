/* SPDX-License-Identifier: MIT */
/* Who has the second slot (second_slot.h). One CPU runs the kernel, so there is one. */
#include <mercator/platform.h>
#include <mercator/recursive.h>

#include "../space/forget.h"
#include "../space/root.h"
#include "second_slot.h"

struct second_slot second_slot;

/* The active root's entry, in its own window. */
static void write_slot(const struct mc_space *active, uint64_t entry)
{
	const unsigned int levels = active->root.levels;
	volatile uint64_t *root = mc_own_pointer(
		mc_recursive_table_address(CONFIG_RECURSIVE_SLOT, levels, mc_virt_addr(0), levels));

	root[CONFIG_RECURSIVE_SECOND_SLOT] = entry;
}

/* Nothing is there, and release() had the TLB forget what was: so it knows nothing else of the slot. */
int second_slot_take(const struct mc_space *space)
{
	const struct mc_space *active = mc_space_active();

	if (!active || active->recursive_slot == MC_SPACE_NOT_RECURSIVE ||
	    space->recursive_slot == MC_SPACE_NOT_RECURSIVE ||
	    active->root.levels != space->root.levels)
		return MC_ERR_UNSUPPORTED;
	second_slot_release();
	second_slot.root = space->root.table;
	second_slot.is_foreign = !space_has_kernel_half_of(space, active);
	write_slot(active, mc_pt_make_recursive(space->root.table).raw);
	compiler_barrier();
	second_slot.was_taken = true;
	second_slot.is_taken = true;
	return 0;
}

void second_slot_release_for_switch(void)
{
	if (!second_slot.is_taken)
		return;
	second_slot.is_taken = false;
	compiler_barrier();
	write_slot(mc_space_active(), 0);
	/* A global leaf of its kernel half is global in the window, too: a huge page, where here may be tables. */
	if (second_slot.is_foreign)
		tlb_forget(mc_space_active(), NULL, TLB_EVERYTHING);
}

void second_slot_release(void)
{
	if (!second_slot.is_taken)
		return;
	second_slot_release_for_switch();
	tlb_forget_not_global(mc_space_active());
}
