/* SPDX-License-Identifier: MIT */
/* The kernel's pool of frames (mercator/frames.h). */
#include <arch/cpu.h>
#include <mercator/describe.h>
#include <mercator/frames.h>
#include <mercator/log.h>
#include <mercator/memory.h>
#include <mercator/panic.h>
#include <mercator/physmap.h>

static struct frame_pool pool;
static struct frame_cpu cpus[ARCH_NR_CPUS];

/* A cache line, so that ranges' metadata do not share one. */
#define METADATA_ALIGN 64

struct frame_pool *kernel_frames(void)
{
	return &pool;
}

static void *frame_bytes(pfn_t pfn)
{
	return physmap_pointer(phys_of_pfn(pfn));
}

static void on_misuse(int error, pfn_t pfn, unsigned int order)
{
	panic("freeing frame %#lx, order %u: %s", pfn, order, error_name(error));
}

/* Physical addresses below this have been added. */
static uint64_t added_reach;

/* The frames of a usable range that the physical map reaches now and did not before. */
struct span {
	pfn_t start, end; /* empty if equal */
};

static struct span reachable(const struct memmap_range *range)
{
	const uint64_t reach = physmap_reach();
	const uint64_t start = range->start > added_reach ? range->start : added_reach;
	const uint64_t end = range->end < reach ? range->end : reach;

	if (end <= start)
		return (struct span){ 0, 0 };
	return (struct span){ start / FRAME_SIZE, end / FRAME_SIZE };
}

static uint64_t metadata_room(struct span span)
{
	return align_up(frame_metadata_size(span.start, span.end), METADATA_ALIGN);
}

/* The range that is to hold everybody's metadata, and how large they are. */
static size_t largest_range(const struct memmap_range *ranges, size_t count, uint64_t *room)
{
	size_t largest = 0;

	*room = 0;
	for (size_t i = 0; i < count; i++) {
		const struct span span = reachable(&ranges[i]), best = reachable(&ranges[largest]);

		*room += metadata_room(span);
		if (span.end - span.start > best.end - best.start)
			largest = i;
	}
	return largest;
}

static bool add_range(struct span span, char *metadata)
{
	const int result = frame_add_range(&pool, span.start, span.end, metadata);

	/* ERR_UNSUPPORTED: so far up that frames have no number. memory_init() cannot know that. */
	if (result)
		log_warn("frames %#lx to %#lx are not used: %s", span.start, span.end,
			 error_text(result));
	return !result;
}

static void add_all(const struct memmap_range *ranges, size_t count)
{
	uint64_t room;
	const size_t largest = largest_range(ranges, count, &room);
	const struct span home = reachable(&ranges[largest]);
	const uint64_t nr_taken = align_up(room, FRAME_SIZE) / FRAME_SIZE;
	char *metadata = physmap_pointer(phys_of_pfn(home.start));

	if (room && home.end - home.start <= nr_taken)
		panic("no room for %lu bytes of metadata of the frame allocator", room);
	for (size_t i = 0; i < count; i++) {
		struct span span = reachable(&ranges[i]);

		if (i == largest)
			span.start += nr_taken;
		if (span.start >= span.end)
			continue;
		add_range(span, metadata);
		metadata += metadata_room(span);
	}
}

void frames_extend(void)
{
	size_t count;
	const struct memmap_range *ranges = memory_ranges(&count);

	add_all(ranges, count);
	added_reach = physmap_reach();
}

void frames_init(void)
{
	const uint64_t start = read_tsc();
	char size[SIZE_TEXT_MAX];
	uint64_t ticks;

	frame_pool_init(&pool, cpus, ARCH_NR_CPUS);
	pool.bytes = frame_bytes;
	pool.on_misuse = on_misuse;
	frames_extend();
	ticks = read_tsc() - start;
	/* tests/test_frame_startup.py reads this line. */
	log_info("frames: %s free, %lu frames in %lu ranges, ready after %lu ticks",
		 describe_size(size, frame_free_count(&pool) * FRAME_SIZE), frame_free_count(&pool),
		 pool.nr_ranges, ticks);
}

uint64_t frames_give_back(phys_addr_t start, phys_addr_t end)
{
	const struct span span = { align_up(phys_raw(start), FRAME_SIZE) / FRAME_SIZE,
				   phys_raw(end) / FRAME_SIZE };
	/* Room left of the last frames that were taken for metadata: a few ranges fit into one. */
	static char *place;
	static uint64_t left;
	uint64_t room;
	pfn_t pfn;

	if (span.start >= span.end)
		return 0;
	room = metadata_room(span);
	if (room > left) {
		const uint64_t count = align_up(room, FRAME_SIZE) / FRAME_SIZE;

		if (frame_alloc_run(&pool, count, 1, physmap_reach() / FRAME_SIZE, &pfn))
			return 0;
		place = frame_bytes(pfn);
		left = count * FRAME_SIZE;
	}
	if (!add_range(span, place))
		return 0;
	place += room;
	left -= room;
	return span.end - span.start;
}
