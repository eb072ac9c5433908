/* SPDX-License-Identifier: MIT */
/*
 * A space under random operations, and the plain model that it is held against: an array with what
 * each unit of a stretch of addresses should be. The unit is 4 KiB, 2 MiB or 1 GiB, so that each page
 * size is mapped, split and merged. Several operations may share a TLB batch, as far as the contract
 * lets them; and a range may be worked on page by page, through a cursor.
 */
#ifndef TESTS_MAPPER_WORLD_H
#define TESTS_MAPPER_WORLD_H

#include <mercator/cursor.h>

#include "mapper_fixture.h"

#define WORLD_UNITS 1536

enum unit_kind {
	UNIT_HOLE,
	UNIT_MAPPED,
	UNIT_RESERVED,
};

struct unit {
	enum unit_kind kind;
	struct mc_attributes attributes;
	uint64_t value; /* physical address, or payload */
	bool is_owed;   /* unmapped, but the batch is not finished */
};

struct world {
	struct fixture fixture;
	struct mc_space *space; /* the fixture's, or another */
	struct unit units[WORLD_UNITS];
	uint64_t base;
	uint64_t unit_size;
	unsigned int unit_level;
	struct mc_tlb_batch batch;
	bool is_owing;            /* some unit is owed */
	struct mc_cursor *cursor; /* if open: operations on one unit go through it */
	uint64_t fingerprint;     /* after all operations */
};

/* How a space is worked on. */
struct world_way {
	enum mc_access_method method;
	bool is_inactive;
};

/* WORLD_UNITS holes from `base` on, in a space that the caller chooses. */
void world_clear(struct world *w, unsigned int unit_level, uint64_t base);

/* Start over with WORLD_UNITS holes from `base` on. False if there can be no such space here. */
bool world_start(struct world *w, struct world_way way, unsigned int levels,
		 unsigned int unit_level, uint64_t base);

mc_virt_addr_t world_address(const struct world *w, unsigned int index);

/* Short ranges, long ones, ranges that begin or end on a huge page's boundary, and such pages. */
void world_random_range(struct ktest_run *t, const struct world *w, unsigned int *start,
			unsigned int *count);

/* A random operation on the units [start, start + count), in the space and in the model. */
int world_change(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count);

/* The same on a random range, sometimes short of frames; and a look at what came of it. */
void world_step(struct ktest_run *t, struct world *w);

/* Pay what operations owe. Before world_check(), which wants the frames of unlinked tables back. */
void world_finish_batch(struct world *w);

/* Hold one unit, or all, against the model; world_check() audits the fixture's tables too. */
void world_check_unit(struct ktest_run *t, const struct world *w, unsigned int index);
void world_check_units(struct ktest_run *t, const struct world *w);
void world_check(struct ktest_run *t, const struct world *w);

/* Random operations on the stretches of addresses that have units of this level. */
void world_run_stretches(struct ktest_run *t, struct world_way way, unsigned int unit_level);

#endif
