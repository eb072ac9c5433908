/* SPDX-License-Identifier: MIT */
/*
 * The same work (same_work.h) by every method on the host, in nanoseconds, against the limit loops
 * (limit_mapper.h) on the same frames. The machine is that of claims/world.h: its tables are
 * scattered over 16 GiB. It has no MMU: the recursive and temporary methods find their windows'
 * pages by a walk in software, so their figures show growth, not cost.
 *
 *	usage: methods JSON LEVELS
 */
#define _GNU_SOURCE /* asprintf() */
#include <stdlib.h>
#include <string.h>

#include <kernel/units.h>

#include "access_inline.h"
#include "claims/world.h"
#include "limit_mapper.h"
#include "measure.h"

#define NR_TABLES 128
#define NR_FRAMES WORK_FRAMES(NR_TABLES + 1)

static const struct work_functions work_by_inline = {
	.map = inline_map,
	.unmap = inline_unmap,
	.unmap_last = inline_unmap,
	.protect = inline_protect,
	.translate = inline_translate_address,
	.visit = inline_visit,
};

static const struct method {
	const char *name;
	enum mc_access_method access;
	const struct work_functions *functions;
	void (*go)(void);   /* set the generic method up; may be NULL */
	const char *window; /* what stands in for the MMU */
} methods[] = {
	{ "offset", MC_ACCESS_OFFSET, &work_by_mapper, NULL, NULL },
	{ "recursive", MC_ACCESS_RECURSIVE, &work_by_mapper, NULL, "walked in software" },
	{ "inline", MC_ACCESS_OFFSET, &work_by_inline, NULL, NULL },
	{ "generic", MC_ACCESS_GENERIC, &work_by_mapper, world_go_by_pointer, NULL },
	{ "temporary", MC_ACCESS_GENERIC, &work_by_mapper, world_go_by_temp_page,
	  "walked in software" },
};

#define WORK_ROW(operation, shape, size)                                                           \
	{ #operation "_" #size "_" #shape, { WORK_##operation, WORK_##shape, WORK_##size } },
static const struct {
	const char *name;
	struct work work;
} rows[] = { SAME_WORK(WORK_ROW) };

static const struct method *method;
static const struct work *work;
static unsigned int nr_levels;

/* The frames that both sides use, and the limit loops' own space. */
static mc_pfn_t frames[NR_FRAMES], room[NR_FRAMES];
static struct bench_space limit;

static void reset_limit(void)
{
	bench_space_init(&limit, MC_ACCESS_OFFSET, world_memory(frames[0] << MC_FRAME_SHIFT),
			 frames[0], NR_FRAMES, room);
	limit.space.root.levels = nr_levels;
	memcpy(room, frames + 1, sizeof(frames) - sizeof(*frames));
}

static double timed(struct work_bench *bench, const struct work_functions *functions)
{
	uint64_t start;

	work_prepare(bench, work, functions);
	start = bench_now_ns();
	work_do(bench, work, functions);
	start = bench_now_ns() - start;
	must(bench->error);
	return (double)start / (double)work_pages(bench, work);
}

static double by_method(void)
{
	struct work_bench bench = { &world_kernel, NR_TABLES, NR_TABLES, 0 };
	const double result = timed(&bench, method->functions);

	work_clear(&bench, work);
	must(bench.error);
	return result;
}

static double by_limit(void)
{
	struct work_bench bench = { &limit.space, NR_TABLES, NR_TABLES, 0 };
	double result;

	reset_limit();
	result = timed(&bench, limit_work(nr_levels, work->level));
	reset_limit();
	return result;
}

static const char *row_name(const char *what)
{
	char *name;

	if (asprintf(&name, "%s.%s", method->name, what) < 0)
		abort();
	return name; /* the row keeps it */
}

static void measure(void)
{
	world_start(nr_levels, 3, method->access);
	inline_offset = (uint64_t)(uintptr_t)world_memory(0);
	if (method->go)
		method->go();
	world_kernel.physical_limit = TIB(256);
	for (size_t i = 0; i < NR_FRAMES; i++)
		must(world_kernel.frames->allocate(NULL, &frames[i]));
	reset_limit();
	world_kernel.frames = &limit.source;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		work = &rows[i].work;
		bench_compare(row_name(rows[i].name), by_method, by_limit, 0);
	}
	if (method->window)
		bench_text(row_name("window"), method->window);
}

int main(int argc, char **argv)
{
	nr_levels = argc == 3 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	if (nr_levels != 4 && nr_levels != 5) {
		fprintf(stderr, "usage: methods JSON LEVELS\n");
		return 1;
	}
	bench_heading();
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		method = &methods[i];
		measure();
	}
	if (!bench_write_json(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
