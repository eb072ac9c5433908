/* SPDX-License-Identifier: MIT */
/*
 * A fixed amount of work, to be counted under callgrind: random pages of an address space in which
 * many are mapped already. Only this work is in functions named measured_*. The set-up of the
 * recursive slot and the temporary page is measured, too (world.c).
 *
 *	usage: work METHOD PAGES	offset, generic, temporary, recursive (over a software window)
 *	       work 1g BYTES		set up the physical map of so much RAM, in pages of 1 GiB at most
 *	       work 2m BYTES		the same in pages of 2 MiB
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mercator/temp_page.h>

#include "world.h"

#define ROUNDS 1000
#define BASE   UINT64_C(0x0000123440000000)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

static struct mc_space *const space = &world_kernel;
static struct mc_tlb_batch batch;
static mc_virt_addr_t chosen[ROUNDS];

MEASURED static void measured_translate(void)
{
	mc_phys_addr_t physical;

	for (unsigned int i = 0; i < ROUNDS; i++)
		must(mc_mapper_translate_address(space, chosen[i], &physical));
}

MEASURED static void measured_protect(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		must(mc_mapper_protect(space, chosen[i], MC_FRAME_SIZE, read_only, &batch, NULL));
		mc_tlb_batch_finish(&batch);
	}
}

MEASURED static void measured_unmap(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		must(mc_mapper_unmap(space, chosen[i], MC_FRAME_SIZE, &batch));
		mc_tlb_batch_finish(&batch);
	}
}

MEASURED static void measured_map(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++)
		must(mc_mapper_map(space, chosen[i], mc_phys_addr(0), MC_FRAME_SIZE, read_write,
				   NULL));
}

MEASURED static void measured_setup(struct mc_space *empty, const struct mc_memmap_range *ram,
				    size_t count)
{
	must(mc_physmap_map(empty, &world_window, ram, count, world_read_only));
}

static void set_up(unsigned int largest_leaf, uint64_t size)
{
	struct mc_space empty = world_empty_space(largest_leaf);
	struct mc_memmap_range ram[3];

	measured_setup(&empty, ram, world_ram(size, ram));
}

/* Different pages, spread over all: one for each round, if there are enough. */
static void choose(uint64_t nr_pages)
{
	uint64_t random = 88172645463325252;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		const uint64_t first = i * nr_pages / ROUNDS, end = (i + 1) * nr_pages / ROUNDS;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		chosen[i] = mc_virt_addr(BASE + (first + random % (end - first)) * MC_FRAME_SIZE);
	}
	for (unsigned int i = ROUNDS; i > 1; i--) {
		const mc_virt_addr_t last = chosen[i - 1];

		random = random * UINT64_C(6364136223846793005) + 1;
		chosen[i - 1] = chosen[(random >> 33) % i];
		chosen[(random >> 33) % i] = last;
	}
}

static enum mc_access_method method_of(const char *name)
{
	if (strcmp(name, "offset") == 0)
		return MC_ACCESS_OFFSET;
	return strcmp(name, "recursive") == 0 ? MC_ACCESS_RECURSIVE : MC_ACCESS_GENERIC;
}

static void work_among(const char *name, uint64_t nr_pages)
{
	world_start(4, 3, method_of(name));
	if (strcmp(name, "temporary") == 0)
		world_go_by_temp_page();
	else
		world_go_by_pointer();
	/* One page off, so that no huge page fits. */
	must(mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(MC_FRAME_SIZE),
			   nr_pages * MC_FRAME_SIZE, read_write, NULL));
	choose(nr_pages);
	mc_tlb_batch_begin(&batch, space);
	measured_translate();
	measured_protect();
	measured_unmap();
	measured_map();
}

int main(int argc, char **argv)
{
	const uint64_t number = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (number < ROUNDS) {
		fprintf(stderr, "usage: work METHOD PAGES | 1g BYTES | 2m BYTES; at least %d\n",
			ROUNDS);
		return 1;
	}
	if (strcmp(argv[1], "1g") == 0 || strcmp(argv[1], "2m") == 0)
		set_up(argv[1][0] == '1' ? 3 : 2, number);
	else
		work_among(argv[1], number);
	return 0;
}
