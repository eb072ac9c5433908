/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks of the mapper, a suite for each access method. Single pages stand in tables that exist;
 * what is unmapped or protected is invalidated outside of what is counted. The spaces have 4 levels;
 * the recursive method's must be the active one, and has as many as the CPU.
 * tests/bench/test_icount.py knows the limits.
 */
#include <arch/active_root.h>
#include <mercator/cursor.h>
#include <mercator/frame_access.h>
#include <mercator/kbench.h>
#include <mercator/layout.h>

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

static enum access_method method;

/* Run on the benchmarks' space: it borrows the kernel's half of the root, all but the slot. */
static void activate(void)
{
	const struct root kernel = active_root();
	const pt_entry_t *kernel_entries = frame_access(phys_pfn(kernel.table));
	pt_entry_t *entries = (pt_entry_t *)memory[0];

	for (unsigned int i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		entries[i] = kernel_entries[i];
#ifdef CONFIG_RECURSIVE
	space->recursive_slot = CONFIG_RECURSIVE_SLOT;
	entries[CONFIG_RECURSIVE_SLOT].raw = phys_raw(space->root.table) | PT_RECURSIVE_FLAGS;
#endif
	space->root.levels = kernel.levels;
	write_cr3(phys_raw(space->root.table));
}

static void reset(void)
{
	bench_space_init(&bench, method, memory,
			 ((uint64_t)(uintptr_t)memory - KERNEL_BASE) >> FRAME_SHIFT, NR_FRAMES,
			 room);
	if (method == ACCESS_RECURSIVE)
		activate();
	tlb_batch_begin(&batch, space);
}

static void measure(struct kbench_run *b, enum access_method wanted,
		    void (*operation)(struct kbench_run *b))
{
	const uint64_t kernel_root = read_cr3();

	method = wanted;
	operation(b);
	if (wanted == ACCESS_RECURSIVE)
		write_cr3(kernel_root);
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

static void map_page(struct kbench_run *b)
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

static void unmap_page(struct kbench_run *b)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(b, &b->full, mapper_unmap(space, page(i), FRAME_SIZE, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->empty, nothing_unmap(space, page(i), FRAME_SIZE, &batch));
	b->nr_operations = NR_PAGES;
}

static void protect_page(struct kbench_run *b)
{
	make_pages(b);
	FOR_EACH_PAGE_COUNTED(b, &b->full,
			      mapper_protect(space, page(i), FRAME_SIZE, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->empty,
			      nothing_protect(space, page(i), FRAME_SIZE, read_only, &batch, NULL));
	tlb_batch_finish(&batch);
	b->nr_operations = NR_PAGES;
}

static void translate_address(struct kbench_run *b)
{
	phys_addr_t physical;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate_address(space, page(i), &physical));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate_address(space, page(i), &physical));
}

static void translate(struct kbench_run *b)
{
	struct translation translation;

	make_pages(b);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mapper_translate(space, page(i), &translation));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate(space, page(i), &translation));
}

/* Through a cursor, page beside page. */
static struct cursor cursor;

static void cursor_map_page(struct kbench_run *b)
{
	make_tables(b);
	check(b, cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * FRAME_SIZE));
	/* The first finds the table. */
	check(b, cursor_map(&cursor, 1, phys_addr(0), read_write, NULL));
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, cursor_map(&cursor, 1, phys_addr(PHYSICAL + i * FRAME_SIZE), read_write,
				    NULL));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_cursor_map(&cursor, 1, phys_addr(PHYSICAL + i * FRAME_SIZE),
					    read_write, NULL));
	cursor_close(&cursor);
}

static void cursor_unmap_page(struct kbench_run *b)
{
	make_pages(b);
	check(b, cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * FRAME_SIZE));
	check(b, cursor_unmap(&cursor, 1, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->full, cursor_unmap(&cursor, 1, &batch));
	FOR_EACH_PAGE_COUNTED(b, &b->empty, nothing_cursor_unmap(&cursor, 1, &batch));
	b->nr_operations = NR_PAGES;
	cursor_close(&cursor);
}

static void cursor_protect_page(struct kbench_run *b)
{
	make_pages(b);
	check(b, cursor_open(&cursor, space, page(0), (NR_PAGES + 1) * FRAME_SIZE));
	check(b, cursor_protect(&cursor, 1, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->full, cursor_protect(&cursor, 1, read_only, &batch, NULL));
	FOR_EACH_PAGE_COUNTED(b, &b->empty,
			      nothing_cursor_protect(&cursor, 1, read_only, &batch, NULL));
	tlb_batch_finish(&batch);
	b->nr_operations = NR_PAGES;
	cursor_close(&cursor);
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
	COUNT_ONCE(b, 1, map(0, RANGE / FRAME_SIZE));
}

static void unmap_range_tables_freed(struct kbench_run *b)
{
	reset();
	check(b, map(0, RANGE / FRAME_SIZE));
	COUNT_ONCE(b, 1, mapper_unmap(space, page(0), RANGE, &batch));
	tlb_batch_finish(&batch);
}

static void unmap_range_tables_stay(struct kbench_run *b)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES, mapper_unmap(space, page(0), NR_LEAVES * FRAME_SIZE, &batch));
	tlb_batch_finish(&batch);
}

static void protect_range(struct kbench_run *b)
{
	make_pages(b);
	COUNT_ONCE(b, NR_LEAVES,
		   mapper_protect(space, page(0), NR_LEAVES * FRAME_SIZE, read_only, &batch, NULL));
	tlb_batch_finish(&batch);
}

/* The whole: 1024 leaves of 1 GiB in 2 tables. */
static void map_aligned_1_tib(struct kbench_run *b)
{
	reset();
	COUNT_ONCE(
		b, 1,
		mapper_map(space, virt_addr(TIB(16)), phys_addr(TIB(1)), TIB(1), read_write, NULL));
}

#define BENCH_METHOD(suite, method_)                                                               \
	KBENCH(suite, map_page)                                                                    \
	{                                                                                          \
		measure(b, method_, map_page);                                                     \
	}                                                                                          \
	KBENCH(suite, unmap_page)                                                                  \
	{                                                                                          \
		measure(b, method_, unmap_page);                                                   \
	}                                                                                          \
	KBENCH(suite, protect_page)                                                                \
	{                                                                                          \
		measure(b, method_, protect_page);                                                 \
	}                                                                                          \
	KBENCH(suite, translate_address)                                                           \
	{                                                                                          \
		measure(b, method_, translate_address);                                            \
	}                                                                                          \
	KBENCH(suite, translate)                                                                   \
	{                                                                                          \
		measure(b, method_, translate);                                                    \
	}                                                                                          \
	KBENCH(suite, cursor_map_page)                                                             \
	{                                                                                          \
		measure(b, method_, cursor_map_page);                                              \
	}                                                                                          \
	KBENCH(suite, cursor_unmap_page)                                                           \
	{                                                                                          \
		measure(b, method_, cursor_unmap_page);                                            \
	}                                                                                          \
	KBENCH(suite, cursor_protect_page)                                                         \
	{                                                                                          \
		measure(b, method_, cursor_protect_page);                                          \
	}                                                                                          \
	KBENCH(suite, map_range_tables_exist)                                                      \
	{                                                                                          \
		measure(b, method_, map_range_tables_exist);                                       \
	}                                                                                          \
	KBENCH(suite, map_range_fresh_tables)                                                      \
	{                                                                                          \
		measure(b, method_, map_range_fresh_tables);                                       \
	}                                                                                          \
	KBENCH(suite, unmap_range_tables_freed)                                                    \
	{                                                                                          \
		measure(b, method_, unmap_range_tables_freed);                                     \
	}                                                                                          \
	KBENCH(suite, unmap_range_tables_stay)                                                     \
	{                                                                                          \
		measure(b, method_, unmap_range_tables_stay);                                      \
	}                                                                                          \
	KBENCH(suite, protect_range)                                                               \
	{                                                                                          \
		measure(b, method_, protect_range);                                                \
	}                                                                                          \
	KBENCH(suite, map_aligned_1_tib)                                                           \
	{                                                                                          \
		measure(b, method_, map_aligned_1_tib);                                            \
	}

#ifdef CONFIG_MAPPER_OFFSET
BENCH_METHOD(offset, ACCESS_OFFSET)
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
BENCH_METHOD(recursive, ACCESS_RECURSIVE)
#endif
#ifdef CONFIG_MAPPER_GENERIC
BENCH_METHOD(generic, ACCESS_GENERIC)
#endif
