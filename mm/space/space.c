/* SPDX-License-Identifier: MIT */
/* Address spaces: made, activated, destroyed (mercator/space.h). One CPU runs the kernel. */
#include <mercator/mapper.h>
#include <mercator/platform.h>

#include "../pagetable/window.h"
#include "forget.h"
#include "lock.h"
#include "root.h"

static struct mc_space *active;
static unsigned int active_cpu; /* the CPU that activated it */

struct mc_space *mc_space_active(void)
{
	return active;
}

int mc_space_share_kernel_half(struct mc_space *kernel)
{
	if (kernel->kernel)
		return MC_ERR_INVALID;
	return mapper_fill_kernel_half(kernel);
}

static bool is_recursive(const struct mc_space *space)
{
	return HAS_RECURSIVE && (space->root.method == MC_ACCESS_RECURSIVE ||
				 space->root.method == ACCESS_SECOND_SLOT);
}

/*
 * By recursion, tables are in the active space's windows, which have as many levels as that; and a frame that
 * is in none takes the temporary page, whose entry is in a window, too.
 */
static bool reaches_frames(const struct mc_space *space)
{
	return !is_recursive(space) ||
	       (active && active->recursive_slot != MC_SPACE_NOT_RECURSIVE &&
		active->root.levels == space->root.levels);
}

void mc_space_set_inactive(struct mc_space *space)
{
	space->is_inactive = true;
	if (is_recursive(space))
		space->root.method = ACCESS_SECOND_SLOT;
}

static void set_active(struct mc_space *space)
{
	space->is_inactive = false;
	if (is_recursive(space))
		space->root.method = MC_ACCESS_RECURSIVE;
	active = space;
	active_cpu = mc_cpu_id();
}

int mc_space_create(struct mc_space *space, struct mc_space *kernel)
{
	/* All roots have the same kernel half: the active one is in reach. */
	const bool is_in_reach = active && space_has_kernel_half_of(active, kernel);
	int error;

	if (kernel->kernel)
		return MC_ERR_INVALID;
	if (!reaches_frames(kernel))
		return MC_ERR_UNSUPPORTED;
	*space = (struct mc_space){
		.root = kernel->root,
		.frames = kernel->frames,
		.largest_leaf = kernel->largest_leaf,
		.physical_limit = kernel->physical_limit,
		.recursive_slot = kernel->recursive_slot,
		.global_pages = kernel->global_pages,
		.kernel = kernel,
	};
	mc_space_set_inactive(space);
	error = mapper_make_root(space, is_in_reach ? active : kernel);
	if (error)
		*space = (struct mc_space){ .kernel = NULL };
	/* The method that made the root may be another, and have seen it where nobody finds it again. */
	if (space->root.table_pointer)
		space->root.table_pointer =
			space->root.pointer_to(space->root.pointer_context, space->root.table);
	return error;
}

static void check_left(const struct mc_space *space)
{
	mc_tlb_check_paid(space, "is left");
	/* An open cursor has pointers into what will be the other space's window. */
	if (is_recursive(space))
		space_lock_check_closed(space, "is left");
}

int mc_space_check_cpu(const struct mc_space *space, const struct mc_cpu_state *state)
{
	if (state->levels != space->root.levels)
		return MC_ERR_CPU_LEVELS;
	if (!state->no_execute)
		return MC_ERR_CPU_NX;
	if (!state->write_protect)
		return MC_ERR_CPU_WP;
	if (space->global_pages && !state->global_pages)
		return MC_ERR_CPU_GLOBAL;
	if (state->physical_bits < 64 && space->physical_limit > UINT64_C(1)
									 << state->physical_bits)
		return MC_ERR_CPU_PHYSICAL;
	if (!mc_pt_pat_fits(state->pat, space->recursive_slot != MC_SPACE_NOT_RECURSIVE))
		return MC_ERR_CPU_PAT;
	return 0;
}

void mc_space_set_exclusive(struct mc_space *space)
{
	space->lock.is_callers = true;
}

int mc_space_activate(struct mc_space *space)
{
	if (MC_NR_CPUS > 1 && active && mc_cpu_id() != active_cpu)
		return MC_ERR_OTHER_CPU;
	if (space == active)
		return 0;
	if (mc_active_root().levels != space->root.levels)
		return MC_ERR_INVALID;
	if (is_recursive(space) && space->recursive_slot == MC_SPACE_NOT_RECURSIVE)
		return MC_ERR_UNSUPPORTED;
	if (second_slot_is_busy())
		return MC_ERR_BUSY;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && active)
		check_left(active);
	if (HAS_RECURSIVE)
		second_slot_release_for_switch();
	mc_tlb_load_root(space->root.table);
	/* Nobody knows what was global on other tables. */
	if (!active || !space_has_kernel_half_of(active, space))
		mc_tlb_flush_all();
	if (active)
		mc_space_set_inactive(active);
	set_active(space);
	return 0;
}

int mc_space_destroy(struct mc_space *space)
{
	struct mc_tlb_batch batch;
	int error;

	if (!space->kernel)
		return MC_ERR_INVALID;
	if (space == active || (second_slot_is_busy() && second_slot_shows(space)))
		return MC_ERR_BUSY;
	mc_tlb_check_paid(space, "is destroyed");
	space_lock_check_closed(space, "is destroyed");
	/* Nothing reaches across the edges of a half, so nothing is split, and no frame needed. */
	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, mc_virt_addr(0), offset_end(space->root.levels) / 2, &batch);
	mc_tlb_batch_finish(&batch);
	if (error)
		return error;
	if (HAS_RECURSIVE && second_slot_shows(space))
		second_slot_release();
	space->frames->release(space->frames->context, mc_phys_pfn(space->root.table));
	*space = (struct mc_space){ .kernel = NULL };
	return 0;
}

/* Whether the slot can be changed: if the space is reached by it, another must be active. */
static int slot_check(const struct mc_space *space)
{
	if (!HAS_RECURSIVE || !reaches_frames(space))
		return MC_ERR_UNSUPPORTED;
	if (second_slot_is_busy())
		return MC_ERR_BUSY;
	return space == active && is_recursive(space) ? MC_ERR_UNSUPPORTED : 0;
}

/* Global huge pages are seen in the window as global: only a flush of everything makes it empty. */
int mc_space_drop_recursive_slot(struct mc_space *space)
{
	int error;

	if (space->recursive_slot == MC_SPACE_NOT_RECURSIVE)
		return MC_ERR_NOT_FOUND;
	error = slot_check(space);
	if (error)
		return error;
	if (HAS_RECURSIVE && (space == active || second_slot_shows(space)))
		second_slot_release();
	error = mapper_write_root(space, (unsigned int)space->recursive_slot, (mc_pt_entry_t){ 0 });
	if (error)
		return error;
	space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	if (!space->is_inactive)
		tlb_forget(space, NULL, TLB_EVERYTHING);
	return 0;
}

/* Where nothing was, nothing is to be invalidated. */
int mc_space_set_recursive_slot(struct mc_space *space)
{
	const mc_pt_entry_t entry = mc_pt_make_recursive(space->root.table);
	int error;

	if (space->recursive_slot != MC_SPACE_NOT_RECURSIVE)
		return MC_ERR_EXISTS;
	error = slot_check(space);
	if (!error)
		error = mapper_write_root(space, OWN_SLOT, entry);
	if (!error)
		space->recursive_slot = OWN_SLOT;
	return error;
}
