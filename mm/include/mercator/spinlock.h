/* SPDX-License-Identifier: MIT */
/*
 * A lock for short sections. Taking it costs one locked instruction, releasing it a plain store. If
 * an interrupt handler takes the lock too, it must be taken with interrupts off. With
 * CONFIG_DEBUG_CHECKS, releasing a lock that this CPU does not hold is a panic.
 */
#ifndef MERCATOR_SPINLOCK_H
#define MERCATOR_SPINLOCK_H

#include <mercator/platform.h>
#include <mercator/types.h>

struct mc_spinlock {
	uint32_t locked;
	uint32_t owner; /* CONFIG_DEBUG_CHECKS: the CPU that holds it, plus 1 */
};

static inline void mc_spin_lock(struct mc_spinlock *lock)
{
	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED))
			mc_cpu_relax();
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		__atomic_store_n(&lock->owner, mc_cpu_id() + 1, __ATOMIC_RELAXED);
}

static inline void mc_spin_unlock(struct mc_spinlock *lock)
{
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != mc_cpu_id() + 1)
			mc_panic("spinlock: CPU %u gives back what it does not hold", mc_cpu_id());
		__atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

#endif
