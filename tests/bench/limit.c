/* SPDX-License-Identifier: MIT */
/* The limit loops (limit.h). */
#include <stdlib.h>
#include <string.h>

#include "limit.h"

static mc_pfn_t *stack;
static size_t stack_size;

void stack_reset(mc_pfn_t first, size_t count)
{
	free(stack);
	stack = malloc(count * sizeof(*stack));
	if (!stack)
		abort();
	for (size_t i = 0; i < count; i++)
		stack[i] = first + count - 1 - i;
	stack_size = count;
}

int stack_alloc(mc_pfn_t *pfn)
{
	if (!stack_size)
		return -1;
	*pfn = stack[--stack_size];
	return 0;
}

int stack_free(mc_pfn_t pfn)
{
	stack[stack_size++] = pfn;
	return 0;
}

int stack_alloc_bulk(mc_pfn_t *frames, size_t count)
{
	if (stack_size < count)
		return -1;
	for (size_t i = 0; i < count; i++)
		frames[i] = stack[--stack_size];
	return 0;
}

int stack_free_bulk(const mc_pfn_t *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		stack[stack_size++] = frames[i];
	return 0;
}

static uint64_t *words;
static size_t nr_words, cursor;
static mc_pfn_t words_first;

void nextfit_reset(mc_pfn_t first, size_t count)
{
	free(words);
	nr_words = count / 64;
	words = calloc(nr_words, sizeof(*words));
	if (!words)
		abort();
	words_first = first;
	cursor = 0;
}

int nextfit_alloc(mc_pfn_t *pfn)
{
	for (size_t i = 0; i <= nr_words; i++) {
		if (~words[cursor]) {
			const unsigned int bit = (unsigned int)__builtin_ctzll(~words[cursor]);

			words[cursor] |= UINT64_C(1) << bit;
			*pfn = words_first + cursor * 64 + bit;
			return 0;
		}
		cursor = cursor + 1 == nr_words ? 0 : cursor + 1;
	}
	return -1;
}

int nextfit_free(mc_pfn_t pfn)
{
	const uint64_t bit = UINT64_C(1) << (pfn - words_first) % 64;
	uint64_t *word = &words[(pfn - words_first) / 64];

	if (!(*word & bit))
		return -1;
	*word &= ~bit;
	return 0;
}
