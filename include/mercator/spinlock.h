/* SPDX-License-Identifier: MIT */
/*
 * A lock for short sections. Taking it costs one locked instruction, releasing it a plain store.
 * Whoever takes a lock that an interrupt handler takes too has interrupts off.
 */
#ifndef MERCATOR_SPINLOCK_H
#define MERCATOR_SPINLOCK_H

#include <arch/percpu.h>
#include <mercator/types.h>

struct spinlock {
	uint32_t locked;
};

static inline void spin_lock(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED))
			arch_cpu_relax();
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

#endif
