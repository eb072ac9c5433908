/* SPDX-License-Identifier: MIT */
/* Sizes and multiples. Not public: kernels have their own (this one uses these). */
#ifndef MM_UNITS_H
#define MM_UNITS_H

#include <mercator/types.h>

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* `align` must be a power of two. align_up() wraps to 0 past the last multiple of `align`. */
static inline uint64_t align_down(uint64_t value, uint64_t align)
{
	return value & ~(align - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

static inline bool is_aligned(uint64_t value, uint64_t align)
{
	return (value & (align - 1)) == 0;
}

/* The nearest value in [low, high]. */
static inline uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	if (value < low)
		return low;
	return value < high ? value : high;
}

#endif
