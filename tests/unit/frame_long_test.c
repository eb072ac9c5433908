/* SPDX-License-Identifier: MIT */
/*
 * Suite "frame_long": the frame allocator against its model, 10^7 operations, with threads' caches
 * taken over by turns. FRAME_STEPS in the environment asks for more (make soak).
 */
#include <stdlib.h>

#include <arch/percpu.h>
#include <mercator/ktest.h>

#include "../kernel/frame_rig.h"

static struct frame_rig rig;

static uint64_t test_random(void *context, uint64_t bound)
{
	return ktest_random_below(context, bound);
}

static void test_fail(void *context, const char *text)
{
	FAIL(context, text);
}

static void set_cpu(unsigned int cpu)
{
	host_cpu_id = cpu;
}

KTEST(frame_long, random_operations)
{
	const char *wanted = getenv("FRAME_STEPS");
	const uint64_t steps = wanted ? strtoull(wanted, NULL, 0) : 10000000;

	rig.random = test_random;
	rig.fail = test_fail;
	rig.set_cpu = set_cpu;
	rig.context = t;
	for (uint64_t step = 0; step < steps && !rig.failed;) {
		const uint64_t length = 1 + ktest_random_below(t, 40000);

		rig_init(&rig);
		for (uint64_t i = 0; i < length && !rig.failed; i++)
			rig_step(&rig);
		rig_check_stats(&rig);
		if (ktest_random_below(t, 4) == 0)
			rig_exhaust(&rig);
		rig_free_all(&rig);
		step += length;
	}
	host_cpu_id = 0;
}
