/* SPDX-License-Identifier: MIT */
/*
 * Brute-force model of the memory map's rule, to check mm/memmap.c against. It works differently:
 * no sweep, no running maximum; it checks every range for each question.
 */
#ifndef TESTS_MEMMAP_MODEL_H
#define TESTS_MEMMAP_MODEL_H

#include <mercator/memmap.h>

/*
 * The ranges' bounds and the limit cut the address space into cells, in each of which all bytes, or
 * all frames, are alike (coordinate compression): every bound, and the frame bounds around it.
 */
#define MEMMAP_MODEL_POINTS(nr_ranges) (6 * (nr_ranges) + 4)

/* A model over ranges that the caller keeps; `points` has room for MEMMAP_MODEL_POINTS(count). */
struct memmap_model {
	const struct mc_memmap_range *ranges;
	size_t count;
	uint64_t *points;
	size_t nr_points;
};

struct memmap_model memmap_model_make(const struct mc_memmap_range *ranges, size_t count,
				      uint64_t limit, uint64_t *points);

/* Whether the byte is usable. */
bool memmap_model_byte(const struct memmap_model *model, uint64_t address);

/*
 * Whether `result`, made by mc_memmap_normalise() in place of a copy of the model's ranges with the
 * limit `limit`, is exactly what the model says: NULL, or what is wrong.
 */
const char *memmap_model_check(const struct memmap_model *model, uint64_t limit,
			       const struct mc_memmap_range *result,
			       struct mc_memmap_summary summary);

/* mc_memmap_find() on an array. */
MC_MUST_CHECK int memmap_find_in(const struct mc_memmap_range *ranges, size_t count, uint64_t size,
				 uint64_t align, uint64_t min, uint64_t limit, uint64_t *address);

#endif
