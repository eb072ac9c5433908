/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_threads": threads as CPUs that change one space at the same time, each its own pages,
 * which share tables with everybody's. What a thread has done must stay as it is, the counts of live
 * entries must come out even, and under ThreadSanitizer each access to a table must be ordered by the
 * space's lock, but for the walks, which take none. A program of its own: this machine has no TLB.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/cursor.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#define NR_THREADS 3
#define NR_FRAMES  64
#define PER_TABLE  (MC_PT_ENTRIES - 1) /* the last page of each table is an anchor */
#define NR_PAGES   (2 * PER_TABLE)     /* a thread's every NR_THREADS-th */
#define BASE       UINT64_C(0x0000123440000000)
#define OWN(id)    (BASE + GIB(1) + MIB(2) * (id)) /* a leaf table that comes and goes */

uint64_t host_physmap_base;

static uint8_t memory[NR_FRAMES][MC_FRAME_SIZE] __attribute__((aligned(MC_FRAME_SIZE)));
static struct mc_space space;

/* A source that several CPUs use: a batch releases without the space's lock. */
static struct {
	pthread_mutex_t mutex;
	mc_pfn_t free[NR_FRAMES];
	unsigned int nr_free;
} frames = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct worker {
	pthread_t thread;
	unsigned int id;
	uint64_t random;
	bool is_mapped[NR_PAGES]; /* its own pages */
	unsigned int nr_wrong;
};

void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	(void)address;
}

void mc_tlb_flush_all(void)
{
}

/* No space is active: neither of these is called. */
void mc_tlb_load_root(mc_phys_addr_t root)
{
	(void)root;
	abort();
}

struct mc_root mc_active_root(void)
{
	abort();
}

void *mc_own_pointer(mc_virt_addr_t address)
{
	(void)address;
	abort();
}

static int allocate(void *context, mc_pfn_t *frame)
{
	int error = MC_ERR_NO_MEMORY;

	(void)context;
	pthread_mutex_lock(&frames.mutex);
	if (frames.nr_free) {
		*frame = frames.free[--frames.nr_free];
		error = 0;
	}
	pthread_mutex_unlock(&frames.mutex);
	return error;
}

static void release(void *context, mc_pfn_t frame)
{
	(void)context;
	pthread_mutex_lock(&frames.mutex);
	frames.free[frames.nr_free++] = frame;
	pthread_mutex_unlock(&frames.mutex);
}

static const struct mc_frame_source source = { .allocate = allocate, .release = release };
static const struct mc_attributes read_write = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						 MC_MEMORY_WRITE_BACK };
static const struct mc_attributes read_only = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };

static void start_space(void)
{
	host_physmap_base = (uint64_t)(uintptr_t)memory;
	mc_physmap_set_reach(sizeof(memory));
	memset(memory, 0, sizeof(memory));
	frames.nr_free = 0;
	for (mc_pfn_t frame = NR_FRAMES - 1; frame > 0; frame--)
		release(NULL, frame);
	space = (struct mc_space){
		.root = { .levels = 4, .method = MC_ACCESS_OFFSET },
		.frames = &source,
		.largest_leaf = 3,
		.physical_limit = TIB(256),
		.recursive_slot = MC_SPACE_NOT_RECURSIVE,
	};
}

static uint64_t pick(struct worker *worker, uint64_t bound)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return worker->random % bound;
}

static mc_virt_addr_t page(uint64_t i)
{
	return mc_virt_addr(BASE + i / PER_TABLE * MIB(2) + i % PER_TABLE * MC_FRAME_SIZE);
}

/* Where a page leads, if anywhere, depends on the page alone. */
static mc_phys_addr_t target(uint64_t i)
{
	return mc_phys_addr(GIB(7) + i * MC_FRAME_SIZE);
}

static void unmap(struct worker *worker, mc_virt_addr_t address)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, &space);
	worker->nr_wrong += mc_mapper_unmap(&space, address, MC_FRAME_SIZE, &batch) != 0;
	mc_tlb_batch_finish(&batch);
}

static void protect(struct worker *worker, uint64_t i)
{
	const struct mc_attributes attributes = pick(worker, 2) ? read_only : read_write;
	struct mc_tlb_batch batch;
	int error, want = worker->is_mapped[i] ? 0 : MC_ERR_NOT_FOUND;

	mc_tlb_batch_begin(&batch, &space);
	error = mc_mapper_protect(&space, page(i), MC_FRAME_SIZE, attributes, &batch, NULL);
	worker->nr_wrong += error != want;
	mc_tlb_batch_finish(&batch);
}

/* A page of anybody's: if it leads anywhere, then there; the thread's own, as it left it. */
static void translate(struct worker *worker, uint64_t i)
{
	mc_phys_addr_t physical;
	int error = mc_mapper_translate_address(&space, page(i), &physical);

	worker->nr_wrong += !error && mc_phys_raw(physical) != mc_phys_raw(target(i));
	if (i % NR_THREADS == worker->id)
		worker->nr_wrong += !error != worker->is_mapped[i];
}

/* The leaf table is made and freed each time. */
static void come_and_go(struct worker *worker)
{
	mc_virt_addr_t address = mc_virt_addr(OWN(worker->id));
	mc_phys_addr_t physical;

	worker->nr_wrong += mc_mapper_map(&space, address, mc_phys_addr(0), MC_FRAME_SIZE,
					  read_write, NULL) != 0;
	worker->nr_wrong += mc_mapper_translate_address(&space, address, &physical) != 0;
	unmap(worker, address);
}

/* The thread's own pages among the next few, those of others passed over. */
static void map_by_cursor(struct worker *worker, uint64_t first)
{
	struct mc_cursor cursor;

	worker->nr_wrong += mc_cursor_open(&cursor, &space, mc_virt_addr(BASE), MIB(4)) != 0;
	for (uint64_t i = first; i < first + 8 * NR_THREADS && i < NR_PAGES; i += NR_THREADS) {
		int want = worker->is_mapped[i] ? MC_ERR_EXISTS : 0;

		worker->nr_wrong += mc_cursor_seek(&cursor, page(i)) != 0;
		worker->nr_wrong += mc_cursor_map(&cursor, 1, target(i), read_write, NULL) != want;
		worker->is_mapped[i] = true;
	}
	mc_cursor_close(&cursor);
}

static void *work(void *context)
{
	struct worker *worker = context;

	host_cpu_id = worker->id;
	for (unsigned int round = 0; round < 20000; round++) {
		uint64_t i = pick(worker, NR_PAGES / NR_THREADS) * NR_THREADS + worker->id;
		bool was_mapped = worker->is_mapped[i];
		int error;

		switch (pick(worker, 6)) {
		case 0:
			error = mc_mapper_map(&space, page(i), target(i), MC_FRAME_SIZE, read_write,
					      NULL);
			worker->nr_wrong += error != (was_mapped ? MC_ERR_EXISTS : 0);
			worker->is_mapped[i] = true;
			break;
		case 1:
			unmap(worker, page(i));
			worker->is_mapped[i] = false;
			break;
		case 2: protect(worker, i); break;
		case 3: come_and_go(worker); break;
		case 4: map_by_cursor(worker, i); break;
		default: translate(worker, pick(worker, NR_PAGES));
		}
	}
	return NULL;
}

static int map_one(uint64_t address)
{
	return mc_mapper_map(&space, mc_virt_addr(address), mc_phys_addr(0), MC_FRAME_SIZE,
			     read_write, NULL);
}

/* So that no table goes while others walk through it: nobody waits for them here. */
static int map_anchors(void)
{
	int error = map_one(BASE + PER_TABLE * MC_FRAME_SIZE);

	if (!error)
		error = map_one(BASE + MIB(2) + PER_TABLE * MC_FRAME_SIZE);
	if (!error)
		error = map_one(OWN(NR_THREADS));
	return error;
}

KTEST(mapper_threads, one_space_changed_by_all_at_once)
{
	static struct worker workers[NR_THREADS];
	struct mc_tlb_batch batch;

	start_space();
	ASSERT_EQ(t, map_anchors(), 0);
	for (unsigned int id = 0; id < NR_THREADS; id++) {
		workers[id] = (struct worker){ .id = id, .random = ktest_random(t) | 1 };
		ASSERT_EQ(t, pthread_create(&workers[id].thread, NULL, work, &workers[id]), 0);
	}
	for (unsigned int id = 0; id < NR_THREADS; id++) {
		ASSERT_EQ(t, pthread_join(workers[id].thread, NULL), 0);
		EXPECT_EQ(t, workers[id].nr_wrong, 0);
	}

	/* Had a count of live entries gone wrong, tables would stay, or have gone too early. */
	mc_tlb_batch_begin(&batch, &space);
	ASSERT_EQ(t, mc_mapper_unmap(&space, mc_virt_addr(BASE), GIB(2), &batch), 0);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, space.nr_tables, 0);
	EXPECT_EQ(t, frames.nr_free, NR_FRAMES - 1);
}
