/* SPDX-License-Identifier: MIT */
/*
 * The kernel's pool of frames (kernel/memory.h). The largest range holds the metadata of all. Page
 * tables that are built before the pool is up come from the largest range that the stub's tables
 * reach. Usually, that is the same one:
 *
 *	| ... | first frames | metadata of all ranges | other frames ...
 *	  in the pool	       not in the pool		in the pool
 *
 * Then early frames are the first ones, so that little memory is touched at start; when these are
 * used up, those after the metadata.
 */
#include <arch/cpu_features.h>
#include <kernel/address_space.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

static struct mc_frame_pool pool;
static struct mc_frame_cpu cpus[MC_NR_CPUS];
static bool pool_is_up;

/* A cache line, so that ranges' metadata do not share one. */
#define METADATA_ALIGN 64

/* How much more metadata a range can need, at most, when it is split in two. */
#define SPLIT_ROOM (4 * METADATA_ALIGN)

/* Frames below this are left to devices that cannot reach others. */
#define DMA_END (MIB(16) / MC_FRAME_SIZE)

/* Enough for most machines: a quarter of a MiB. */
#define FIRST_FRAMES 64

/* Where the metadata are, and the index of their usable range. */
static struct {
	size_t index;
	mc_pfn_t start, end;
} home;

/* Frames taken before the pool is up: those below `next`, except the metadata. */
static struct {
	size_t index;
	mc_pfn_t start, next, end;
} early;

struct mc_frame_pool *kernel_frames(void)
{
	return &pool;
}

static void on_misuse(int error, mc_pfn_t pfn, unsigned int order)
{
	panic("freeing frame %#lx, order %u: %s", pfn, order, mc_error_name(error));
}

/* The frames of a usable range below a bound. */
static struct pfn_range span_below(const struct mc_memmap_range *range, uint64_t reach)
{
	const uint64_t end = range->end < reach ? range->end : reach;

	if (end <= range->start)
		return (struct pfn_range){ 0, 0 };
	return (struct pfn_range){ range->start / MC_FRAME_SIZE, end / MC_FRAME_SIZE };
}

static uint64_t metadata_room(struct pfn_range span)
{
	return align_up(mc_frame_metadata_size(span.start, span.end), METADATA_ALIGN);
}

/* The range with most frames below a bound. */
static size_t largest_below(uint64_t reach)
{
	size_t count, largest = 0;
	const struct mc_memmap_range *ranges = memory_ranges(&count);

	for (size_t i = 1; i < count; i++) {
		const struct pfn_range span = span_below(&ranges[i], reach);
		const struct pfn_range best = span_below(&ranges[largest], reach);

		if (span.end - span.start > best.end - best.start)
			largest = i;
	}
	return largest;
}

/* The end of the pool's memory: its metadata must be mapped, and so must its frames. */
static uint64_t pool_reach(void)
{
	return IS_ENABLED(CONFIG_PHYSMAP) ? PHYSMAP_SIZE : UINT64_MAX;
}

static uint64_t room_for_all(void)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_allocatable(&count);
	uint64_t room = SPLIT_ROOM;

	for (size_t i = 0; i < count; i++)
		room += metadata_room(span_below(&ranges[i], pool_reach()));
	return room;
}

/* Where to take frames in a range: above DMA_END, if most of the range is there. */
static mc_pfn_t own_start(struct pfn_range span)
{
	return span.start < DMA_END && span.end > 2 * DMA_END ? DMA_END : span.start;
}

void frames_plan(void)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_ranges(&count);
	const uint64_t room = room_for_all();
	struct pfn_range span;

	early.index = largest_below(mc_physmap_reach());
	span = span_below(&ranges[early.index], mc_physmap_reach());
	early.start = early.next = own_start(span);
	early.end = span.end;

	home.index = largest_below(pool_reach());
	span = span_below(&ranges[home.index], pool_reach());
	home.start = own_start(span) + (home.index == early.index ? FIRST_FRAMES : 0);
	home.end = home.start + align_up(room, MC_FRAME_SIZE) / MC_FRAME_SIZE;
	if (home.end >= span.end)
		panic("no room for %lu bytes of metadata of the frame allocator", room);
}

struct mc_memmap_range frames_metadata(void)
{
	return (struct mc_memmap_range){ home.start * MC_FRAME_SIZE, home.end * MC_FRAME_SIZE,
					 MC_MEMMAP_KERNEL };
}

static int allocate_frame(void *context, mc_pfn_t *frame)
{
	(void)context;
	if (pool_is_up)
		return mc_frame_alloc(&pool, 0, frame);
	if (early.next == home.start && home.index == early.index)
		early.next = home.end;
	if (early.next >= early.end)
		return MC_ERR_NO_MEMORY;
	*frame = early.next++;
	return 0;
}

static void release_frame(void *context, mc_pfn_t frame)
{
	int error;

	(void)context;
	PANIC_UNLESS(pool_is_up);
	error = mc_frame_free(&pool, frame, 0);
	if (error)
		panic("frame %#lx of a page table: %s", frame, mc_error_name(error));
}

const struct mc_frame_source *kernel_frame_source(void)
{
	static const struct mc_frame_source source = {
		.allocate = allocate_frame,
		.release = release_frame,
	};

	return &source;
}

static void add_range(struct pfn_range span, void *metadata)
{
	const int result = mc_frame_add_range(&pool, span.start, span.end, metadata);

	/* MC_ERR_UNSUPPORTED: too high for the metadata. memory_init() cannot know that. */
	if (result)
		log_warn("frames %#lx to %#lx are not used: %s", span.start, span.end,
			 mc_error_text(result));
}

/* Add a range of frames whose metadata begin at `room`. Returns where the next range's begin. */
static char *add_next(mc_pfn_t start, mc_pfn_t end, char *room)
{
	const struct pfn_range span = { start, end };

	if (start >= end)
		return room;
	add_range(span, room);
	return room + metadata_room(span);
}

static void add_all(char *room)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_allocatable(&count);

	for (size_t i = 0; i < count; i++) {
		struct pfn_range span = span_below(&ranges[i], pool_reach());

		if (home.start >= span.start && home.start < span.end) {
			room = add_next(span.start, home.start, room);
			span.start = home.end;
		}
		room = add_next(span.start, span.end, room);
	}
}

/* Allocate, in the pool, the frames that were taken before. */
static void take_early(void)
{
	const bool around = home.index == early.index && early.next > home.start;
	const mc_pfn_t end = around ? home.start : early.next;

	if (end > early.start)
		PANIC_UNLESS(!mc_frame_alloc_at(&pool, early.start, end - early.start));
	if (around && early.next > home.end)
		PANIC_UNLESS(!mc_frame_alloc_at(&pool, home.end, early.next - home.end));
}

void frames_init(void *metadata)
{
	const uint64_t start = cpu_ticks();
	char size[SIZE_TEXT_MAX];
	uint64_t ticks;

	mc_frame_pool_init(&pool, cpus, MC_NR_CPUS);
	pool.bytes = frame_bytes;
	if (!IS_ENABLED(CONFIG_PHYSMAP)) {
		pool.save = mc_temp_page_save;
		pool.restore = mc_temp_page_restore;
	}
	pool.on_misuse = on_misuse;
	add_all(metadata);
	boot_memory_take();
	take_early();
	pool_is_up = true;
	ticks = cpu_ticks() - start;
	/* tests/test_frame_startup.py reads this line. */
	log_info("frames: %s free, %lu frames in %lu ranges, ready after %lu ticks",
		 describe_size(size, mc_frame_free_count(&pool) * MC_FRAME_SIZE),
		 mc_frame_free_count(&pool), pool.nr_ranges, ticks);
}
