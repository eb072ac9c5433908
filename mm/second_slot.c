/* SPDX-License-Identifier: MIT */
/* Who has the second slot (second_slot.h). One CPU runs the kernel, so there is one. */
#include <arch/own_pointer.h>
#include <arch/tlb.h>
#include <mercator/table_window.h>

#include "second_slot.h"

struct second_slot second_slot;

/* The active root's entry, in its own window. */
static void write_slot(const struct space *active, uint64_t entry)
{
	const unsigned int levels = active->root.levels;
	volatile uint64_t *root = own_pointer(
		recursive_table_address(CONFIG_RECURSIVE_SLOT, levels, virt_addr(0), levels));

	root[CONFIG_RECURSIVE_SECOND_SLOT] = entry;
}

/* Nothing was there, so the TLB cannot know anything else of it (SDM 3, 4.10.4.3). */
int second_slot_take(const struct space *space)
{
	const struct space *active = space_active();

	if (!active || active->recursive_slot == SPACE_NOT_RECURSIVE ||
	    space->recursive_slot == SPACE_NOT_RECURSIVE ||
	    active->root.levels != space->root.levels)
		return ERR_UNSUPPORTED;
	second_slot_release();
	write_slot(active, phys_raw(space->root.table) | PT_RECURSIVE_FLAGS);
	second_slot = (struct second_slot){ true, true, space->root.table };
	return 0;
}

void second_slot_release_for_switch(void)
{
	if (!second_slot.is_taken)
		return;
	write_slot(space_active(), 0);
	second_slot.is_taken = false;
}

void second_slot_release(void)
{
	if (!second_slot.is_taken)
		return;
	second_slot_release_for_switch();
	tlb_load_root(space_active()->root.table);
}
