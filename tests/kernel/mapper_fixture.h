/* SPDX-License-Identifier: MIT */
/*
 * An address space for tests, with a handful of frames of its own and a frame source that can be
 * told to run out. Nothing activates the space: its tables are read by the mapper and by the audit
 * only, in the kernel as on the host.
 */
#ifndef TESTS_MAPPER_FIXTURE_H
#define TESTS_MAPPER_FIXTURE_H

#include <mercator/ktest.h>
#include <mercator/mapper.h>

#define FIXTURE_FRAMES 64

struct fixture {
	struct space space;
	struct frame_source source;
	bool is_allocated[FIXTURE_FRAMES];
	unsigned int nr_allocated;
	int failing_after;  /* so many more allocations succeed; negative: no limit */
	const char *misuse; /* of the frame source, by the code under test */
};

/* The frames' memory: FIXTURE_FRAMES frames from this physical address on. */
phys_addr_t fixture_memory(void);

/* Start over: all frames free but the root's, which is empty. 4 or 5 levels. */
void fixture_init(struct fixture *fixture, unsigned int levels);

/*
 * Check every invariant of the tables, by code that shares nothing with the walker: NULL, or what is
 * broken.
 */
const char *fixture_audit(const struct fixture *fixture);

/* A hash of every table and of the free frames: equal before and after what must change nothing. */
uint64_t fixture_fingerprint(const struct fixture *fixture);

#endif
