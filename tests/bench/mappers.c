/* SPDX-License-Identifier: MIT */
/*
 * What the mapper costs on the host, against the limit loops of limit_mapper.h. Each loop works on
 * 1 GiB in pages of 4 KiB and starts from the same tables as its limit loop.
 *
 *	usage: bench-mappers [JSON]
 *
 * Exit status: 0 measured, whatever the result; 1 the JSON could not be written.
 */
#include <stdlib.h>

#include <mercator/cursor.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>
#include <mercator/spinlock.h>

#include "access_inline.h"
#include "limit_mapper.h"
#include "measure.h"

#define NR_PAGES  262144
#define NR_TABLES (NR_PAGES / MC_PT_ENTRIES)
#define NR_FRAMES (NR_TABLES + 8)
#define BASE      UINT64_C(0x0000123440000000) /* aligned to 1 GiB */

/* One page off the alignment of BASE, so that a range cannot use huge pages. */
#define PHYSICAL UINT64_C(0x0000000100001000)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

static struct bench_space bench;
static struct mc_space *const space = &bench.space;
static enum mc_access_method method;
static mc_pfn_t room[NR_FRAMES];
static uint64_t shuffled[NR_PAGES]; /* every page's address, in random order */

/* The machine: physical memory is one block, whose address is known in main(). No TLB. */
uint64_t host_physmap_base;

void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	(void)address;
}

struct mc_root mc_active_root(void)
{
	return (struct mc_root){ 0 };
}

void mc_tlb_load_root(mc_phys_addr_t root)
{
	(void)root;
}

void mc_tlb_flush_all(void)
{
}

void mc_cpu_relax(void)
{
}

/* The recursive method is built in, but not measured here: there is no MMU. */
void *mc_own_pointer(mc_virt_addr_t address)
{
	(void)address;
	return NULL;
}

static void must(int error)
{
	if (error) {
		fprintf(stderr, "bench-mappers: %s\n", mc_error_name(error));
		abort();
	}
}

static uint64_t page(size_t i)
{
	return BASE + i * MC_FRAME_SIZE;
}

static void reset(void)
{
	bench_space_init(&bench, method, mc_virt_ptr(mc_virt_addr(host_physmap_base)), 0, NR_FRAMES,
			 room);
}

/* Set-ups: both sides start from tables that the mapper has made. */
static void map_all(void)
{
	reset();
	must(mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(PHYSICAL),
			   NR_PAGES * MC_FRAME_SIZE, read_write, NULL));
}

/* All tables, each with its first page only. */
static void map_first_pages(void)
{
	reset();
	for (size_t i = 0; i < NR_PAGES; i += MC_PT_ENTRIES)
		must(mc_mapper_map(space, mc_virt_addr(page(i)), mc_phys_addr(PHYSICAL),
				   MC_FRAME_SIZE, read_write, NULL));
}

/* Loops. A statement's nanoseconds, per page or per `count`. */
#define TIMED(count, statement)                                                                    \
	do {                                                                                       \
		const uint64_t timed_start = bench_now_ns();                                       \
                                                                                                   \
		statement;                                                                         \
		return (double)(bench_now_ns() - timed_start) / (double)(count);                   \
	} while (0)

static void map_each(void)
{
	for (size_t i = 0; i < NR_PAGES; i++)
		must(mc_mapper_map(space, mc_virt_addr(page(i)),
				   mc_phys_addr(PHYSICAL + i * MC_FRAME_SIZE), MC_FRAME_SIZE,
				   read_write, NULL));
}

static double map_one_by_one(void)
{
	reset();
	TIMED(NR_PAGES, map_each());
}

static void map_each_by_cursor(void)
{
	struct mc_cursor cursor;

	must(mc_cursor_open(&cursor, space, mc_virt_addr(BASE), NR_PAGES * MC_FRAME_SIZE));
	for (size_t i = 0; i < NR_PAGES; i++)
		must(mc_cursor_map(&cursor, 1, mc_phys_addr(PHYSICAL + i * MC_FRAME_SIZE),
				   read_write, NULL));
	mc_cursor_close(&cursor);
}

static double map_by_cursor(void)
{
	reset();
	TIMED(NR_PAGES, map_each_by_cursor());
}

static void limit_map_each(void)
{
	const uint64_t bits = mc_pt_leaf_bits(read_write, 1);

	for (size_t i = 0; i < NR_PAGES; i++)
		must(limit_map(&bench, page(i), (PHYSICAL + i * MC_FRAME_SIZE) | bits));
}

static double limit_map_one_by_one(void)
{
	reset();
	TIMED(NR_PAGES, limit_map_each());
}

static void map_shuffled(void)
{
	for (size_t i = 0; i < NR_PAGES; i++)
		if (shuffled[i] / MC_FRAME_SIZE % MC_PT_ENTRIES)
			must(mc_mapper_map(space, mc_virt_addr(shuffled[i]), mc_phys_addr(PHYSICAL),
					   MC_FRAME_SIZE, read_write, NULL));
}

static double map_random(void)
{
	map_first_pages();
	TIMED(NR_PAGES, map_shuffled());
}

static void limit_map_shuffled(void)
{
	const uint64_t bits = mc_pt_leaf_bits(read_write, 1);

	for (size_t i = 0; i < NR_PAGES; i++)
		if (shuffled[i] / MC_FRAME_SIZE % MC_PT_ENTRIES)
			must(limit_map(&bench, shuffled[i], PHYSICAL | bits));
}

static double limit_map_random(void)
{
	map_first_pages();
	TIMED(NR_PAGES, limit_map_shuffled());
}

static double map_range(void)
{
	reset();
	TIMED(NR_PAGES, must(mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(PHYSICAL),
					   NR_PAGES * MC_FRAME_SIZE, read_write, NULL)));
}

static double limit_map_as_range(void)
{
	const uint64_t bits = mc_pt_leaf_bits(read_write, 1);

	reset();
	TIMED(NR_PAGES, must(limit_map_range(&bench, BASE, PHYSICAL | bits, NR_PAGES)));
}

static void unmap_each(size_t step)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	for (size_t i = 0; i < NR_PAGES; i += step)
		must(mc_mapper_unmap(space, mc_virt_addr(page(i)), MC_FRAME_SIZE, &batch));
	mc_tlb_batch_finish(&batch);
}

static double unmap_one_by_one(void)
{
	map_all();
	TIMED(NR_PAGES, unmap_each(1));
}

static void unmap_each_by_cursor(void)
{
	struct mc_tlb_batch batch;
	struct mc_cursor cursor;

	mc_tlb_batch_begin(&batch, space);
	must(mc_cursor_open(&cursor, space, mc_virt_addr(BASE), NR_PAGES * MC_FRAME_SIZE));
	for (size_t i = 0; i < NR_PAGES; i++)
		must(mc_cursor_unmap(&cursor, 1, &batch));
	mc_cursor_close(&cursor);
	mc_tlb_batch_finish(&batch);
}

static double unmap_by_cursor(void)
{
	map_all();
	TIMED(NR_PAGES, unmap_each_by_cursor());
}

static void limit_unmap_each(void)
{
	for (size_t i = 0; i < NR_PAGES; i++)
		must(limit_unmap(&bench, page(i)));
}

static double limit_unmap_one_by_one(void)
{
	map_all();
	TIMED(NR_PAGES, limit_unmap_each());
}

static void unmap_all(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	must(mc_mapper_unmap(space, mc_virt_addr(BASE), NR_PAGES * MC_FRAME_SIZE, &batch));
	mc_tlb_batch_finish(&batch);
}

static double unmap_range(void)
{
	map_all();
	TIMED(NR_PAGES, unmap_all());
}

static double limit_unmap_as_range(void)
{
	map_all();
	TIMED(NR_PAGES, limit_unmap_range(&bench, BASE, NR_PAGES));
}

static double free_tables(void)
{
	map_first_pages();
	TIMED(NR_TABLES, unmap_each(MC_PT_ENTRIES));
}

static void limit_free_each(void)
{
	for (size_t i = 0; i < NR_PAGES; i += MC_PT_ENTRIES)
		must(limit_unmap_and_scan(&bench, page(i)));
}

static double limit_free_tables(void)
{
	map_first_pages();
	TIMED(NR_TABLES, limit_free_each());
}

/* Translating: the sum of what comes out keeps the compiler from dropping it. */
static volatile uint64_t sink;

static void translate_each(void)
{
	mc_phys_addr_t physical;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(mc_mapper_translate_address(space, mc_virt_addr(page(i)), &physical));
		sum += mc_phys_raw(physical);
	}
	sink = sum;
}

static void translate_shuffled(void)
{
	mc_phys_addr_t physical;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(mc_mapper_translate_address(space, mc_virt_addr(shuffled[i]), &physical));
		sum += mc_phys_raw(physical);
	}
	sink = sum;
}

static void translate_each_fully(void)
{
	struct mc_translation translation;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(mc_mapper_translate(space, mc_virt_addr(page(i)), &translation));
		sum += mc_phys_raw(translation.address) +
		       mc_translation_has(translation, MC_RIGHT_WRITE);
	}
	sink = sum;
}

static void translate_shuffled_fully(void)
{
	struct mc_translation translation;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(mc_mapper_translate(space, mc_virt_addr(shuffled[i]), &translation));
		sum += mc_phys_raw(translation.address) +
		       mc_translation_has(translation, MC_RIGHT_WRITE);
	}
	sink = sum;
}

static void limit_translate_each(void)
{
	uint64_t physical, sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(limit_translate(&bench, page(i), &physical));
		sum += physical;
	}
	sink = sum;
}

static void limit_translate_shuffled(void)
{
	uint64_t physical, sum = 0;

	for (size_t i = 0; i < NR_PAGES; i++) {
		must(limit_translate(&bench, shuffled[i], &physical));
		sum += physical;
	}
	sink = sum;
}

/* The tables do not change, so one measurement has many rounds. */
#define TRANSLATE_ROUNDS 4

#define TRANSLATE_LOOP(name, each)                                                                 \
	static void name##_rounds(void)                                                            \
	{                                                                                          \
		for (unsigned int i = 0; i < TRANSLATE_ROUNDS; i++)                                \
			each();                                                                    \
	}                                                                                          \
	static double name(void)                                                                   \
	{                                                                                          \
		TIMED(TRANSLATE_ROUNDS *NR_PAGES, name##_rounds());                                \
	}

TRANSLATE_LOOP(translate_sequential, translate_each)
TRANSLATE_LOOP(translate_random, translate_shuffled)
TRANSLATE_LOOP(translate_fully_sequential, translate_each_fully)
TRANSLATE_LOOP(translate_fully_random, translate_shuffled_fully)
TRANSLATE_LOOP(limit_translate_sequential, limit_translate_each)
TRANSLATE_LOOP(limit_translate_random, limit_translate_shuffled)

static void protect_each(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	for (size_t i = 0; i < NR_PAGES; i++)
		must(mc_mapper_protect(space, mc_virt_addr(page(i)), MC_FRAME_SIZE, read_only,
				       &batch, NULL));
	mc_tlb_batch_finish(&batch);
}

static double protect_one_by_one(void)
{
	map_all();
	TIMED(NR_PAGES, protect_each());
}

static void protect_each_by_cursor(void)
{
	struct mc_tlb_batch batch;
	struct mc_cursor cursor;

	mc_tlb_batch_begin(&batch, space);
	must(mc_cursor_open(&cursor, space, mc_virt_addr(BASE), NR_PAGES * MC_FRAME_SIZE));
	for (size_t i = 0; i < NR_PAGES; i++)
		must(mc_cursor_protect(&cursor, 1, read_only, &batch, NULL));
	mc_cursor_close(&cursor);
	mc_tlb_batch_finish(&batch);
}

static double protect_by_cursor(void)
{
	map_all();
	TIMED(NR_PAGES, protect_each_by_cursor());
}

static void limit_protect_each(void)
{
	const uint64_t bits = mc_pt_leaf_bits(read_only, 1);

	for (size_t i = 0; i < NR_PAGES; i++)
		must(limit_protect(&bench, page(i), bits));
}

static double limit_protect_one_by_one(void)
{
	map_all();
	TIMED(NR_PAGES, limit_protect_each());
}

static void protect_all(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	must(mc_mapper_protect(space, mc_virt_addr(BASE), NR_PAGES * MC_FRAME_SIZE, read_only,
			       &batch, NULL));
	mc_tlb_batch_finish(&batch);
}

static double protect_range(void)
{
	map_all();
	TIMED(NR_PAGES, protect_all());
}

static double limit_protect_as_range(void)
{
	const uint64_t bits = mc_pt_leaf_bits(read_only, 1);

	map_all();
	TIMED(NR_PAGES, must(limit_protect_range(&bench, BASE, NR_PAGES, bits)));
}

/* The same by another method, each against offset. The generic one goes through its pointer. */
static double by_pointer(bench_loop loop)
{
	double result;

	method = MC_ACCESS_GENERIC;
	result = loop();
	method = MC_ACCESS_OFFSET;
	return result;
}

static double map_by_pointer(void)
{
	return by_pointer(map_one_by_one);
}

static double unmap_by_pointer(void)
{
	return by_pointer(unmap_one_by_one);
}

static double translate_after_map(void)
{
	map_all();
	return translate_sequential();
}

static double translate_by_pointer(void)
{
	return by_pointer(translate_after_map);
}

/* An instance whose function is inlined, against the offset method's: both are called directly. */
#define DIRECT_LOOPS(instance, map_by, unmap_by, translate_address_by)                             \
	static void map_each_##instance(void)                                                      \
	{                                                                                          \
		for (size_t i = 0; i < NR_PAGES; i++)                                              \
			must(map_by(space, mc_virt_addr(page(i)),                                  \
				    mc_phys_addr(PHYSICAL + i * MC_FRAME_SIZE), MC_FRAME_SIZE,     \
				    read_write, NULL));                                            \
	}                                                                                          \
	static double map_##instance(void)                                                         \
	{                                                                                          \
		reset();                                                                           \
		TIMED(NR_PAGES, map_each_##instance());                                            \
	}                                                                                          \
	static void unmap_each_##instance(void)                                                    \
	{                                                                                          \
		struct mc_tlb_batch batch;                                                         \
                                                                                                   \
		mc_tlb_batch_begin(&batch, space);                                                 \
		for (size_t i = 0; i < NR_PAGES; i++)                                              \
			must(unmap_by(space, mc_virt_addr(page(i)), MC_FRAME_SIZE, &batch));       \
		mc_tlb_batch_finish(&batch);                                                       \
	}                                                                                          \
	static double unmap_##instance(void)                                                       \
	{                                                                                          \
		map_all();                                                                         \
		TIMED(NR_PAGES, unmap_each_##instance());                                          \
	}                                                                                          \
	static void translate_each_##instance(void)                                                \
	{                                                                                          \
		mc_phys_addr_t physical;                                                           \
		uint64_t sum = 0;                                                                  \
                                                                                                   \
		for (size_t i = 0; i < NR_PAGES; i++) {                                            \
			must(translate_address_by(space, mc_virt_addr(page(i)), &physical));       \
			sum += mc_phys_raw(physical);                                              \
		}                                                                                  \
		sink = sum;                                                                        \
	}                                                                                          \
	TRANSLATE_LOOP(translate_##instance, translate_each_##instance)

DIRECT_LOOPS(offset, offset_map_4, offset_unmap_4, offset_translate_address_4)
DIRECT_LOOPS(inline, inline_map, inline_unmap, inline_translate_address)

/* The additional cost of each operation with several CPUs. */
static void take_locks(void)
{
	static struct mc_spinlock lock;

	for (size_t i = 0; i < NR_PAGES; i++) {
		mc_spin_lock(&lock);
		mc_spin_unlock(&lock);
	}
}

static double lock_and_unlock(void)
{
	TIMED(NR_PAGES, take_locks());
}

static void shuffle_pages(void)
{
	uint64_t random = 1;

	for (size_t i = 0; i < NR_PAGES; i++)
		shuffled[i] = page(i);
	for (size_t i = NR_PAGES; i > 1; i--) {
		uint64_t swap = shuffled[i - 1], *other;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		other = &shuffled[random % i];
		shuffled[i - 1] = *other;
		*other = swap;
	}
}

static void compare_with_limits(void)
{
	bench_compare("map 4 KiB one by one", map_one_by_one, limit_map_one_by_one, 2.2);
	bench_compare("map 4 KiB through a cursor", map_by_cursor, limit_map_one_by_one, 1.5);
	bench_compare("map 4 KiB at random, tables exist", map_random, limit_map_random, 0);
	bench_compare("map 4 KiB pages as a range", map_range, limit_map_as_range, 1.25);
	bench_compare("unmap one by one", unmap_one_by_one, limit_unmap_one_by_one, 2.2);
	bench_compare("unmap through a cursor", unmap_by_cursor, limit_unmap_one_by_one, 0);
	bench_compare("unmap as a range, tables freed", unmap_range, limit_unmap_as_range, 2);
	bench_compare("free a table with its last page (limit: scan)", free_tables,
		      limit_free_tables, 1);
	map_all();
	bench_compare("translate to address, sequential", translate_sequential,
		      limit_translate_sequential, 1.15);
	bench_compare("translate to address, random", translate_random, limit_translate_random,
		      1.15);
	bench_compare("translate fully, sequential", translate_fully_sequential,
		      limit_translate_sequential, 2);
	bench_compare("translate fully, random", translate_fully_random, limit_translate_random, 2);
	bench_compare("protect one by one", protect_one_by_one, limit_protect_one_by_one, 2);
	bench_compare("protect through a cursor", protect_by_cursor, limit_protect_one_by_one, 0);
	bench_compare("protect as a range", protect_range, limit_protect_as_range, 2);
}

static void compare_methods(void)
{
	bench_compare("inlined function (limit: offset): map", map_inline, map_offset, 1.1);
	bench_compare("inlined function (limit: offset): unmap", unmap_inline, unmap_offset, 1.1);
	map_all();
	bench_compare("inlined function (limit: offset): translate", translate_inline,
		      translate_offset, 1.1);
	bench_compare("function pointer (limit: offset): map", map_by_pointer, map_one_by_one, 2.5);
	bench_compare("function pointer (limit: offset): unmap", unmap_by_pointer, unmap_one_by_one,
		      2.5);
	bench_compare("function pointer (limit: offset): translate", translate_by_pointer,
		      translate_after_map, 2.5);
}

int main(int argc, char **argv)
{
	void *memory = aligned_alloc(MC_FRAME_SIZE, NR_FRAMES * MC_FRAME_SIZE);

	if (!memory)
		abort();
	host_physmap_base = inline_offset = (uint64_t)(uintptr_t)memory;
	mc_physmap_set_reach(NR_FRAMES * MC_FRAME_SIZE);
	shuffle_pages();
	bench_heading();
	compare_with_limits();
	compare_methods();
	bench_compare("a space's lock, where there are more CPUs", lock_and_unlock, NULL, 0);
	printf("%u targets missed\n", bench_missed());
	if (argc > 1 && !bench_write_json(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	free(memory);
	return 0;
}
