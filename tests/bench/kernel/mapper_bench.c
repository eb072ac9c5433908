/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks of the mapper, a suite for each access method. Single pages are in tables that exist;
 * the invalidations after unmap and protect are not counted. The spaces have the CPU's levels and
 * largest pages (bench_rig.h). same_work_bench.c has rows for each size of pages and each order.
 * tests/bench/test_icount.py has the limits.
 */
#include <kernel/units.h>
#include <mercator/cursor.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

#include "../nothing.h"
#include "bench_rig.h"

#define NR_PAGES  256
#define NR_SPARSE 16
#define NR_LEAVES 504 /* of a range whose tables exist: most of one table */
#define BASE      UINT64_C(0x0000123440000000) /* aligned to 1 GiB */
#define RANGE     MIB(16)

/* One page off the alignment of BASE, so that a range cannot use huge pages. */
#define PHYSICAL UINT64_C(0x0000000100001000)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

static struct mc_space *const space = &rig_space.space;
static struct mc_tlb_batch batch;

static inline void check(struct kbench_run *b, int error)
{
	rig_check(b, error);
}

static inline mc_virt_addr_t page(uint64_t i)
{
	return mc_virt_addr(BASE + i * MC_FRAME_SIZE);
}

typedef int map_function(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
			 uint64_t size, struct mc_attributes attributes,
			 struct mc_conflict *conflict);

static inline int map_with(map_function *function, uint64_t first, uint64_t count)
{
	return function(space, page(first), mc_phys_addr(PHYSICAL + first * MC_FRAME_SIZE),
			count * MC_FRAME_SIZE, read_write, NULL);
}

static inline int map(uint64_t first, uint64_t count)
{
	return map_with(mc_mapper_map, first, count);
}

static void reset(void)
{
	rig_reset();
	mc_tlb_batch_begin(&batch, space);
}

/* The tables that lead to BASE, kept by the last page of the leaf table. */
static void make_tables(struct kbench_run *b)
{
	reset();
	check(b, map(MC_PT_ENTRIES - 1, 1));
}

static void make_pages(struct kbench_run *b)
{
	make_tables(b);
	check(b, map(0, NR_LEAVES));
}

static void map_page(struct kbench_run *b)
{
	make_tables(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, map_with(mc_mapper_map, i, 1));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, map_with(nothing_map, i, 1));
}

/* A new batch, not counted, for each counted operation, so that it is never full. */
#define FOR_EACH_PAGE_COUNTED(b, count, operation)                                                 \
	for (uint64_t i = 0; i < NR_PAGES; i++) {                                                  \
		mc_tlb_batch_finish(&batch);                                                       \
		kbench_start(b);                                                                   \
		check((b), (operation));                                                           \
		kbench_stop((b), (count));                                                         \
	}

static void unmap_page(struct kbench_run *b)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(b, &b->full, mc_mapper_unmap(space, page(i), MC_FRAME_SIZE, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->empty, nothing_unmap(space, page(i), MC_FRAME_SIZE, &batch));
	b->nr_operations = NR_PAGES;
}

static void protect_page(struct kbench_run *b)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(
		b, &b->full,
		mc_mapper_protect(space, page(i), MC_FRAME_SIZE, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(
		b, &b->empty,
		nothing_protect(space, page(i), MC_FRAME_SIZE, read_only, &batch, NULL));
	mc_tlb_batch_finish(&batch);
	b->nr_operations = NR_PAGES;
}

static void translate_address(struct kbench_run *b)
{
	mc_phys_addr_t physical;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_mapper_translate_address(space, page(i), &physical));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate_address(space, page(i), &physical));
}

static void translate(struct kbench_run *b)
{
	struct mc_translation translation;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_mapper_translate(space, page(i), &translation));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate(space, page(i), &translation));
}

/* Through a cursor, page beside page. */
static struct mc_cursor cursor;

static void cursor_map_page(struct kbench_run *b)
{
	make_tables(b);
	check(b, mc_cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * MC_FRAME_SIZE));
	/* The first finds the table. */
	check(b, mc_cursor_map(&cursor, 1, mc_phys_addr(0), read_write, NULL));
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_cursor_map(&cursor, 1, mc_phys_addr(PHYSICAL + i * MC_FRAME_SIZE),
				       read_write, NULL));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_cursor_map(&cursor, 1, mc_phys_addr(PHYSICAL + i * MC_FRAME_SIZE),
					    read_write, NULL));
	mc_cursor_close(&cursor);
}

static void cursor_unmap_page(struct kbench_run *b)
{
	make_pages(b);
	check(b, mc_cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * MC_FRAME_SIZE));
	check(b, mc_cursor_unmap(&cursor, 1, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->full, mc_cursor_unmap(&cursor, 1, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->empty, nothing_cursor_unmap(&cursor, 1, &batch));
	b->nr_operations = NR_PAGES;
	mc_cursor_close(&cursor);
}

static void cursor_protect_page(struct kbench_run *b)
{
	make_pages(b);
	check(b, mc_cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * MC_FRAME_SIZE));
	check(b, mc_cursor_protect(&cursor, 1, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->full, mc_cursor_protect(&cursor, 1, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->empty,
			      nothing_cursor_protect(&cursor, 1, read_only, &batch, NULL));
	mc_tlb_batch_finish(&batch);
	b->nr_operations = NR_PAGES;
	mc_cursor_close(&cursor);
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
static void map_range_tables_exist(struct kbench_run *b)
{
	make_tables(b);
	COUNT_ONCE(b, NR_LEAVES, map(0, NR_LEAVES));
}

/* The whole: 4096 leaves in 8 leaf tables, and the 2 tables above. */
static void map_range_fresh_tables(struct kbench_run *b)
{
	reset();
	COUNT_ONCE(b, 1, map(0, RANGE / MC_FRAME_SIZE));
}

static void unmap_range_tables_freed(struct kbench_run *b)
{
	reset();
	check(b, map(0, RANGE / MC_FRAME_SIZE));
	COUNT_ONCE(b, 1, mc_mapper_unmap(space, page(0), RANGE, &batch));
	mc_tlb_batch_finish(&batch);
}

static void unmap_range_tables_stay(struct kbench_run *b)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES,
		   mc_mapper_unmap(space, page(0), NR_LEAVES * MC_FRAME_SIZE, &batch));
	mc_tlb_batch_finish(&batch);
}

static void protect_range(struct kbench_run *b)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES,
		   mc_mapper_protect(space, page(0), NR_LEAVES * MC_FRAME_SIZE, read_only, &batch,
				     NULL));
	mc_tlb_batch_finish(&batch);
}

/* The whole: 1024 leaves of 1 GiB in 2 tables. */
static void map_aligned_1_tib(struct kbench_run *b)
{
	reset();
	/* The addresses are not used, so the CPU need not have such pages. */
	space->largest_leaf = 3;
	COUNT_ONCE(b, 1,
		   mc_mapper_map(space, mc_virt_addr(TIB(16)), mc_phys_addr(TIB(1)), TIB(1),
				 read_write, NULL));
}

/* Far from each other: a leaf table each, which is made, and freed with its page. */
static inline int map_sparse(map_function *function, uint64_t i)
{
	return map_with(function, (i + 1) * MC_PT_ENTRIES, 1);
}

static void map_sparse_page(struct kbench_run *b)
{
	make_tables(b);
	KBENCH_LOOP (b, i, NR_SPARSE)
		check(b, map_sparse(mc_mapper_map, i));
	KBENCH_EMPTY_LOOP (b, i, NR_SPARSE)
		check(b, map_sparse(nothing_map, i));
}

static void unmap_sparse_page(struct kbench_run *b)
{
	make_tables(b);
	for (uint64_t i = 0; i < NR_SPARSE; i++)
		check(b, map_sparse(mc_mapper_map, i));
	for (uint64_t i = 0; i < NR_SPARSE; i++) {
		mc_tlb_batch_finish(&batch);
		kbench_start(b);
		check(b,
		      mc_mapper_unmap(space, page((i + 1) * MC_PT_ENTRIES), MC_FRAME_SIZE, &batch));
		kbench_stop(b, &b->full);
	}
	mc_tlb_batch_finish(&batch);
	b->nr_operations = NR_SPARSE;
}

/* 4096 leaves of 4 KiB in 8 leaf tables; not the kernel half, which the active space alone has. */
static int count_leaf(void *context, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	uint64_t *count = context;

	(void)address;
	(void)level;
	(void)entry;
	++*count;
	return 0;
}

static void visit_16_mib(struct kbench_run *b)
{
	uint64_t count = 0;

	reset();
	check(b, map(0, RANGE / MC_FRAME_SIZE));
	COUNT_ONCE(b, 1,
		   mc_mapper_visit(space, page(0), RANGE, MC_VISIT_PAGES, count_leaf, &count));
	if (count != RANGE / MC_FRAME_SIZE)
		b->failed = "leaves are missing";
}

#define BENCH_ROW(suite, measure, row)                                                             \
	KBENCH(suite, row)                                                                         \
	{                                                                                          \
		measure(b, row);                                                                   \
	}
#define BENCH_METHOD(suite, measure)                                                               \
	BENCH_ROW(suite, measure, map_page)                                                        \
	BENCH_ROW(suite, measure, unmap_page)                                                      \
	BENCH_ROW(suite, measure, protect_page)                                                    \
	BENCH_ROW(suite, measure, translate_address)                                               \
	BENCH_ROW(suite, measure, translate)                                                       \
	BENCH_ROW(suite, measure, cursor_map_page)                                                 \
	BENCH_ROW(suite, measure, cursor_unmap_page)                                               \
	BENCH_ROW(suite, measure, cursor_protect_page)                                             \
	BENCH_ROW(suite, measure, map_range_tables_exist)                                          \
	BENCH_ROW(suite, measure, map_range_fresh_tables)                                          \
	BENCH_ROW(suite, measure, unmap_range_tables_freed)                                        \
	BENCH_ROW(suite, measure, unmap_range_tables_stay)                                         \
	BENCH_ROW(suite, measure, protect_range)                                                   \
	BENCH_ROW(suite, measure, map_aligned_1_tib)                                               \
	BENCH_ROW(suite, measure, map_sparse_page)                                                 \
	BENCH_ROW(suite, measure, unmap_sparse_page)                                               \
	BENCH_ROW(suite, measure, visit_16_mib)

#ifdef CONFIG_MAPPER_OFFSET
BENCH_METHOD(offset, rig_by_offset)
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
BENCH_METHOD(recursive, rig_by_recursion)
#endif
#ifdef CONFIG_GENERIC_TESTS
BENCH_METHOD(generic, rig_by_function)
BENCH_METHOD(temporary, rig_by_temporary_page)
#endif

/* Any frame's bytes: another space's table, a buffer for DMA. */
#ifdef CONFIG_PHYSMAP
KBENCH(offset, read_frame)
{
	const mc_pfn_t first = rig_first_frame();

	KBENCH_LOOP (b, i, RIG_FRAMES)
		(void)*(volatile uint64_t *)mc_physmap_pointer(mc_phys_of_pfn(first + i));
}
#endif
#ifdef CONFIG_GENERIC_TESTS
static void read_by_function(struct kbench_run *b)
{
	const mc_pfn_t first = rig_first_frame();
	const struct mc_root *root = &space->root;

	reset();
	KBENCH_LOOP (b, i, RIG_FRAMES)
		(void)*(volatile uint64_t *)root->pointer_to(root->pointer_context,
							     mc_phys_of_pfn(first + i));
}

KBENCH(generic, read_frame)
{
	rig_by_function(b, read_by_function);
}
#endif
KBENCH(temporary, read_frame)
{
	const mc_pfn_t first = rig_first_frame();

	KBENCH_LOOP (b, i, RIG_FRAMES)
		(void)*(volatile uint64_t *)mc_temp_page_map(first + i);
	mc_temp_page_unmap();
}
