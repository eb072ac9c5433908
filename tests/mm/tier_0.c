/* SPDX-License-Identifier: MIT */
/* A program that builds tables, on a platform of tier 0 (mercator/platform.h): tests/test_platform.py. */
#include <stdio.h>

#include <mercator/mapper.h>

#define NR_FRAMES 8

static uint8_t memory[NR_FRAMES][MC_FRAME_SIZE] __attribute__((aligned(MC_FRAME_SIZE)));
static mc_pfn_t next_frame = 1; /* 0 is the root's */

static int allocate(void *context, mc_pfn_t *frame)
{
	(void)context;
	if (next_frame == NR_FRAMES)
		return MC_ERR_NO_MEMORY;
	*frame = next_frame++;
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	(void)frame;
}

static void *pointer_to(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return memory[mc_phys_pfn(frame)];
}

int main(void)
{
	const struct mc_attributes attributes = { .rights = MC_RIGHT_READ };
	const struct mc_frame_source frames = { allocate, release, NULL };
	struct mc_space space = {
		.root = { .levels = 4, .method = MC_ACCESS_GENERIC, .pointer_to = pointer_to },
		.frames = &frames,
		.largest_leaf = 3,
		.physical_limit = UINT64_C(1) << 46,
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
	};
	struct mc_translation translation;
	int error = mc_mapper_map(&space, mc_virt_addr(0x200000), mc_phys_addr(0x40000000), 0x3000,
				  attributes, NULL);

	if (!error)
		error = mc_mapper_translate(&space, mc_virt_addr(0x201000), &translation);
	if (error)
		return 1;
	printf("%#lx\n", mc_phys_raw(translation.address));
	return 0;
}
