/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes as a memory map, against the brute-force model. The bytes:
 *
 *	limit, min	8 bytes each
 *	frames, align	1 byte each, for mc_memmap_find()
 *	then, for each range, a control byte (1: a blocker; 2: start where the last range ended;
 *	4: in half frames; 8: near 4 GiB), start and length, 4 bytes each or, with 16, 8 bytes
 */
#include <string.h>

#include <kernel/units.h>
#include <mercator/memmap.h>

#include "../mm/memmap_model.h"
#include "fuzz.h"

#define MAX_RANGES 48 /* enough for any interplay, and the model is slow */

enum control {
	CONTROL_BLOCKER = 1,
	CONTROL_TOUCHES = 2,
	CONTROL_HALVES = 4,
	CONTROL_HIGH = 8,
	CONTROL_WIDE = 16,
};

/* The input that is left; numbers past its end are 0. */
struct input {
	const uint8_t *data;
	size_t size;
};

static uint64_t take(struct input *input, size_t nr_bytes)
{
	const size_t nr = nr_bytes < input->size ? nr_bytes : input->size;
	uint64_t value = 0;

	if (nr > 0)
		memcpy(&value, input->data, nr);
	input->data += nr;
	input->size -= nr;
	return value;
}

/* mc_memmap_from_length(), and that it clamps exactly what wraps. */
static struct mc_memmap_range make_range(uint64_t start, uint64_t length, uint32_t type)
{
	const struct mc_memmap_range range = mc_memmap_from_length(start, length, type);
	const uint64_t room = UINT64_MAX - start;

	FUZZ_CHECK(range.start == start);
	FUZZ_CHECK(range.end - start == (length < room ? length : room));
	return range;
}

static struct mc_memmap_range take_range(struct input *input, uint64_t last_end)
{
	const uint64_t control = take(input, 1);
	const size_t width = control & CONTROL_WIDE ? 8 : 4;
	const uint64_t scale = control & CONTROL_HALVES ? MC_FRAME_SIZE / 2 : 1;
	uint64_t start = take(input, width) * scale;
	const uint64_t length = take(input, width) * scale;

	if (control & CONTROL_HIGH)
		start += GIB(4);
	if (control & CONTROL_TOUCHES)
		start = last_end;
	return make_range(start, length,
			  control & CONTROL_BLOCKER ? MC_MEMMAP_RESERVED : MC_MEMMAP_USABLE);
}

/* The lowest place for whole frames, by the normalised ranges. */
static bool find_in(const struct mc_memmap_range *ranges, size_t count, uint64_t size,
		    uint64_t align, uint64_t min, uint64_t *found)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t from = ranges[i].start > min ? ranges[i].start : min;
		const uint64_t start = align_up(from, align);

		if (start >= from && start < ranges[i].end && ranges[i].end - start >= size) {
			*found = start;
			return true;
		}
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const uint64_t limit = take(&input, 8), min = take(&input, 8);
	const uint64_t wanted = (take(&input, 1) + 1) * MC_FRAME_SIZE;
	const uint64_t align = MC_FRAME_SIZE << (take(&input, 1) % 20);
	struct mc_memmap_range ranges[MAX_RANGES], *result;
	uint64_t points[MEMMAP_MODEL_POINTS(MAX_RANGES)], found, want = 0;
	struct mc_memmap_summary summary;
	struct memmap_model model;
	size_t count = 0;
	bool exists;
	int error;

	for (; input.size > 0 && count < MAX_RANGES; count++)
		ranges[count] = take_range(&input, count ? ranges[count - 1].end : 0);
	result = malloc(count * sizeof(*result));
	if (count > 0)
		memcpy(result, ranges, count * sizeof(*result));
	model = memmap_model_make(ranges, count, limit, points);
	summary = mc_memmap_normalise(result, count, limit);
	FUZZ_CHECK_NULL(memmap_model_check(&model, limit, result, summary));

	error = memmap_find_in(ranges, count, wanted, align, min, limit, &found);
	exists = find_in(result, summary.nr_ranges, wanted, align, min, &want);
	FUZZ_CHECK(error == (exists ? 0 : MC_ERR_NOT_FOUND));
	FUZZ_CHECK(error || found == want);
	free(result);
	return 0;
}
