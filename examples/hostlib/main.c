/* SPDX-License-Identifier: MIT */
/*
 * Mercator's mm as a library, outside of any kernel: build page tables in an array, and look at them.
 * A simulator, a hypervisor's loader or a test would do the same. `make hostlib` builds and runs it.
 * Nothing runs on these tables, so the library's defaults (defaults.c) do for what mm asks of the CPU.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <mercator/mapper.h>

/* "Physical memory": 64 frames, which begin at physical address 1 MiB. */
#define NR_FRAMES    64
#define MEMORY_START MIB(1)

static _Alignas(FRAME_SIZE) uint8_t memory[NR_FRAMES][FRAME_SIZE];

static void *pointer_to(void *context, phys_addr_t frame)
{
	uint64_t offset = phys_raw(frame) - MEMORY_START;

	(void)context;
	return offset < sizeof(memory) ? (uint8_t *)memory + offset : NULL;
}

/* The simplest source of frames: each once, none comes back. */
static int allocate(void *context, pfn_t *frame)
{
	unsigned int *next = context;

	if (*next == NR_FRAMES)
		return ERR_NO_MEMORY;
	*frame = phys_pfn(phys_addr(MEMORY_START)) + (*next)++;
	return 0;
}

static void release(void *context, pfn_t frame)
{
	(void)context;
	(void)frame;
}

static int print_leaf(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	(void)context;
	printf("  %016" PRIx64 "  %" PRIu64 " KiB  to %" PRIx64 "\n", virt_raw(address),
	       pt_span(level) / 1024, phys_raw(pt_leaf_address(entry, level)));
	return 0;
}

int main(void)
{
	unsigned int next_frame = 1; /* frame 0 is the root */
	const struct frame_source frames = { allocate, release, &next_frame };
	struct space space = {
		.root = {
			.table = phys_addr(MEMORY_START),
			.levels = 4,
			.method = ACCESS_GENERIC,
			.pointer_to = pointer_to,
		},
		.frames = &frames,
		.largest_leaf = 3,
		.physical_limit = TIB(1),
		.recursive_slot = SPACE_NOT_RECURSIVE,
	};
	const struct attributes read_write = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };
	struct conflict conflict;
	int error;

	error = mapper_map(&space, virt_addr(GIB(1) - KIB(8)), phys_addr(GIB(5) - KIB(8)),
			   GIB(1) + MIB(2) + KIB(8), read_write, &conflict);
	printf("map: %s, with %" PRIu64 " tables\n", error_name(error), space.nr_tables);
	if (error)
		return EXIT_FAILURE;

	error = mapper_map(&space, virt_addr(GIB(1)), phys_addr(0), KIB(4), read_write, &conflict);
	printf("map again: %s at %" PRIx64 "\n", error_name(error), virt_raw(conflict.address));
	if (error != ERR_EXISTS)
		return EXIT_FAILURE;

	error = mapper_visit(&space, virt_addr(0), GIB(512), print_leaf, NULL);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
