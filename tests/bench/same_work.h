/* SPDX-License-Identifier: MIT */
/*
 * The same work for every method, in the kernel as on the host, a row for each:
 *
 *	map, unmap, protect, translate
 *	single	page after page, a call each
 *	random	the same pages in no order
 *	range	all pages of a leaf table, in one call (translate: each page visited)
 *	sparse	one page in each of many leaf tables, which are made and freed with it
 *	4 KiB, 2 MiB and 1 GiB, with 4 levels or 5: the space's
 *
 * Tables exist and stay, except for sparse work. Invalidations after unmap and protect go through a
 * batch, and count. The work is done through functions with the mapper's types, so that limit loops
 * and functions that do nothing use the same loops.
 */
#ifndef BENCH_SAME_WORK_H
#define BENCH_SAME_WORK_H

#include <mercator/mapper.h>

/* As they stand in the rows' names. */
enum work_operation { WORK_map, WORK_unmap, WORK_protect, WORK_translate };
enum work_shape { WORK_single, WORK_random, WORK_range, WORK_sparse };
enum work_level { WORK_4_kib = 1, WORK_2_mib, WORK_1_gib };

/* X(operation, shape, size) for each row. */
#define SAME_WORK(X)                                                                               \
	SAME_WORK_SHAPES(X, map)                                                                   \
	SAME_WORK_SHAPES(X, unmap)                                                                 \
	SAME_WORK_SHAPES(X, protect)                                                               \
	SAME_WORK_SHAPES(X, translate)
#define SAME_WORK_SHAPES(X, operation)                                                             \
	SAME_WORK_SIZES(X, operation, single)                                                      \
	SAME_WORK_SIZES(X, operation, random)                                                      \
	SAME_WORK_SIZES(X, operation, range)                                                       \
	SAME_WORK_SIZES(X, operation, sparse)
#define SAME_WORK_SIZES(X, operation, shape)                                                       \
	X(operation, shape, 4_kib)                                                                 \
	X(operation, shape, 2_mib)                                                                 \
	X(operation, shape, 1_gib)

struct work {
	enum work_operation operation;
	enum work_shape shape;
	unsigned int level; /* of the leaves */
};

/*
 * The functions that do it. unmap_last() removes the only page of a leaf table, and so the table.
 */
struct work_functions {
	int (*map)(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		   uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict);
	int (*unmap)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     struct mc_tlb_batch *batch);
	int (*unmap_last)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			  struct mc_tlb_batch *batch);
	int (*protect)(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		       struct mc_attributes attributes, struct mc_tlb_batch *batch,
		       struct mc_conflict *conflict);
	int (*translate)(const struct mc_space *space, mc_virt_addr_t address,
			 mc_phys_addr_t *physical);
	int (*visit)(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		     unsigned int kinds, mc_visit visit, void *context);
};
extern const struct work_functions work_by_mapper;

struct work_bench {
	struct mc_space *space;
	uint64_t nr_tables; /* leaf tables to work in, a power of two */
	uint64_t nr_sparse; /* the same for sparse work */
	int error;          /* the first that something returned */
};

/* Leaf tables that a space must have frames for, and all above them. */
#define WORK_FRAMES(nr_tables) ((nr_tables) + 4)

/* In an empty lower half of the space: what has to be there before. The space has leaves of all sizes. */
void work_prepare(struct work_bench *bench, const struct work *work,
		  const struct work_functions *functions);

/* Do it, to be counted; how many pages that is. */
void work_do(struct work_bench *bench, const struct work *work,
	     const struct work_functions *functions);
uint64_t work_pages(const struct work_bench *bench, const struct work *work);

/* Unmap everything again, by the mapper. */
void work_clear(struct work_bench *bench, const struct work *work);

#endif
