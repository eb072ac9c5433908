/* SPDX-License-Identifier: MIT */
/*
 * Taking a space's lock (mercator/space.h). With one CPU, the only one who could be in the way is the
 * caller itself: an operation from an interrupt handler or a visitor, or one while a cursor is open.
 * That is a bug, which a lock would turn into a silent stop; the debug build says what it is.
 */
#ifndef SPACE_LOCK_H
#define SPACE_LOCK_H

#include "../atomic.h"
#include <mercator/platform.h>
#include <mercator/space.h>

/* Whose lock guards an address: spaces share the kernel half, and its lock. */
static inline struct mc_space_lock *lock_of(struct mc_space *space, mc_virt_addr_t address)
{
	return space->kernel && mc_pt_is_upper_half(address) ? &space->kernel->lock : &space->lock;
}

static inline void space_lock(struct mc_space *space, mc_virt_addr_t address)
{
	struct mc_space_lock *lock = lock_of(space, address);
	const uint32_t self = mc_cpu_id() + 1;

	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && atomic_load(&lock->owner) == self)
		mc_panic("space lock: CPU %u holds it already, by an operation or an open cursor",
			 self - 1);
	if (MC_NR_CPUS > 1 && !lock->is_callers)
		mc_spin_lock(&lock->spin);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		atomic_store(&lock->owner, self);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		lock->through = space;
}

/* Whether this CPU holds a lock that it took for the space. */
static inline bool space_lock_is_held(const struct mc_space *space,
				      const struct mc_space_lock *lock)
{
	return atomic_load(&lock->owner) == mc_cpu_id() + 1 && lock->through == space;
}

/* Between operations, only an open cursor holds a lock. */
static inline void space_lock_check_closed(const struct mc_space *space, const char *when)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	if (space_lock_is_held(space, &space->lock) ||
	    (space->kernel && space_lock_is_held(space, &space->kernel->lock)))
		mc_panic("space lock: the space %s while CPU %u has a cursor open in it", when,
			 mc_cpu_id());
}

/* What the operations of a cursor rely on, which works on `address`. */
static inline void space_lock_check(struct mc_space *space, mc_virt_addr_t address)
{
	uint32_t owner;

	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	owner = space ? atomic_load(&lock_of(space, address)->owner) : 0;
	if (!owner)
		mc_panic("space lock: CPU %u uses a cursor that is not open", mc_cpu_id());
	if (owner != mc_cpu_id() + 1)
		mc_panic("space lock: CPU %u uses a cursor of CPU %u", mc_cpu_id(), owner - 1);
}

static inline void space_unlock(struct mc_space *space, mc_virt_addr_t address)
{
	struct mc_space_lock *lock = lock_of(space, address);

	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		if (atomic_load(&lock->owner) != mc_cpu_id() + 1)
			mc_panic("space lock: CPU %u gives back what it does not hold",
				 mc_cpu_id());
		atomic_store(&lock->owner, 0);
	}
	if (MC_NR_CPUS > 1 && !lock->is_callers)
		mc_spin_unlock(&lock->spin);
}

#endif
