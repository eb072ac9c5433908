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
 * Take one command off the line at *cursor: up to the next `;` or the line's end, cut into words at
 * blanks. *cursor is left after the `;`, or at the line's end, whatever the result.
 */
enum words_result words_split(struct words *words, const char **cursor);

/*
 * A number: decimal, or hexadecimal after 0x, with _ between digits where it helps, and K, M, G or T
 * after it for so many times 2^10, 2^20, 2^30, 2^40. False if `text` is anything else, or too large.
 */
bool words_number(const char *text, uint64_t *number);

/* Rights as letters, in any order: r w x u g, or - for none of a place. False if it is anything else. */
bool words_rights(const char *text, unsigned int *rights);

#endif
