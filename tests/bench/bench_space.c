/* SPDX-License-Identifier: MIT */
/* The benchmarks' address space (bench_space.h). */
#include <kernel/units.h>
#include <mercator/platform.h>

#include "bench_space.h"

static int allocate(void *context, mc_pfn_t *frame)
{
	struct bench_space *bench = context;

	if (!bench->nr_free)
		return MC_ERR_NO_MEMORY;
	*frame = bench->free[--bench->nr_free];
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	struct bench_space *bench = context;

	bench->free[bench->nr_free++] = frame;
}

static void *pointer_to(void *context, mc_phys_addr_t frame)
{
	const struct bench_space *bench = context;

	return mc_virt_ptr(mc_virt_addr(bench->offset + mc_phys_raw(frame)));
}

void bench_space_init(struct bench_space *bench, enum mc_access_method method, void *bytes,
		      mc_pfn_t first, size_t count, mc_pfn_t *room)
{
	*bench = (struct bench_space){
		.space = {
			.root = {
				.table = mc_phys_of_pfn(first),
				.levels = 4,
				.method = method,
				.pointer_to = pointer_to,
				.pointer_context = bench,
				.table_pointer = bytes,
			},
			.largest_leaf = 3,
			.physical_limit = TIB(256),
			.recursive_slot = MC_SPACE_NOT_RECURSIVE,
			.global_pages = true,
		},
		.source = { .allocate = allocate, .release = release, .context = bench },
		.offset = mc_virt_raw(mc_virt_of_ptr(bytes)) - first * MC_FRAME_SIZE,
		.free = room,
	};
	bench->space.frames = &bench->source;
	for (mc_pfn_t frame = first + count - 1; frame > first; frame--)
		release(bench, frame);
	mc_table_zero(bytes);
}
