/* SPDX-License-Identifier: MIT */
/*
 * Taking a space's lock (mercator/space.h). With one CPU, the only one who could be in the way is the
 * caller itself: an operation from an interrupt handler or a visitor, or one while a cursor is open.
 * That is a bug, which a lock would turn into a silent stop; the debug build says what it is.
 */
#ifndef SPACE_LOCK_H
#define SPACE_LOCK_H

#include <mercator/atomic.h>
#include <mercator/panic.h>
#include <mercator/space.h>

static inline void space_lock(struct space *space)
{
	const uint32_t self = arch_cpu_id() + 1;

	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) && atomic_load(&space->lock.owner) == self)
		panic("space lock: CPU %u holds it already, by an operation or an open cursor",
		      self - 1);
	if (ARCH_NR_CPUS > 1)
		spin_lock(&space->lock.spin);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		atomic_store(&space->lock.owner, self);
}

/* What the operations of a cursor rely on. */
static inline void space_lock_check(const struct space *space)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	if (!space || !atomic_load(&space->lock.owner))
		panic("space lock: CPU %u uses a cursor that is not open", arch_cpu_id());
	if (atomic_load(&space->lock.owner) != arch_cpu_id() + 1)
		panic("space lock: CPU %u uses a cursor of CPU %u", arch_cpu_id(),
		      atomic_load(&space->lock.owner) - 1);
}

static inline void space_unlock(struct space *space)
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		if (atomic_load(&space->lock.owner) != arch_cpu_id() + 1)
			panic("space lock: CPU %u gives back what it does not hold", arch_cpu_id());
		atomic_store(&space->lock.owner, 0);
	}
	if (ARCH_NR_CPUS > 1)
		spin_unlock(&space->lock.spin);
}

#endif
