/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_brief": the generic method with a window of one page, as a kernel would have that maps
 * tables only for a moment. A pointer is good until the next is asked for; here the page that it led to
 * is then poisoned, and AddressSanitizer, if there, ends the program of whoever uses it still. The same random
 * operations as by the other methods show that the walker keeps to that (mm/pagetable/access.h).
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../machine/machine.h"
#include "mapper_world.h"

/* Physical memory, so many times: the same frame is not at the same place again soon. */
#define NR_ALIASES  16
#define MEMORY_SIZE ((FIXTURE_FRAMES + MC_PT_LEVELS_MAX) * MC_FRAME_SIZE)

static uint8_t *aliases[NR_ALIASES];
static uint8_t *given;
static uint64_t nr_asked;

static void map_aliases(void)
{
	int64_t offset;
	int file = machine_memory_file(mc_phys_raw(fixture_memory()), &offset);

	for (unsigned int i = 0; i < NR_ALIASES; i++) {
		aliases[i] =
			mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
		if (aliases[i] == MAP_FAILED) {
			perror("mmap");
			abort();
		}
		ASAN_POISON_MEMORY_REGION(aliases[i], MEMORY_SIZE);
	}
}

static void *brief_pointer(void *context, mc_phys_addr_t frame)
{
	(void)context;
	if (given)
		ASAN_POISON_MEMORY_REGION(given, MC_FRAME_SIZE);
	given = aliases[nr_asked++ % NR_ALIASES] +
		(mc_phys_raw(frame) - mc_phys_raw(fixture_memory()));
	ASAN_UNPOISON_MEMORY_REGION(given, MC_FRAME_SIZE);
	return given;
}

static void run(struct ktest_run *t, unsigned int unit_level)
{
	if (!given)
		map_aliases();
	fixture_pointer_to = brief_pointer;
	nr_asked = 0;
	world_run_stretches(t, (struct world_way){ MC_ACCESS_GENERIC, false }, unit_level);
	EXPECT_TRUE(t, nr_asked > machine_operations);
	fixture_pointer_to = NULL;
}

KTEST(mapper_brief, pages_of_4k)
{
	run(t, 1);
}

KTEST(mapper_brief, pages_of_2m)
{
	run(t, 2);
}

KTEST(mapper_brief, pages_of_1g)
{
	run(t, 3);
}
