/* SPDX-License-Identifier: MIT */
/*
 * Mercator's mm as a library, outside of a kernel: build page tables in an array, and read them. A
 * simulator, a hypervisor's loader or a test would do the same. `make hostlib` builds and runs it.
 * No CPU uses these tables, so the library's default platform functions (defaults.c) suffice.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <mercator/mapper.h>

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)

/* "Physical memory": 64 frames from physical address 1 MiB on. */
#define NR_FRAMES    64
#define MEMORY_START MIB(1)

static _Alignas(MC_FRAME_SIZE) uint8_t memory[NR_FRAMES][MC_FRAME_SIZE];

static void *pointer_to(void *context, mc_phys_addr_t frame)
{
	uint64_t offset = mc_phys_raw(frame) - MEMORY_START;

	(void)context;
	return offset < sizeof(memory) ? (uint8_t *)memory + offset : NULL;
}

/* The simplest source of frames: each is given out once, none can be freed. */
static int allocate(void *context, mc_pfn_t *frame)
{
	unsigned int *next = context;

	if (*next == NR_FRAMES)
		return MC_ERR_NO_MEMORY;
	*frame = mc_phys_pfn(mc_phys_addr(MEMORY_START)) + (*next)++;
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	(void)frame;
}

static int print_leaf(void *context, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	(void)context;
	printf("  %016" PRIx64 "  %" PRIu64 " KiB  to %" PRIx64 "\n", mc_virt_raw(address),
	       mc_pt_span(level) / 1024, mc_phys_raw(mc_pt_leaf_address(entry, level)));
	return 0;
}

int main(void)
{
	unsigned int next_frame = 1; /* frame 0 is the root */
	const struct mc_frame_source frames = { allocate, release, &next_frame };
	struct mc_space space = {
		.root = {
			.table = mc_phys_addr(MEMORY_START),
			.levels = 4,
			.method = MC_ACCESS_GENERIC,
			.pointer_to = pointer_to,
		},
		.frames = &frames,
		.largest_leaf = 3,
		.physical_limit = TIB(1),
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
	};
	const struct mc_attributes read_write = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	struct mc_conflict conflict;
	int error;

	error = mc_mapper_map(&space, mc_virt_addr(GIB(1) - KIB(8)), mc_phys_addr(GIB(5) - KIB(8)),
			      GIB(1) + MIB(2) + KIB(8), read_write, &conflict);
	printf("map: %s, with %" PRIu64 " tables\n", mc_error_name(error), space.nr_tables);
	if (error)
		return EXIT_FAILURE;

	error = mc_mapper_map(&space, mc_virt_addr(GIB(1)), mc_phys_addr(0), KIB(4), read_write,
			      &conflict);
	printf("map again: %s at %" PRIx64 "\n", mc_error_name(error),
	       mc_virt_raw(conflict.address));
	if (error != MC_ERR_EXISTS)
		return EXIT_FAILURE;

	error = mc_mapper_visit(&space, mc_virt_addr(0), GIB(512), MC_VISIT_PAGES, print_leaf,
				NULL);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
