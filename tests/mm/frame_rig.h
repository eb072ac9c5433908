/* SPDX-License-Identifier: MIT */
/*
 * The frame allocator against a simple model: for each frame, whether it is free and which block it
 * belongs to. Every operation is done on both and compared. The user supplies the random numbers
 * (or a fuzzer's bytes) that choose the operations.
 *
 * The memory does not exist: the allocator never reads it. With CONFIG_DEBUG_CHECKS, there is no
 * poison.
 */
#ifndef FRAME_RIG_H
#define FRAME_RIG_H

#include <mercator/frame.h>

#define RIG_FRAMES     8192
#define RIG_CHUNKS     (RIG_FRAMES / 512)
#define RIG_RANGES_MAX 64
#define RIG_CPUS       3
#define RIG_MIDDLE     UINT64_C(0x100000) /* the boundary of an area */

struct rig_range {
	uint32_t start, end; /* indices of frames */
	bool added;
};

struct frame_rig {
	/* To be set before rig_init(). */
	uint32_t size; /* frames, in ranges or not: a multiple of 1024; 0 for RIG_FRAMES */
	uint64_t (*random)(void *context, uint64_t bound); /* in [0, bound) */
	void (*fail)(void *context, const char *text);     /* may return */
	void (*set_cpu)(unsigned int cpu);                 /* NULL if there is only one */
	void *context;

	struct mc_frame_pool pool;
	struct mc_frame_cpu cpus[RIG_CPUS];

	mc_pfn_t base; /* the model's frame 0 */

	/* The model. */
	uint8_t block[RIG_FRAMES];    /* a block's order at its first frame, or RIG_* */
	uint8_t range_of[RIG_FRAMES]; /* which range the frame is in, unless RIG_ABSENT */
	struct rig_range ranges[RIG_RANGES_MAX];
	unsigned int nr_ranges;
	uint64_t nr_frames, nr_free;
	/* Per range and chunk: orders allocated in it since all was free; frames in use; ever used. */
	uint16_t orders[RIG_RANGES_MAX][RIG_CHUNKS], used[RIG_RANGES_MAX][RIG_CHUNKS];
	bool ever[RIG_RANGES_MAX][RIG_CHUNKS];

	uint32_t held[RIG_FRAMES];  /* first frames of blocks, in no order */
	uint32_t place[RIG_FRAMES]; /* where in `held` a first frame is */
	unsigned int nr_held;
	unsigned int mood; /* how likely it is to allocate rather than to free, in sixteenths */
	bool failed;

	_Alignas(64) uint8_t metadata[RIG_RANGES_MAX * 96 + RIG_FRAMES * 3];
};

/* Choose ranges and add some of them. */
void rig_init(struct frame_rig *rig);
/* Do one random operation, right or wrong, and compare. */
void rig_step(struct frame_rig *rig);
/* Compare all statistics. */
void rig_check_stats(struct frame_rig *rig);
/* Free everything; then every block must be there again. */
void rig_free_all(struct frame_rig *rig);
/* Allocate single frames until there are no more: all of them; held afterwards. */
void rig_exhaust(struct frame_rig *rig);

#endif
