/* SPDX-License-Identifier: MIT */
/*
 * Atomic access to plain integers and pointers, by the compiler's builtins (GCC manual, "__atomic
 * Builtins"). The names say which order is kept; "relaxed" keeps none, but never tears.
 */
#ifndef MERCATOR_ATOMIC_H
#define MERCATOR_ATOMIC_H

#define atomic_load(pointer)         __atomic_load_n(pointer, __ATOMIC_RELAXED)
#define atomic_load_acquire(pointer) __atomic_load_n(pointer, __ATOMIC_ACQUIRE)

#define atomic_store(pointer, value)         __atomic_store_n(pointer, value, __ATOMIC_RELAXED)
#define atomic_store_release(pointer, value) __atomic_store_n(pointer, value, __ATOMIC_RELEASE)

/* These two are full barriers: no later access is made before them, no earlier one after. */
#define atomic_fetch_or(pointer, bits)  __atomic_fetch_or(pointer, bits, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(pointer, bits) __atomic_fetch_and(pointer, bits, __ATOMIC_SEQ_CST)

/* Whether *pointer was *expected and is now `value`; if not, *expected is what it was. Full barrier. */
#define atomic_compare_exchange(pointer, expected, value)                                          \
	__atomic_compare_exchange_n(pointer, expected, value, false, __ATOMIC_SEQ_CST,             \
				    __ATOMIC_SEQ_CST)

/* Store, with nothing later made before it: what two sides that look at each other's flag need. */
#define atomic_store_barrier(pointer, value)                                                       \
	((void)__atomic_exchange_n(pointer, value, __ATOMIC_SEQ_CST))

/* The compiler, not the CPU, keeps the order across this. */
#define compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
