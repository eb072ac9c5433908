/* SPDX-License-Identifier: MIT */
/*
 * The kernel's command line: words separated by spaces, each `key` or `key=value`. A value may be
 * put in double quotes to contain spaces, run="walk 0x1000; maps", or the whole word, which is what
 * GRUB makes of it: "run=walk 0x1000; maps". A backslash before a quote or a backslash makes it text.
 * The last of equal keys counts.
 */
#ifndef MERCATOR_COMMAND_LINE_H
#define MERCATOR_COMMAND_LINE_H

#include <mercator/types.h>

/*
 * Look for `key` on the line; true if it is there. `value`, of `size` bytes (at least 1), gets the
 * text after the `=` without quotes, cut to fit, or "" if there is none.
 */
bool command_line_find(const char *line, const char *key, char *value, size_t size);

/* The number after `key=`, decimal or 0x hexadecimal; false if the key or a number is missing. */
bool command_line_number(const char *line, const char *key, uint64_t *number);

/*
 * Take the next word's key off the line at *cursor: for finding the words that nobody knows. False
 * at the end.
 */
bool command_line_next_key(const char **cursor, char *key, size_t size);

/* Parse the whole of `text` as a number, decimal or 0x hexadecimal; false if it is none. */
bool parse_number(const char *text, uint64_t *number);

#endif
