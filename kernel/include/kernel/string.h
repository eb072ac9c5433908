/* SPDX-License-Identifier: MIT */
/*
 * The part of C's <string.h> that the kernel uses, with C's meaning, and text_matches(). The four
 * mem* functions are also what the compiler itself calls (GCC manual, "Standards").
 */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

/* Whether the whole of `text` matches `glob`: * is any text, ? any one byte. */
bool text_matches(const char *glob, const char *text);

#endif
