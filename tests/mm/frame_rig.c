/* SPDX-License-Identifier: MIT */
/* The frame allocator against its model (frame_rig.h). */
#include <kernel/string.h>
#include <kernel/units.h>

#include "frame_rig.h"

#define RIG_INSIDE 0xfd /* of a block that begins before */
#define RIG_FREE   0xfe
#define RIG_ABSENT 0xff

static void expect(struct frame_rig *rig, bool ok, const char *text)
{
	if (ok)
		return;
	rig->failed = true;
	rig->fail(rig->context, text);
}

static uint64_t pick(struct frame_rig *rig, uint64_t bound)
{
	return rig->random(rig->context, bound);
}

/* The model. */

static uint16_t *orders_of(struct frame_rig *rig, uint32_t frame)
{
	return &rig->orders[rig->range_of[frame]][frame / 512];
}

static uint16_t *used_of(struct frame_rig *rig, uint32_t frame)
{
	return &rig->used[rig->range_of[frame]][frame / 512];
}

static bool *ever_of(struct frame_rig *rig, uint32_t frame)
{
	return &rig->ever[rig->range_of[frame]][frame / 512];
}

static bool model_free(const struct frame_rig *rig, uint64_t frame)
{
	return frame < rig->size && rig->block[frame] == RIG_FREE;
}

static bool all_free(const struct frame_rig *rig, uint64_t frame, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (!model_free(rig, frame + i))
			return false;
	return true;
}

static bool one_range(const struct frame_rig *rig, uint64_t frame, uint64_t count)
{
	return frame + count <= rig->size && rig->block[frame] != RIG_ABSENT &&
	       rig->block[frame + count - 1] != RIG_ABSENT &&
	       rig->range_of[frame] == rig->range_of[frame + count - 1];
}

static bool block_free(const struct frame_rig *rig, uint64_t frame, unsigned int order)
{
	const uint64_t count = mc_frame_order_count(order);

	return is_aligned(rig->base + frame, count) && one_range(rig, frame, count) &&
	       all_free(rig, frame, count);
}

static bool any_block_free(const struct frame_rig *rig, unsigned int order)
{
	const uint64_t count = mc_frame_order_count(order);

	for (uint64_t frame = 0; frame + count <= rig->size; frame += count)
		if (rig->block[frame] == RIG_FREE && block_free(rig, frame, order))
			return true;
	return false;
}

static void model_take(struct frame_rig *rig, uint64_t frame, unsigned int order)
{
	const uint64_t count = mc_frame_order_count(order);

	memset(&rig->block[frame], RIG_INSIDE, count);
	rig->block[frame] = (uint8_t)order;
	rig->nr_free -= count;
	*orders_of(rig, (uint32_t)frame) |= (uint16_t)(1u << order);
	*used_of(rig, (uint32_t)frame) += (uint16_t)(order < MC_FRAME_ORDER_2MIB ? count : 0);
	*ever_of(rig, (uint32_t)frame) = true;
	rig->place[frame] = rig->nr_held;
	rig->held[rig->nr_held++] = (uint32_t)frame;
}

static void model_give(struct frame_rig *rig, uint32_t frame)
{
	const unsigned int order = rig->block[frame];
	const uint64_t count = mc_frame_order_count(order);
	const uint32_t last = rig->held[--rig->nr_held];

	rig->held[rig->place[frame]] = last;
	rig->place[last] = rig->place[frame];
	memset(&rig->block[frame], RIG_FREE, count);
	rig->nr_free += count;
	*used_of(rig, frame) -= (uint16_t)(order < MC_FRAME_ORDER_2MIB ? count : 0);
	if (*used_of(rig, frame) == 0)
		*orders_of(rig, frame) = 0;
}

/* Whether the frame's part of its chunk is all of the chunk. */
static bool in_inner_chunk(const struct frame_rig *rig, uint32_t frame)
{
	const uint64_t first = align_down(rig->base + frame, 512) - rig->base;

	return first + 512 <= rig->size && one_range(rig, first, 512);
}

/*
 * Whether a free frame should be used for single frames before a whole chunk is broken: it is in an
 * edge, or in a chunk that is broken, but not for blocks of one order.
 */
static bool any_broken(struct frame_rig *rig)
{
	for (uint32_t frame = 0; frame < rig->size; frame++) {
		const unsigned int orders = model_free(rig, frame) ? *orders_of(rig, frame) : 0;

		if (model_free(rig, frame) &&
		    (orders & 1 || orders & (orders - 1) || !in_inner_chunk(rig, frame)))
			return true;
	}
	return false;
}

/* A single frame, given to the only CPU, may have broken a whole chunk only if it had to. */
static void check_contiguity(struct frame_rig *rig, mc_pfn_t pfn)
{
	const uint64_t frame = pfn - rig->base;

	if (rig->set_cpu || frame >= rig->size || !model_free(rig, frame))
		return;
	if (*used_of(rig, (uint32_t)frame) == 0 && in_inner_chunk(rig, (uint32_t)frame))
		expect(rig, !any_broken(rig), "broke a whole chunk for a single frame");
}

/* Take what the allocator gave, if that is right. */
static void take_checked(struct frame_rig *rig, mc_pfn_t pfn, unsigned int order)
{
	const bool right = pfn >= rig->base && block_free(rig, pfn - rig->base, order);

	expect(rig, right, "allocated a block that is not free, aligned and in one range");
	if (right)
		model_take(rig, pfn - rig->base, order);
}

static void check_count(struct frame_rig *rig)
{
	expect(rig, mc_frame_free_count(&rig->pool) == rig->nr_free,
	       "the number of free frames differs");
}

/* Ranges. */

static uint32_t random_length(struct frame_rig *rig)
{
	static const uint16_t scale[] = { 1, 2, 8, 64, 70, 512, 600, 1024, 2100 };

	return 1 + (uint32_t)pick(rig, scale[pick(rig, ARRAY_SIZE(scale))]);
}

static void choose_ranges(struct frame_rig *rig)
{
	uint32_t at = (uint32_t)pick(rig, 600);

	memset(rig->block, RIG_ABSENT, sizeof(rig->block));
	rig->nr_ranges = 0;
	while (at < rig->size && rig->nr_ranges < RIG_RANGES_MAX) {
		struct rig_range *range = &rig->ranges[rig->nr_ranges++];
		const uint32_t length = random_length(rig);

		range->start = at;
		range->end = length > rig->size - at ? rig->size : at + length;
		range->added = false;
		/* Some ranges touch. */
		at = range->end + (pick(rig, 4) ? random_length(rig) : 0);
	}
}

/* The metadata's place: what is before and after belongs to others, and what is in it is garbage. */
static uint8_t *metadata_place(struct frame_rig *rig, unsigned int index)
{
	uint64_t offset = 0;

	for (unsigned int i = 0; i < index; i++)
		offset += mc_frame_metadata_size(rig->ranges[i].start, rig->ranges[i].end) + 16;
	return &rig->metadata[offset];
}

#define CANARY 0x5a

static void check_canaries(struct frame_rig *rig)
{
	for (unsigned int i = 0; i < rig->nr_ranges; i++) {
		const struct rig_range *range = &rig->ranges[i];
		const uint8_t *end =
			metadata_place(rig, i) +
			mc_frame_metadata_size(rig->base + range->start, rig->base + range->end);

		for (unsigned int j = 0; j < 8; j++)
			expect(rig, end[j] == CANARY, "wrote past the end of the metadata");
	}
}

static void add_range(struct frame_rig *rig, unsigned int index)
{
	struct rig_range *range = &rig->ranges[index];
	const mc_pfn_t start = rig->base + range->start, end = rig->base + range->end;

	if (range->added)
		return;
	range->added = true;
	memset(metadata_place(rig, index), (int)pick(rig, 256), mc_frame_metadata_size(start, end));
	expect(rig, mc_frame_add_range(&rig->pool, start, end, metadata_place(rig, index)) == 0,
	       "could not add a range");
	expect(rig,
	       mc_frame_add_range(&rig->pool, end - 1, end + 1, metadata_place(rig, index)) ==
		       MC_ERR_EXISTS,
	       "added a frame twice");
	for (uint32_t frame = range->start; frame < range->end; frame++) {
		rig->block[frame] = RIG_FREE;
		rig->range_of[frame] = (uint8_t)index;
	}
	rig->nr_frames += end - start;
	rig->nr_free += end - start;
}

void rig_init(struct frame_rig *rig)
{
	if (!rig->size)
		rig->size = RIG_FRAMES;
	rig->base = RIG_MIDDLE - rig->size / 2;
	rig->nr_frames = rig->nr_free = 0;
	rig->nr_held = 0;
	rig->mood = 8;
	rig->failed = false;
	memset(rig->orders, 0, sizeof(rig->orders));
	memset(rig->used, 0, sizeof(rig->used));
	memset(rig->ever, 0, sizeof(rig->ever));
	memset(rig->metadata, CANARY, sizeof(rig->metadata));
	if (rig->set_cpu)
		rig->set_cpu(0);
	mc_frame_pool_init(&rig->pool, rig->cpus, RIG_CPUS);
	choose_ranges(rig);
	for (unsigned int i = rig->nr_ranges; i; i--)
		if (pick(rig, 4))
			add_range(rig, i - 1);
}

/* Operations. */

static void alloc_block_step(struct frame_rig *rig, unsigned int order)
{
	mc_pfn_t pfn;
	const int result = mc_frame_alloc(&rig->pool, order, &pfn);

	if (!result && order == 0)
		check_contiguity(rig, pfn);
	if (!result)
		take_checked(rig, pfn, order);
	else if (order <= MC_FRAME_ORDER_2MIB)
		expect(rig, result == MC_ERR_NO_MEMORY && !any_block_free(rig, order),
		       "a block is free, but could not be allocated");
	else
		expect(rig, result == MC_ERR_NO_MEMORY || !mc_frame_order_valid(order),
		       "allocated 1 GiB that is not there");
}

static void alloc_bulk_step(struct frame_rig *rig)
{
	mc_pfn_t frames[150];
	const size_t count = pick(rig, ARRAY_SIZE(frames)) + 1;
	const int result = mc_frame_alloc_bulk(&rig->pool, frames, count);

	expect(rig, (result == 0) == (rig->nr_free >= count), "bulk: enough frames or not");
	for (size_t i = 0; !result && i < count; i++)
		take_checked(rig, frames[i], 0);
}

static bool model_find_run(const struct frame_rig *rig, uint64_t count, uint64_t align,
			   mc_pfn_t limit, mc_pfn_t *found)
{
	uint64_t length = 0;

	for (uint64_t frame = rig->size; frame-- > 0;) {
		length = model_free(rig, frame) ? length + 1 : 0;
		if (length >= count && is_aligned(rig->base + frame, align) &&
		    rig->base + frame + count <= limit)
			*found = rig->base + frame;
	}
	return *found != 0;
}

static void take_singles(struct frame_rig *rig, mc_pfn_t pfn, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		take_checked(rig, pfn + i, 0);
}

static void alloc_run_step(struct frame_rig *rig)
{
	const uint64_t count = 1 + pick(rig, pick(rig, 8) ? 40 : 1500);
	const uint64_t align = UINT64_C(1) << pick(rig, 11);
	const mc_pfn_t limit = pick(rig, 2) ? UINT64_MAX : rig->base + pick(rig, rig->size);
	mc_pfn_t pfn, want = 0;
	const bool exists = model_find_run(rig, count, align, limit, &want);
	const int result = mc_frame_alloc_run(&rig->pool, count, align, limit, &pfn);

	expect(rig, result == (exists ? 0 : MC_ERR_NO_MEMORY), "run: there is one, or not");
	if (result || !exists)
		return;
	expect(rig, pfn == want, "run: not the lowest");
	take_singles(rig, pfn, count);
}

static void alloc_at_step(struct frame_rig *rig)
{
	const uint64_t frame = pick(rig, rig->size), count = 1 + pick(rig, pick(rig, 4) ? 3 : 700);
	const int result = mc_frame_alloc_at(&rig->pool, rig->base + frame, count);
	int want = all_free(rig, frame, count) ? 0 : MC_ERR_BUSY;

	for (uint64_t i = 0; i < count; i++)
		if (frame + i >= rig->size || rig->block[frame + i] == RIG_ABSENT)
			want = MC_ERR_FOREIGN;
	expect(rig, result == want, "given frames: wrong answer");
	if (!result && !want)
		take_singles(rig, rig->base + frame, count);
}

static void free_held(struct frame_rig *rig)
{
	uint32_t frame;

	if (!rig->nr_held)
		return;
	frame = rig->held[pick(rig, rig->nr_held)];
	expect(rig, mc_frame_free(&rig->pool, rig->base + frame, rig->block[frame]) == 0,
	       "could not free a block");
	model_give(rig, frame);
}

/* Single frames from somewhere on, and perhaps one of them twice, or one that is free. */
static void free_bulk_step(struct frame_rig *rig)
{
	mc_pfn_t frames[150];
	size_t count = 0, right, freed;
	const uint64_t first = pick(rig, rig->size), step = 1 + pick(rig, 3);
	int result;

	for (uint64_t i = first; i < rig->size && count < ARRAY_SIZE(frames); i += step)
		if (rig->block[i] == 0)
			frames[count++] = rig->base + i;
	right = count;
	if (count && count < ARRAY_SIZE(frames) && pick(rig, 4) == 0) {
		/* The frame at the end is there twice; right after itself if there is but one. */
		frames[count] = frames[pick(rig, count)];
		count++;
	}
	result = mc_frame_free_bulk(&rig->pool, frames, count, &freed);
	expect(rig, result == (count == right ? 0 : MC_ERR_DOUBLE_FREE), "bulk free: wrong answer");
	expect(rig, freed == right, "bulk free: wrong number");
	for (size_t i = 0; i < right; i++)
		model_give(rig, (uint32_t)(frames[i] - rig->base));
}

static void free_run_step(struct frame_rig *rig)
{
	const uint32_t first = (uint32_t)pick(rig, rig->size);
	uint64_t count = 0, freed;

	while (first + count < rig->size && count < 600 && rig->block[first + count] == 0)
		count++;
	expect(rig,
	       mc_frame_free_run(&rig->pool, rig->base + first, count, &freed) == 0 &&
		       freed == count,
	       "could not free a run");
	for (uint64_t i = 0; i < count; i++)
		model_give(rig, (uint32_t)(first + i));
}

/* The error that mc_frame_free() must return for a wrong block; 0 if the allocator cannot know. */
static int verdict(struct frame_rig *rig, uint64_t frame, unsigned int order)
{
	const uint64_t count = mc_frame_order_count(order);
	uint16_t orders;

	if (!mc_frame_order_valid(order))
		return MC_ERR_INVALID;
	if (!is_aligned(rig->base + frame, count))
		return MC_ERR_MISALIGNED;
	if (!one_range(rig, frame, count))
		return MC_ERR_FOREIGN;
	if (model_free(rig, frame))
		return *ever_of(rig, (uint32_t)frame) ? MC_ERR_DOUBLE_FREE : MC_ERR_NOT_ALLOCATED;
	orders = *orders_of(rig, (uint32_t)frame);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS) || order >= MC_FRAME_ORDER_2MIB ||
	    !(orders & (orders - 1)))
		return MC_ERR_WRONG_ORDER;
	for (uint64_t i = 0; i < count; i++)
		if (model_free(rig, frame + i))
			return MC_ERR_WRONG_ORDER;
	return 0;
}

static void free_wrong_step(struct frame_rig *rig)
{
	const uint64_t frame = pick(rig, rig->size);
	const unsigned int order = (unsigned int)pick(rig, pick(rig, 2) ? 1 : 20);
	int want;

	if (rig->block[frame] == order)
		return;
	want = verdict(rig, frame, order);
	if (want)
		expect(rig, mc_frame_free(&rig->pool, rig->base + frame, order) == want,
		       "a mistake in freeing was not called by its name");
}

static unsigned int random_order(struct frame_rig *rig)
{
	return pick(rig, 16) ? (unsigned int)pick(rig, 10) : (unsigned int)pick(rig, 20);
}

static void alloc_step(struct frame_rig *rig)
{
	switch (pick(rig, 32)) {
	case 0: alloc_bulk_step(rig); break;
	case 1: alloc_run_step(rig); break;
	case 2: alloc_at_step(rig); break;
	case 3:
	case 4:
	case 5: alloc_block_step(rig, random_order(rig)); break;
	default: alloc_block_step(rig, 0); break;
	}
}

static void free_step(struct frame_rig *rig)
{
	switch (pick(rig, 64)) {
	case 0: free_bulk_step(rig); break;
	case 1: free_run_step(rig); break;
	default: free_held(rig); break;
	}
}

void rig_step(struct frame_rig *rig)
{
	switch (pick(rig, 32)) {
	case 0:
	case 1:
	case 2: free_wrong_step(rig); break;
	case 3:
		if (rig->set_cpu)
			rig->set_cpu((unsigned int)pick(rig, RIG_CPUS));
		break;
	case 4:
		if (pick(rig, 64) == 0)
			rig->mood = 1 + (unsigned int)pick(rig, 15);
		if (pick(rig, 64) == 0)
			add_range(rig, (unsigned int)pick(rig, rig->nr_ranges));
		break;
	default:
		if (pick(rig, 16) < rig->mood)
			alloc_step(rig);
		else
			free_step(rig);
		break;
	}
	check_count(rig);
}

/* Blocks of this order that are free, and not part of a larger one that is. */
static uint64_t count_blocks(const struct frame_rig *rig, unsigned int order, uint8_t *covered)
{
	const uint64_t size = mc_frame_order_count(order);
	uint64_t count = 0;

	for (uint64_t frame = 0; frame + size <= rig->size; frame += size) {
		if (covered[frame] || !block_free(rig, frame, order))
			continue;
		memset(&covered[frame], 1, size);
		count++;
	}
	return count;
}

void rig_check_stats(struct frame_rig *rig)
{
	static uint8_t covered[RIG_FRAMES];
	uint64_t sum = 0, frames = 0;
	struct mc_frame_stats stats, part;
	mc_pfn_t start, end = 0;

	mc_frame_stats(&rig->pool, &stats);
	expect(rig,
	       stats.nr_frames == rig->nr_frames && mc_frame_total(&rig->pool) == rig->nr_frames,
	       "statistics: total");
	expect(rig, stats.nr_free == rig->nr_free, "statistics: free");
	memset(covered, 0, sizeof(covered));
	for (unsigned int order = MC_FRAME_ORDER_2MIB + 1; order-- > 0;)
		expect(rig, stats.free_blocks[order] == count_blocks(rig, order, covered),
		       "statistics: blocks of an order");
	while (mc_frame_range_stats(&rig->pool, end, &start, &end, &part) == 0) {
		sum += part.nr_free;
		frames += part.nr_frames;
		expect(rig, part.nr_frames == end - start && part.nr_ranges == 1,
		       "statistics: a range");
	}
	expect(rig, sum == stats.nr_free && frames == stats.nr_frames, "statistics: sum of ranges");
	check_canaries(rig);
}

void rig_free_all(struct frame_rig *rig)
{
	mc_pfn_t pfn;

	while (rig->nr_held && !rig->failed)
		free_held(rig);
	/* Looks for too much, so that CPUs give back what they have claimed. */
	expect(rig,
	       mc_frame_alloc_run(&rig->pool, rig->size + 1, 1, UINT64_MAX, &pfn) ==
		       MC_ERR_NO_MEMORY,
	       "a run longer than memory");
	rig_check_stats(rig);
}

void rig_exhaust(struct frame_rig *rig)
{
	const uint64_t nr_free = rig->nr_free;
	uint64_t count = 0;
	mc_pfn_t pfn;

	while (!rig->failed && mc_frame_alloc(&rig->pool, 0, &pfn) == 0) {
		check_contiguity(rig, pfn);
		take_checked(rig, pfn, 0);
		count++;
		if (rig->set_cpu && pick(rig, 8) == 0)
			rig->set_cpu((unsigned int)pick(rig, RIG_CPUS));
	}
	expect(rig, count == nr_free && rig->nr_free == 0, "not every frame could be had");
	check_count(rig);
}
