/* SPDX-License-Identifier: MIT */
/*
 * Heapsort of items by the 64-bit number that they begin with: in place, no recursion, O(n log n).
 */
#ifndef MM_SORT_H
#define MM_SORT_H

#include <stddef.h>
#include <stdint.h>

#define SORT_SIZE_MAX 32 /* bytes of an item */

static inline uint64_t sort_key(const char *item)
{
	uint64_t key;

	__builtin_memcpy(&key, item, sizeof(key));
	return key;
}

static inline void sort_swap(char *a, char *b, size_t size)
{
	char item[SORT_SIZE_MAX];

	__builtin_memcpy(item, a, size);
	__builtin_memcpy(a, b, size);
	__builtin_memcpy(b, item, size);
}

/* Let item `at` of the heap sink until none of its children has a larger key. */
static inline void sort_sink(char *items, size_t at, size_t count, size_t size)
{
	/* It has a left child, and 2 * at cannot overflow. */
	while (at < count / 2) {
		char *child = items + (2 * at + 1) * size;

		if (2 * at + 2 < count && sort_key(child + size) > sort_key(child))
			child += size;
		if (sort_key(child) <= sort_key(items + at * size))
			return;
		sort_swap(items + at * size, child, size);
		at = (size_t)(child - items) / size;
	}
}

/* Slow unless `size` is a constant. */
static inline __attribute__((always_inline)) void sort(void *items, size_t count, size_t size)
{
	char *first = items;

	for (size_t at = count / 2; at-- > 0;)
		sort_sink(first, at, count, size);
	for (size_t last = count; last-- > 1;) {
		sort_swap(first, first + last * size, size);
		sort_sink(first, 0, last, size);
	}
}

#endif
