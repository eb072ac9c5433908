/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the compiler for the sake of operations on one page, which are some 70 instructions.
 *
 * The walker's parts take the access method (access.h), the number of levels and the page's level as
 * arguments that are constants at every call. INLINED sees to it that they are constants inside, too:
 * walks are unrolled, shifts are immediate, and calls through the access method are calls of nothing.
 *
 * Registers are what such a function runs out of. So what it leaves to others is APART, not inlined: it
 * would share code and registers with the usual way, which would pay for it with spills. For the same
 * reason walks of 4 and of 5 levels are functions of their own, exits of a walk are written out instead
 * of sharing code, and no struct is copied where a pointer will do: across a call, each field would need
 * a register.
 */
#ifndef INLINE_H
#define INLINE_H

#define INLINED static inline __attribute__((always_inline))
#define PASSED                                                                                     \
	static inline /* of a struct pass: compilers inline it where they see that it is constant */
#define APART static __attribute__((noinline))

/* What the compiler lays straight. */
#define LIKELY(condition) __builtin_expect(condition, true)

#endif
