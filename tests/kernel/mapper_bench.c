/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper" of the benchmarks: what the mapper's operations cost with 4 levels. Single pages
 * stand in tables that exist; what is unmapped or protected is invalidated outside of what is
 * counted. tests/bench/test_icount.py knows the limits.
 */
#include <mercator/kbench.h>
#include <mercator/layout.h>
#include <mercator/mapper.h>

#include "../bench/bench_space.h"

#define NR_FRAMES 16
#define NR_PAGES  256
#define NR_LEAVES 504 /* of a range whose tables exist: most of one table */
#define BASE      UINT64_C(0x0000123440000000) /* aligned to 1 GiB */
#define RANGE     MIB(16)

/* One page off the alignment of BASE, so that a range cannot use huge pages. */
#define PHYSICAL UINT64_C(0x0000000100001000)

static const struct attributes read_write = { .rights = RIGHT_READ | RIGHT_WRITE };
static const struct attributes read_only = { .rights = RIGHT_READ };

/* In the image, so their physical addresses are known. */
static uint8_t memory[NR_FRAMES][FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));
static pfn_t room[NR_FRAMES];
static struct bench_space bench;
static struct space *const space = &bench.space;
static struct tlb_batch batch;

static inline void check(struct kbench_run *b, int error)
{
	if (error)
		b->failed = error_name(error);
}

static inline virt_addr_t page(uint64_t i)
{
	return virt_addr(BASE + i * FRAME_SIZE);
}

static inline int map(uint64_t first, uint64_t count)
{
	return mapper_map(space, page(first), phys_addr(PHYSICAL + first * FRAME_SIZE),
			  count * FRAME_SIZE, read_write, NULL);
}

static void reset(void)
{
	bench_space_init(&bench, ((uint64_t)(uintptr_t)memory - KERNEL_BASE) >> FRAME_SHIFT,
			 NR_FRAMES, room);
	tlb_batch_begin(&batch, space);
}

/* The tables that lead to BASE, kept by the last page of the leaf table. */
static void make_tables(struct kbench_run *b)
{
	reset();
	check(b, map(PT_ENTRIES - 1, 1));
}

static void make_pages(struct kbench_run *b)
{
	make_tables(b);
	check(b, map(0, NR_LEAVES));
}

/* Full batches are another matter: one is finished, uncounted, before each counted operation. */
static void start_with_empty_batch(struct kbench_run *b)
{
	tlb_batch_finish(&batch);
	kbench_start(b);
}

static void stop_one(struct kbench_run *b)
{
	kbench_stop(b);
	b->nr_operations++;
}

KBENCH(mapper, map_page)
{
	make_tables(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, map(i, 1));
}

KBENCH(mapper, unmap_page)
{
	make_pages(b);
	for (uint64_t i = 0; i < NR_PAGES; i++) {
		start_with_empty_batch(b);
		check(b, mapper_unmap(space, page(i), FRAME_SIZE, &batch));
		stop_one(b);
	}
	tlb_batch_finish(&batch);
}

KBENCH(mapper, protect_page)
{
	make_pages(b);
	for (uint64_t i = 0; i < NR_PAGES; i++) {
		start_with_empty_batch(b);
		check(b, mapper_protect(space, page(i), FRAME_SIZE, read_only, &batch, NULL));
		stop_one(b);
	}
	tlb_batch_finish(&batch);
}

KBENCH(mapper, translate_address)
{
	phys_addr_t physical;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate_address(space, page(i), &physical));
}

KBENCH(mapper, translate)
{
	struct translation translation;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate(space, page(i), &translation));
}

/* Per leaf. */
KBENCH(mapper, map_range_tables_exist)
{
	make_tables(b);
	kbench_start(b);
	check(b, map(0, NR_LEAVES));
	kbench_stop(b);
	b->nr_operations = NR_LEAVES;
}

/* The whole: 4096 leaves in 8 leaf tables, and the 2 tables above. */
KBENCH(mapper, map_range_fresh_tables)
{
	reset();
	kbench_start(b);
	check(b, map(0, RANGE / FRAME_SIZE));
	kbench_stop(b);
	b->nr_operations = 1;
}

KBENCH(mapper, unmap_range_tables_freed)
{
	reset();
	check(b, map(0, RANGE / FRAME_SIZE));
	start_with_empty_batch(b);
	check(b, mapper_unmap(space, page(0), RANGE, &batch));
	stop_one(b);
	tlb_batch_finish(&batch);
}

KBENCH(mapper, protect_range)
{
	make_pages(b);
	start_with_empty_batch(b);
	check(b, mapper_protect(space, page(0), NR_LEAVES * FRAME_SIZE, read_only, &batch, NULL));
	kbench_stop(b);
	b->nr_operations = NR_LEAVES;
	tlb_batch_finish(&batch);
}

/* The whole: 1024 leaves of 1 GiB in 2 tables. */
KBENCH(mapper, map_aligned_1_tib)
{
	reset();
	kbench_start(b);
	check(b,
	      mapper_map(space, virt_addr(TIB(16)), phys_addr(TIB(1)), TIB(1), read_write, NULL));
	kbench_stop(b);
	b->nr_operations = 1;
}
