/* SPDX-License-Identifier: MIT */
/*
 * An address space for benchmarks, in the kernel and on the host. Its frames come from an array of
 * the free ones: the cheapest possible frame source, so that the mapper's own cost is measured.
 */
#ifndef BENCH_SPACE_H
#define BENCH_SPACE_H

#include <mercator/space.h>

struct bench_space {
	struct mc_space space;
	struct mc_frame_source source;
	uint64_t offset; /* from a frame's physical address to its bytes */
	mc_pfn_t *free;  /* room for all frames, given by the caller; free[0 .. nr_free) are free */
	size_t nr_free;
};

/*
 * Start over with an empty root of 4 levels, and no recursive slot: frames [first, first + count),
 * mapped at `bytes`; the root takes the first one, tables the next ones in ascending order. The
 * generic method uses a function that adds the offset, as access_inline.c does.
 */
void bench_space_init(struct bench_space *bench, enum mc_access_method method, void *bytes,
		      mc_pfn_t first, size_t count, mc_pfn_t *room);

#endif
