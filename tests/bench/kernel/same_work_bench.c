/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks: the same work by each access method (tests/bench/same_work.h), per page, with its invalidations
 * and without its loop and calls.
 */
#include "../nothing.h"
#include "../same_work.h"
#include "bench_rig.h"

#define NR_SPARSE 16

static const struct work_functions work_by_nobody = {
	.map = nothing_map,
	.unmap = nothing_unmap,
	.unmap_last = nothing_unmap,
	.protect = nothing_protect,
	.translate = nothing_translate_address,
	.visit = nothing_visit,
};

static const struct work *work;

static void measure(struct kbench_run *b)
{
	struct work_bench bench = { &rig_space.space, 1, NR_SPARSE, 0 };

	_Static_assert(WORK_FRAMES(NR_SPARSE + 1) <= RIG_FRAMES, "frames for all tables");
	rig_reset();
	/* The addresses are not used, so the CPU need not have such pages. */
	rig_space.space.largest_leaf = 3;
	work_prepare(&bench, work, &work_by_mapper);
	kbench_start(b);
	work_do(&bench, work, &work_by_mapper);
	kbench_stop(b, &b->full);
	kbench_start(b);
	work_do(&bench, work, &work_by_nobody);
	kbench_stop(b, &b->empty);
	b->nr_operations = work_pages(&bench, work);
	rig_check(b, bench.error);
}

#define WORK_BENCH(suite, by_method, operation, shape, size)                                       \
	KBENCH(suite, operation##_##size##_##shape)                                                \
	{                                                                                          \
		static const struct work mine = { WORK_##operation, WORK_##shape, WORK_##size };   \
                                                                                                   \
		work = &mine;                                                                      \
		by_method(b, measure);                                                             \
	}

#ifdef CONFIG_MAPPER_OFFSET
#define BY_OFFSET(operation, shape, size) WORK_BENCH(offset, rig_by_offset, operation, shape, size)
SAME_WORK(BY_OFFSET)
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
#define BY_RECURSION(operation, shape, size)                                                       \
	WORK_BENCH(recursive, rig_by_recursion, operation, shape, size)
SAME_WORK(BY_RECURSION)
#endif
#ifdef CONFIG_GENERIC_TESTS
#define BY_FUNCTION(operation, shape, size)                                                        \
	WORK_BENCH(generic, rig_by_function, operation, shape, size)
SAME_WORK(BY_FUNCTION)
#define BY_TEMPORARY_PAGE(operation, shape, size)                                                  \
	WORK_BENCH(temporary, rig_by_temporary_page, operation, shape, size)
SAME_WORK(BY_TEMPORARY_PAGE)
#endif
