/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs on one pool, in turns (tests/machine/turns.h): a contest is tried in every interleaving
 * in which one of them is interrupted once, and in many in which both are. Afterwards each frame is
 * either held once or free, and all free frames can be allocated.
 */
#ifndef FRAME_TURNS_RIG_H
#define FRAME_TURNS_RIG_H

#include <kernel/ktest.h>

#include "../../mm/frame/internal.h"

#define NR_CPUS    3
#define MANY       10 /* chunks: a CPU that has frames in more than eight is asked for them */
#define FRAMES_MAX (MANY * CHUNK_FRAMES)
#define TIMES      2 /* that the second does something */

#define FIRST  0
#define SECOND 1

/* All that the CPUs change. The first is CPU 0; the second is CPU 1, or now that and now CPU 2. */
struct world {
	struct mc_frame_pool pool;
	struct mc_frame_cpu cpus[NR_CPUS];
	_Alignas(64) uint64_t metadata[2000];
	mc_pfn_t end;                  /* the frames are [0, end) */
	uint8_t holder[FRAMES_MAX];    /* the CPU's number + 1; 0: nobody */
	mc_pfn_t hand[NR_CPUS][TIMES]; /* frames that a CPU holds, to be freed by and by */
	unsigned int rich;             /* the CPU that has what is free */
	mc_pfn_t contested;
	uint64_t nr_free_before; /* the second's operation */
	/* What an operation of the first and of the second said, and the frames that it got. */
	int said[2];
	struct frames got[2];
	unsigned int order[2]; /* not 0: as a block */
	mc_pfn_t bulk[4];
	size_t nr_bulk;
	unsigned int nr_wrong;
};

extern struct world world;

/* What must be so for each contest, whatever it is about. */
void expect(bool ok);

/* A free frame is this CPU's now. */
void hold(unsigned int cpu, mc_pfn_t pfn);

struct contest {
	void (*prepare)(void);                /* makes the world */
	void (*first)(void), (*second)(void); /* the second may pause, for the first to go on */
	bool (*is_right)(void);               /* whether what both said can be */
};

void compete(struct ktest_run *t, const struct contest *contest);

#endif
