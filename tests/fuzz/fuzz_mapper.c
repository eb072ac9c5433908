/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes as operations on an address space, by any access method, on pages of any size,
 * on ranges and through cursors, with frames that run out, against the model of the random tests
 * (../mm/mapper_world.h) and the host's machine, which watches the TLB. The bytes are the test's
 * random numbers: as many as the bound needs for each, little end first, taken modulo the bound.
 */
#include <string.h>

#include <kernel/units.h>

#include "../machine/machine.h"
#include "../machine/mmu.h"
#include "../mm/mapper_world.h"
#include "fuzz.h"

#define STEPS_MAX 24

uint64_t machine_seed = 1;
unsigned int machine_operations;
bool machine_window_is_memory;

static struct world world;

static struct {
	const uint8_t *data;
	size_t size;
} input;

/* Past the end all numbers are 0. */
uint64_t ktest_random_below(struct ktest_run *t, uint64_t bound)
{
	uint64_t value = 0;

	(void)t;
	for (uint64_t room = bound - 1, shift = 0; room && input.size; room >>= 8, shift += 8) {
		value |= (uint64_t)*input.data++ << shift;
		input.size--;
	}
	return value % bound;
}

bool ktest_expect(struct ktest_run *t, bool ok, const char *file, int line, const char *text)
{
	(void)t;
	if (!ok) {
		fprintf(stderr, "%s:%d: %s\n", file, line, text);
		abort();
	}
	return true;
}

bool ktest_expect_eq(struct ktest_run *t, uint64_t got, uint64_t want, const char *file, int line,
		     const char *text)
{
	if (got != want)
		fprintf(stderr, "%#lx, not %#lx\n", got, want);
	return ktest_expect(t, got == want, file, line, text);
}

bool ktest_expect_str(struct ktest_run *t, const char *got, const char *want, const char *file,
		      int line, const char *text)
{
	const bool equal = got && want ? strcmp(got, want) == 0 : got == want;

	if (!equal)
		fprintf(stderr, "\"%s\", not \"%s\"\n", got ? got : "", want ? want : "");
	return ktest_expect(t, equal, file, line, text);
}

const struct ktest *ktest_current(void)
{
	return NULL;
}

/* Across boundaries of every level that there is, and at the edges of the halves. */
static const uint64_t bases[] = {
	GIB(512) - 512 * KIB(4),        GIB(512) - 512 * MIB(2),      GIB(7) - MIB(3), 0,
	TIB(128) - WORLD_UNITS *GIB(1), UINT64_C(0xffff800000000000),
};

static bool start(struct ktest_run *t)
{
	static const enum mc_access_method methods[] = { MC_ACCESS_OFFSET, MC_ACCESS_RECURSIVE,
							 MC_ACCESS_GENERIC };
	const struct world_way way = {
		.method = methods[ktest_random_below(t, ARRAY_SIZE(methods))],
		.is_inactive = ktest_random_below(t, 4) == 0,
	};
	const unsigned int levels = 4 + (unsigned int)ktest_random_below(t, 2);
	const unsigned int unit_level = 1 + (unsigned int)ktest_random_below(t, 3);
	uint64_t base = bases[ktest_random_below(t, ARRAY_SIZE(bases))];

	/* With 5 levels, the kernel is in all of the last root entry. */
	if (levels == 5 && base >> 63)
		base = UINT64_C(0xff00000000000000);
	return world_start(&world, way, levels, unit_level,
			   align_down(base, mc_pt_span(unit_level)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ktest_run t = { 0 };

	input.data = data;
	input.size = size;
	mmu_seed(1);
	if (!start(&t))
		return 0;
	for (unsigned int i = 0; input.size && i < STEPS_MAX; i++)
		world_step(&t, &world);
	world_finish_batch(&world);
	FUZZ_CHECK_NULL(fixture_audit(&world.fixture));
	FUZZ_CHECK(mc_mapper_unmap(world.space, world_address(&world, 0),
				   WORLD_UNITS * world.unit_size, &world.batch) == 0);
	world_finish_batch(&world);
	FUZZ_CHECK_NULL(fixture_audit(&world.fixture));
	fixture_finish(&world.fixture);
	return 0;
}
