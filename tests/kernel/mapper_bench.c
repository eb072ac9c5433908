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
#include "../bench/nothing.h"

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

typedef int map_function(struct space *space, virt_addr_t address, phys_addr_t physical,
			 uint64_t size, struct attributes attributes, struct conflict *conflict);

static inline int map_with(map_function *function, uint64_t first, uint64_t count)
{
	return function(space, page(first), phys_addr(PHYSICAL + first * FRAME_SIZE),
			count * FRAME_SIZE, read_write, NULL);
}

static inline int map(uint64_t first, uint64_t count)
{
	return map_with(mapper_map, first, count);
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

KBENCH(mapper, map_page)
{
	make_tables(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, map_with(mapper_map, i, 1));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, map_with(nothing_map, i, 1));
}

/* A full batch is another matter: here one is started, uncounted, for each counted operation. */
#define FOR_EACH_PAGE_COUNTED(b, count, operation)                                                 \
	for (uint64_t i = 0; i < NR_PAGES; i++) {                                                  \
		tlb_batch_finish(&batch);                                                          \
		kbench_start(b);                                                                   \
		check((b), (operation));                                                           \
		kbench_stop((b), (count));                                                         \
	}

KBENCH(mapper, unmap_page)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(b, &b->full, mapper_unmap(space, page(i), FRAME_SIZE, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->empty, nothing_unmap(space, page(i), FRAME_SIZE, &batch));
	b->nr_operations = NR_PAGES;
}

KBENCH(mapper, protect_page)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(b, &b->full,
			      mapper_protect(space, page(i), FRAME_SIZE, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->empty,
			      nothing_protect(space, page(i), FRAME_SIZE, read_only, &batch, NULL));
	tlb_batch_finish(&batch);
	b->nr_operations = NR_PAGES;
}

KBENCH(mapper, translate_address)
{
	phys_addr_t physical;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate_address(space, page(i), &physical));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate_address(space, page(i), &physical));
}

KBENCH(mapper, translate)
{
	struct translation translation;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate(space, page(i), &translation));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate(space, page(i), &translation));
}

/* One operation on a range is counted as it is, with its call. */
#define COUNT_ONCE(b, operations, operation)                                                       \
	do {                                                                                       \
		kbench_start(b);                                                                   \
		check((b), (operation));                                                           \
		kbench_stop((b), &(b)->full);                                                      \
		(b)->nr_operations = (operations);                                                 \
	} while (0)

/* Per leaf. */
KBENCH(mapper, map_range_tables_exist)
{
	make_tables(b);
	COUNT_ONCE(b, NR_LEAVES, map(0, NR_LEAVES));
}

/* The whole: 4096 leaves in 8 leaf tables, and the 2 tables above. */
KBENCH(mapper, map_range_fresh_tables)
{
	reset();
	COUNT_ONCE(b, 1, map(0, RANGE / FRAME_SIZE));
}

KBENCH(mapper, unmap_range_tables_freed)
{
	reset();
	check(b, map(0, RANGE / FRAME_SIZE));
	COUNT_ONCE(b, 1, mapper_unmap(space, page(0), RANGE, &batch));
	tlb_batch_finish(&batch);
}

KBENCH(mapper, unmap_range_tables_stay)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES, mapper_unmap(space, page(0), NR_LEAVES * FRAME_SIZE, &batch));
	tlb_batch_finish(&batch);
}

KBENCH(mapper, protect_range)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES,
		   mapper_protect(space, page(0), NR_LEAVES * FRAME_SIZE, read_only, &batch, NULL));
	tlb_batch_finish(&batch);
}

/* The whole: 1024 leaves of 1 GiB in 2 tables. */
KBENCH(mapper, map_aligned_1_tib)
{
	reset();
	COUNT_ONCE(
		b, 1,
		mapper_map(space, virt_addr(TIB(16)), phys_addr(TIB(1)), TIB(1), read_write, NULL));
}
