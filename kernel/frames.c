/* SPDX-License-Identifier: MIT */
/*
 * The kernel's pool of frames (mercator/frames.h).
 *
 *	the home range	| first frames | metadata of all ranges | other frames ...
 *			  in the pool	 not in the pool	  in the pool
 *
 * Frames that are taken before the pool is up come from the first ones, so that little memory is
 * touched at start, and if these do not suffice, from behind the metadata.
 */
#include <arch/cpu.h>
#include <mercator/describe.h>
#include <mercator/frame_access.h>
#include <mercator/frames.h>
#include <mercator/log.h>
#include <mercator/memory.h>
#include <mercator/paging.h>
#include <mercator/panic.h>
#include <mercator/physmap.h>

static struct frame_pool pool;
static struct frame_cpu cpus[ARCH_NR_CPUS];
static bool pool_is_up;

/* A cache line, so that ranges' metadata do not share one. */
#define METADATA_ALIGN 64

/* As many as most machines need: a quarter of a MiB. */
#define FIRST_FRAMES 64

/* The range that holds everybody's metadata. */
static struct {
	size_t index;
	pfn_t start, metadata, rest; /* where each part begins */
	pfn_t end;                   /* of the range, or of what the stub's tables reach */
	pfn_t next_early;            /* the next that is taken before the pool is up */
} home;

struct frame_pool *kernel_frames(void)
{
	return &pool;
}

static void on_misuse(int error, pfn_t pfn, unsigned int order)
{
	panic("freeing frame %#lx, order %u: %s", pfn, order, error_name(error));
}

/* The frames of a usable range below a bound. */
struct span {
	pfn_t start, end; /* empty if equal */
};

static struct span span_below(const struct memmap_range *range, uint64_t reach)
{
	const uint64_t end = range->end < reach ? range->end : reach;

	if (end <= range->start)
		return (struct span){ 0, 0 };
	return (struct span){ range->start / FRAME_SIZE, end / FRAME_SIZE };
}

static uint64_t metadata_room(struct span span)
{
	return align_up(frame_metadata_size(span.start, span.end), METADATA_ALIGN);
}

void frames_plan(void)
{
	size_t count;
	const struct memmap_range *ranges = memory_ranges(&count);
	uint64_t room = metadata_room((struct span){ 0, FIRST_FRAMES });

	for (size_t i = 0; i < count; i++) {
		const struct span span = span_below(&ranges[i], physmap_reach());

		room += metadata_room(span_below(&ranges[i], UINT64_MAX));
		if (span.end - span.start <= home.end - home.start)
			continue;
		home.index = i;
		home.start = span.start;
		home.end = span.end;
	}
	home.metadata = home.start + FIRST_FRAMES;
	home.rest = home.metadata + align_up(room, FRAME_SIZE) / FRAME_SIZE;
	home.next_early = home.start;
	if (home.rest >= home.end)
		panic("no room for %lu bytes of metadata of the frame allocator", room);
}

struct memmap_range frames_metadata(void)
{
	return (struct memmap_range){ home.metadata * FRAME_SIZE, home.rest * FRAME_SIZE,
				      MEMMAP_KERNEL };
}

static int allocate_frame(void *context, pfn_t *frame)
{
	(void)context;
	if (pool_is_up)
		return frame_alloc(&pool, 0, frame);
	if (home.next_early == home.metadata)
		home.next_early = home.rest;
	if (home.next_early == home.end)
		return ERR_NO_MEMORY;
	*frame = home.next_early++;
	return 0;
}

static void release_frame(void *context, pfn_t frame)
{
	int error;

	(void)context;
	PANIC_UNLESS(pool_is_up);
	error = frame_free(&pool, frame, 0);
	if (error)
		panic("frame %#lx of a page table: %s", frame, error_name(error));
}

const struct frame_source *kernel_frame_source(void)
{
	static const struct frame_source source = {
		.allocate = allocate_frame,
		.release = release_frame,
	};

	return &source;
}

static bool add_range(struct span span, void *metadata)
{
	const int result = frame_add_range(&pool, span.start, span.end, metadata);

	/* ERR_UNSUPPORTED: so far up that frames have no number. memory_init() cannot know that. */
	if (result)
		log_warn("frames %#lx to %#lx are not used: %s", span.start, span.end,
			 error_text(result));
	return !result;
}

/* Add a range of frames whose metadata begin at `metadata`; where the next range's do. */
static char *add_next(struct span span, char *metadata)
{
	if (span.start >= span.end)
		return metadata;
	add_range(span, metadata);
	return metadata + metadata_room(span);
}

static void add_all(char *metadata, uint64_t reach)
{
	size_t count;
	const struct memmap_range *ranges = memory_ranges(&count);

	metadata = add_next((struct span){ home.start, home.metadata }, metadata);
	for (size_t i = 0; i < count; i++) {
		struct span span = span_below(&ranges[i], reach);

		if (i == home.index)
			span.start = home.rest;
		metadata = add_next(span, metadata);
	}
}

/* Frames that were taken early, from `start` up to `end` or as far as it came. */
static void take(pfn_t start, pfn_t end)
{
	if (home.next_early >= start && home.next_early < end)
		end = home.next_early;
	if (start < end)
		PANIC_UNLESS(!frame_alloc_at(&pool, start, end - start));
}

void frames_init(void *metadata, uint64_t reach)
{
	const uint64_t start = read_tsc();
	char size[SIZE_TEXT_MAX];
	uint64_t ticks;

	frame_pool_init(&pool, cpus, ARCH_NR_CPUS);
	pool.bytes = frame_access;
	pool.on_misuse = on_misuse;
	add_all(metadata, reach);
	take(home.start, home.metadata);
	take(home.rest, home.next_early);
	pool_is_up = true;
	ticks = read_tsc() - start;
	/* tests/test_frame_startup.py reads this line. */
	log_info("frames: %s free, %lu frames in %lu ranges, ready after %lu ticks",
		 describe_size(size, frame_free_count(&pool) * FRAME_SIZE), frame_free_count(&pool),
		 pool.nr_ranges, ticks);
}

/* Where metadata for frames that are given back can be: some frames for all of them. */
static char *metadata_for(uint64_t room)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE | RIGHT_GLOBAL,
					       MEMORY_WRITE_BACK };
	static char *place;
	static uint64_t left;
	virt_addr_t address;
	char *metadata;

	if (room > left) {
		const uint64_t size = align_up(room, FRAME_SIZE);
		pfn_t pfn;

		if (frame_alloc_run(&pool, size / FRAME_SIZE, 1, UINT64_MAX, &pfn))
			return NULL;
		if (vmap_map(kernel_vmap(), phys_of_pfn(pfn), size, attributes, &address)) {
			PANIC_UNLESS(!frame_free_run(&pool, pfn, size / FRAME_SIZE, NULL));
			return NULL;
		}
		place = virt_ptr(address);
		left = size;
	}
	metadata = place;
	place += room;
	left -= room;
	return metadata;
}

uint64_t frames_give_back(phys_addr_t start, phys_addr_t end)
{
	const struct span span = { align_up(phys_raw(start), FRAME_SIZE) / FRAME_SIZE,
				   phys_raw(end) / FRAME_SIZE };
	char *metadata;

	if (span.start >= span.end)
		return 0;
	metadata = metadata_for(metadata_room(span));
	if (!metadata) {
		log_warn("frames %#lx to %#lx are not used: no memory for their metadata",
			 span.start, span.end);
		return 0;
	}
	return add_range(span, metadata) ? span.end - span.start : 0;
}
