/* SPDX-License-Identifier: MIT */
/*
 * The bitmap words of a chunk: 0 is a free frame, 1 an allocated one or one outside of the range.
 */
#include "../units.h"
#include "chunk.h"

/* An inner chunk (the usual case): no word needs a mask. */
static struct chunk_scan scan_inner(const uint64_t *words)
{
	uint64_t all = ~UINT64_C(0), any = 0;

	for (unsigned int i = 0; i < CHUNK_WORDS; i++) {
		const uint64_t used = atomic_load(&words[i]);

		all &= used;
		any |= used;
	}
	return (struct chunk_scan){ .some_free = ~all != 0, .all_free = any == 0 };
}

struct chunk_scan chunk_scan(const struct mc_frame_view *view, uint64_t chunk)
{
	const struct frames span = chunk_frames(view, chunk);
	struct chunk_scan scan = { .some_free = false, .all_free = true };

	if (chunk_is_inner(view, chunk))
		return scan_inner(frame_word(view, span.start));
	for_each_word (base, span) {
		const uint64_t mask = word_mask(base, span.start, span.end);
		const uint64_t used = atomic_load(frame_word(view, base)) & mask;

		scan.some_free |= used != mask;
		scan.all_free &= used == 0;
	}
	return scan;
}

/* Not every x86_64 CPU has POPCNT. */
static unsigned int popcount(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned int)(bits * UINT64_C(0x0101010101010101) >> 56);
}

uint64_t chunk_count_free(const struct mc_frame_view *view, uint64_t chunk)
{
	const struct frames span = chunk_frames(view, chunk);
	uint64_t count = 0;

	/* Bits outside of the range are set. */
	for_each_word (base, span)
		count += popcount(~atomic_load(frame_word(view, base)));
	return count;
}

bool bits_any_set(const struct mc_frame_view *view, struct frames span)
{
	for_each_word (base, span)
		if (atomic_load(frame_word(view, base)) & word_mask(base, span.start, span.end))
			return true;
	return false;
}

void bits_set(const struct mc_frame_view *view, struct frames span)
{
	for_each_word (base, span) {
		uint64_t *word = frame_word(view, base);

		atomic_store(word, *word | word_mask(base, span.start, span.end));
	}
}

void bits_clear(const struct mc_frame_view *view, struct frames span)
{
	for_each_word (base, span) {
		uint64_t *word = frame_word(view, base);

		atomic_store(word, *word & ~word_mask(base, span.start, span.end));
	}
}

size_t bits_take(const struct mc_frame_view *view, uint64_t chunk, mc_pfn_t *frames, size_t count)
{
	const struct frames span = chunk_frames(view, chunk);
	size_t taken = 0;

	for_each_word (base, span) {
		uint64_t *word = frame_word(view, base);
		uint64_t free = ~*word;

		for (; free && taken < count; free &= free - 1)
			frames[taken++] = base + (unsigned int)__builtin_ctzll(free);
		atomic_store(word, ~free);
	}
	return taken;
}

/* The lowest of the word's frames that begins an aligned free block of 2^order <= 32 frames. */
static bool find_in_word(uint64_t used, unsigned int order, unsigned int *bit)
{
	uint64_t free = ~used;

	/* Bit i of `free`: the frames from i on are free, twice as many in each round. */
	for (unsigned int i = 0; i < order; i++)
		free &= free >> (1u << i);
	/* Every 2^order-th bit: all ones, divided by 2^2^order - 1. */
	free &= ~UINT64_C(0) / ((UINT64_C(1) << (1u << order)) - 1);
	if (!free)
		return false;
	*bit = (unsigned int)__builtin_ctzll(free);
	return true;
}

bool chunk_find_block(const struct mc_frame_view *view, uint64_t chunk, unsigned int order,
		      mc_pfn_t *pfn)
{
	const struct frames span = chunk_frames(view, chunk);
	const uint64_t count = mc_frame_order_count(order);
	unsigned int bit;

	if (count < WORD_FRAMES) {
		for_each_word (base, span) {
			/* Bits outside of the range are set. */
			if (!find_in_word(atomic_load(frame_word(view, base)), order, &bit))
				continue;
			*pfn = base + bit;
			return true;
		}
		return false;
	}
	for (mc_pfn_t start = align_up(span.start, count); start + count <= span.end;
	     start += count) {
		if (bits_any_set(view, (struct frames){ start, start + count }))
			continue;
		*pfn = start;
		return true;
	}
	return false;
}
