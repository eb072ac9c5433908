/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks of address spaces, a suite for each access method: what it costs to create one, to
 * switch, to work on one that is not active, and to destroy it. The kernel half is the kernel's
 * own, the frames come from an array. The rows of single pages compare with those of
 * mapper_bench.c. Instruction counts do not include the TLB misses after CR3 was loaded.
 */
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/kbench.h>
#include <kernel/units.h>
#include <mercator/mapper.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

#include "../nothing.h"

#define NR_FRAMES 40
#define NR_TURNS  16
#define NR_PAGES  256
#define BASE      UINT64_C(0x0000123440000000) /* aligned to 1 GiB */
#define RANGE     MIB(16)

/* One page off the alignment of BASE, so that a range cannot use huge pages. */
#define PHYSICAL UINT64_C(0x0000000100001000)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };

/* In the image, so their physical addresses are known. */
static uint8_t memory[NR_FRAMES][MC_FRAME_SIZE] __attribute__((aligned(MC_FRAME_SIZE)));
static mc_pfn_t free_frames[NR_FRAMES];
static size_t nr_free;

static struct mc_space spaces[2];
static struct mc_tlb_batch batch;

static int allocate(void *context, mc_pfn_t *frame)
{
	(void)context;
	if (!nr_free)
		return MC_ERR_NO_MEMORY;
	*frame = free_frames[--nr_free];
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	free_frames[nr_free++] = frame;
}

static const struct mc_frame_source source = { allocate, release, NULL };

#ifdef CONFIG_GENERIC_TESTS
/* For the generic method: the least that a function can do. */
static void *pointer_to(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return mc_physmap_pointer(frame);
}
#endif

/* And through the temporary page. */
static void *temporary(void *context, mc_phys_addr_t frame)
{
	(void)context;
	return mc_temp_page_map(mc_phys_pfn(frame));
}

static inline void check(struct kbench_run *b, int error)
{
	if (error)
		b->failed = mc_error_name(error);
}

static inline mc_virt_addr_t page(uint64_t i)
{
	return mc_virt_addr(BASE + i * MC_FRAME_SIZE);
}

typedef int map_function(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
			 uint64_t size, struct mc_attributes attributes,
			 struct mc_conflict *conflict);

static inline int map_with(map_function *function, struct mc_space *space, uint64_t first,
			   uint64_t count)
{
	return function(space, page(first), mc_phys_addr(PHYSICAL + first * MC_FRAME_SIZE),
			count * MC_FRAME_SIZE, read_write, NULL);
}

static void make(struct kbench_run *b, struct mc_space *space)
{
	check(b, mc_space_create(space, kernel_space()));
}

static void destroy(struct kbench_run *b, struct mc_space *space)
{
	check(b, mc_space_destroy(space));
}

/* With the tables that lead to BASE, which the last page of the leaf table keeps. */
static void make_with_tables(struct kbench_run *b, struct mc_space *space)
{
	make(b, space);
	check(b, map_with(mc_mapper_map, space, MC_PT_ENTRIES - 1, 1));
}

/* Take the second slot from its owner. */
static void free_second_slot(struct kbench_run *b)
{
	check(b, mc_space_activate(&spaces[1]));
	check(b, mc_space_activate(kernel_space()));
}

#define COUNT(b, operation)                                                                        \
	do {                                                                                       \
		kbench_start(b);                                                                   \
		check((b), (operation));                                                           \
		kbench_stop((b), &(b)->full);                                                      \
		(b)->nr_operations++;                                                              \
	} while (0)

static void create(struct kbench_run *b)
{
	for (unsigned int i = 0; i < NR_TURNS; i++) {
		COUNT(b, mc_space_create(&spaces[0], kernel_space()));
		destroy(b, &spaces[0]);
	}
}

static void destroy_empty(struct kbench_run *b)
{
	for (unsigned int i = 0; i < NR_TURNS; i++) {
		make(b, &spaces[0]);
		COUNT(b, mc_space_destroy(&spaces[0]));
	}
}

/* 4096 leaves of 4 KiB in 8 leaf tables, and the 2 tables above. */
static void destroy_16_mib(struct kbench_run *b)
{
	for (unsigned int i = 0; i < NR_TURNS; i++) {
		make(b, &spaces[0]);
		check(b, map_with(mc_mapper_map, &spaces[0], 0, RANGE / MC_FRAME_SIZE));
		COUNT(b, mc_space_destroy(&spaces[0]));
	}
}

static void activate(struct kbench_run *b)
{
	make(b, &spaces[0]);
	make(b, &spaces[1]);
	for (unsigned int i = 0; i < NR_TURNS; i++)
		COUNT(b, mc_space_activate(&spaces[i % 2]));
	check(b, mc_space_activate(kernel_space()));
	destroy(b, &spaces[0]);
	destroy(b, &spaces[1]);
}

/* No other space was used since the active one was activated. */
static void inactive_first_map_page(struct kbench_run *b)
{
	make_with_tables(b, &spaces[0]);
	make(b, &spaces[1]);
	for (unsigned int i = 0; i < NR_TURNS; i++) {
		free_second_slot(b);
		COUNT(b, map_with(mc_mapper_map, &spaces[0], i, 1));
	}
	destroy(b, &spaces[0]);
	destroy(b, &spaces[1]);
}

/* Two are used alternately. */
static void inactive_map_page_by_turns(struct kbench_run *b)
{
	make_with_tables(b, &spaces[0]);
	make_with_tables(b, &spaces[1]);
	for (unsigned int i = 0; i < NR_TURNS; i++)
		COUNT(b, map_with(mc_mapper_map, &spaces[i % 2], i, 1));
	destroy(b, &spaces[0]);
	destroy(b, &spaces[1]);
}

static void inactive_map_page(struct kbench_run *b)
{
	make_with_tables(b, &spaces[0]);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, map_with(mc_mapper_map, &spaces[0], i, 1));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, map_with(nothing_map, &spaces[0], i, 1));
	destroy(b, &spaces[0]);
}

static void inactive_unmap_page(struct kbench_run *b)
{
	make_with_tables(b, &spaces[0]);
	check(b, map_with(mc_mapper_map, &spaces[0], 0, NR_PAGES));
	mc_tlb_batch_begin(&batch, &spaces[0]);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_mapper_unmap(&spaces[0], page(i), MC_FRAME_SIZE, &batch));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_unmap(&spaces[0], page(i), MC_FRAME_SIZE, &batch));
	mc_tlb_batch_finish(&batch);
	destroy(b, &spaces[0]);
}

static void inactive_protect_page(struct kbench_run *b)
{
	const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

	make_with_tables(b, &spaces[0]);
	check(b, map_with(mc_mapper_map, &spaces[0], 0, NR_PAGES));
	mc_tlb_batch_begin(&batch, &spaces[0]);
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_mapper_protect(&spaces[0], page(i), MC_FRAME_SIZE, read_only, &batch,
					   NULL));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b,
		      nothing_protect(&spaces[0], page(i), MC_FRAME_SIZE, read_only, &batch, NULL));
	mc_tlb_batch_finish(&batch);
	destroy(b, &spaces[0]);
}

static void inactive_translate_address(struct kbench_run *b)
{
	mc_phys_addr_t physical;

	make_with_tables(b, &spaces[0]);
	check(b, map_with(mc_mapper_map, &spaces[0], 0, NR_PAGES));
	KBENCH_LOOP (b, i, NR_PAGES)
		check(b, mc_mapper_translate_address(&spaces[0], page(i), &physical));
	KBENCH_EMPTY_LOOP (b, i, NR_PAGES)
		check(b, nothing_translate_address(&spaces[0], page(i), &physical));
	destroy(b, &spaces[0]);
}

static void inactive_map_16_mib(struct kbench_run *b)
{
	make(b, &spaces[0]);
	COUNT(b, map_with(mc_mapper_map, &spaces[0], 0, RANGE / MC_FRAME_SIZE));
	destroy(b, &spaces[0]);
}

static void measure(struct kbench_run *b, enum mc_access_method method,
		    void *(*function)(void *context, mc_phys_addr_t frame),
		    void (*operation)(struct kbench_run *b))
{
	const mc_pfn_t first = ((uint64_t)(uintptr_t)memory - KERNEL_BASE) >> MC_FRAME_SHIFT;
	struct mc_space *kernel = kernel_space();
	const struct mc_frame_source *kernel_frames = kernel->frames;
	const struct mc_root root = kernel->root;

	check(b, mc_space_share_kernel_half(kernel));
	nr_free = 0;
	for (mc_pfn_t frame = first; frame < first + NR_FRAMES; frame++)
		release(NULL, frame);
	kernel->root.method = method;
	kernel->root.pointer_to = function;
	kernel->root.pointers_are_brief = function == temporary;
	kernel->root.table_pointer =
		function && function != temporary ? function(NULL, kernel->root.table) : NULL;
	kernel->frames = &source;
	operation(b);
	if (nr_free != NR_FRAMES && !b->failed)
		b->failed = "frames are missing";
	kernel->root = root;
	kernel->frames = kernel_frames;
	mc_temp_page_unmap();
}

#define BENCH_ROW(suite, method, function, row)                                                    \
	KBENCH(suite, row)                                                                         \
	{                                                                                          \
		measure(b, method, function, row);                                                 \
	}
#define BENCH_METHOD(suite, method, function)                                                      \
	BENCH_ROW(suite, method, function, create)                                                 \
	BENCH_ROW(suite, method, function, activate)                                               \
	BENCH_ROW(suite, method, function, inactive_first_map_page)                                \
	BENCH_ROW(suite, method, function, inactive_map_page_by_turns)                             \
	BENCH_ROW(suite, method, function, inactive_map_page)                                      \
	BENCH_ROW(suite, method, function, inactive_unmap_page)                                    \
	BENCH_ROW(suite, method, function, inactive_protect_page)                                  \
	BENCH_ROW(suite, method, function, inactive_translate_address)                             \
	BENCH_ROW(suite, method, function, inactive_map_16_mib)                                    \
	BENCH_ROW(suite, method, function, destroy_empty)                                          \
	BENCH_ROW(suite, method, function, destroy_16_mib)

#ifdef CONFIG_MAPPER_OFFSET
BENCH_METHOD(space_offset, MC_ACCESS_OFFSET, NULL)
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
BENCH_METHOD(space_recursive, MC_ACCESS_RECURSIVE, NULL)
#endif
#ifdef CONFIG_GENERIC_TESTS
BENCH_METHOD(space_generic, MC_ACCESS_GENERIC, pointer_to)
BENCH_METHOD(space_temporary, MC_ACCESS_GENERIC, temporary)
#endif
