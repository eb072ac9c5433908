/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes as operations on the frame allocator, right ones and wrong ones, against the
 * model (../mm/frame_rig.h). The bytes are the rig's random numbers: as many as the bound needs
 * for each, little end first, taken modulo the bound. They also choose the ranges.
 */
#include <mercator/platform.h>

#include "../mm/frame_rig.h"
#include "fuzz.h"

/* Three chunks and two halves; small, for speed. */
#define ARENA     2048
#define STEPS_MAX 500

static struct frame_rig rig;

struct input {
	const uint8_t *data;
	size_t size;
};

/* Past the end all numbers are 0. */
static uint64_t take(void *context, uint64_t bound)
{
	struct input *input = context;
	uint64_t value = 0;

	for (uint64_t room = bound - 1, shift = 0; room && input->size; room >>= 8, shift += 8) {
		value |= (uint64_t)*input->data++ << shift;
		input->size--;
	}
	return value % bound;
}

static void fail(void *context, const char *text)
{
	(void)context;
	FUZZ_CHECK_NULL(text);
}

static void set_cpu(unsigned int cpu)
{
	host_cpu_id = cpu;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	rig.size = ARENA;
	rig.random = take;
	rig.fail = fail;
	rig.set_cpu = set_cpu;
	rig.context = &input;
	rig_init(&rig);
	for (unsigned int i = 0; input.size && i < STEPS_MAX; i++)
		rig_step(&rig);
	rig_check_stats(&rig);
	rig_free_all(&rig);
	host_cpu_id = 0;
	return 0;
}
