/* SPDX-License-Identifier: MIT */
/*
 * memcpy() and the rest of C's <string.h> that the kernel uses. Plain loops, eight bytes at a time
 * where both sides allow it. Built with -fno-tree-loop-distribute-patterns, or the compiler would
 * turn each loop into a call of its own function.
 */
#include <kernel/string.h>
#include <mercator/types.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *restrict d = to;
	const unsigned char *restrict s = from;

	for (; size >= sizeof(word_t); size -= sizeof(word_t)) {
		*(word_t *)d = *(const word_t *)s;
		d += sizeof(word_t);
		s += sizeof(word_t);
	}
	while (size--)
		*d++ = *s++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *d = to;
	const unsigned char *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= size) {
		/* Forward is safe: `to` does not start inside [from, from + size). */
		for (size_t i = 0; i < size; i++)
			d[i] = s[i];
	} else {
		while (size--)
			d[size] = s[size];
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	const uint64_t word = UINT64_C(0x0101010101010101) * (unsigned char)byte;
	unsigned char *d = to;

	for (; size >= sizeof(word_t); size -= sizeof(word_t)) {
		*(word_t *)d = word;
		d += sizeof(word_t);
	}
	while (size--)
		*d++ = (unsigned char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i] || !a[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}
