/* SPDX-License-Identifier: MIT */
/* From a line to commands, words and numbers. Pure. */
#ifndef KERNEL_MONITOR_WORDS_H
#define KERNEL_MONITOR_WORDS_H

#include <mercator/types.h>

#define WORDS_MAX  8
#define WORDS_TEXT 256

/* A command and its arguments; the words lie in `text`. */
struct words {
	unsigned int count;
	const char *word[WORDS_MAX];
	char text[WORDS_TEXT];
};

enum words_result {
	WORDS_OK, /* count may be 0 */
	WORDS_TOO_MANY,
	WORDS_TOO_LONG,
};

/*
 * Take one command from the line at *cursor, up to the next `;` or the line's end, split into words
 * at blanks. Whatever the result, *cursor is then after the `;` or at the line's end.
 */
enum words_result words_split(struct words *words, const char **cursor);

/*
 * A number: decimal, or hexadecimal after 0x, with optional _ between digits, and a suffix K, M, G
 * or T for 2^10, 2^20, 2^30, 2^40. False if `text` is anything else, or too large.
 */
bool words_number(const char *text, uint64_t *number);

/* Rights as letters, in any order: r w x u g, and - for none. False if it is anything else. */
bool words_rights(const char *text, unsigned int *rights);

#endif
