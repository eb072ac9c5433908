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

/* These two are full barriers. */
#define atomic_fetch_or(pointer, bits)  __atomic_fetch_or(pointer, bits, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(pointer, bits) __atomic_fetch_and(pointer, bits, __ATOMIC_SEQ_CST)

/*
 * True if *pointer was *expected and is now `value`; else *expected gets its value. Full barrier.
 */
#define atomic_compare_exchange(pointer, expected, value)                                          \
	__atomic_compare_exchange_n(pointer, expected, value, false, __ATOMIC_SEQ_CST,             \
				    __ATOMIC_SEQ_CST)

/* Store, then a full barrier: for two sides that each set a flag, then read the other's. */
#define atomic_store_barrier(pointer, value)                                                       \
	((void)__atomic_exchange_n(pointer, value, __ATOMIC_SEQ_CST))

/* A barrier for the compiler only. */
#define compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
