/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_brief": the generic method with a window of one page, as a kernel would have that maps
 * tables only for a moment. A pointer is good until the next is asked for; here the page that it led to
 * is then gone, and whoever uses it still ends the program. The same random operations as by the other
 * methods show that the walker keeps to that (mm/walker.h: access_table()).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../host/machine.h"
#include "../kernel/mapper_world.h"

/* The page is never at the same place twice in a row, nor soon after. */
#define NR_PLACES 256

static uint8_t *places;
static unsigned int place;
static uint64_t nr_asked;

static void remap(unsigned int where, int protection, int flags, int file, int64_t offset)
{
	void *address = places + where * FRAME_SIZE;

	if (mmap(address, FRAME_SIZE, protection, flags | MAP_FIXED, file, offset) != address) {
		perror("mmap");
		abort();
	}
}

static void *brief_pointer(void *context, phys_addr_t frame)
{
	int64_t offset;
	int file = machine_memory_file(phys_raw(frame), &offset);

	(void)context;
	nr_asked++;
	remap(place, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	place = (place + 1) % NR_PLACES;
	remap(place, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
	return places + place * FRAME_SIZE;
}

static void run(struct ktest_run *t, unsigned int unit_level)
{
	const unsigned int operations = machine_operations;

	if (!places)
		places = mmap(NULL, NR_PLACES * FRAME_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
	ASSERT_TRUE(t, places != MAP_FAILED);
	machine_operations = operations / 25; /* two system calls for each table */
	fixture_pointer_to = brief_pointer;
	nr_asked = 0;
	world_run_stretches(t, (struct world_way){ ACCESS_GENERIC, false }, unit_level);
	EXPECT_TRUE(t, nr_asked > machine_operations);
	fixture_pointer_to = NULL;
	machine_operations = operations;
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
