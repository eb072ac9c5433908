/* SPDX-License-Identifier: MIT */
/*
 * The kernel's command line: words separated by spaces, each `key` or `key=value`. A value may be
 * put in double quotes to contain spaces, run="walk 0x1000; maps", or the whole word, which is what
 * GRUB makes of it: "run=walk 0x1000; maps". A backslash before a quote or a backslash makes it text.
 */
#ifndef MERCATOR_COMMAND_LINE_H
#define MERCATOR_COMMAND_LINE_H

#include <mercator/types.h>

#define COMMAND_LINE_KEY_SIZE   32 /* with the zero at the end, as the next */
#define COMMAND_LINE_VALUE_SIZE 1024

/* One word, without the quotes. */
struct command_line_word {
	char key[COMMAND_LINE_KEY_SIZE];     /* all before the first `=` */
	char value[COMMAND_LINE_VALUE_SIZE]; /* all after it; "" if there is none */
	bool is_cut;                         /* key or value is longer than this takes */
	bool is_open;                        /* a quote is never closed: the line lacks its end */
};

/* Take the next word off the line at *cursor. False at the end. */
bool command_line_next(const char **cursor, struct command_line_word *word);

/* Parse the whole of `text` as a number, decimal or 0x hexadecimal; false if it is none. */
bool parse_number(const char *text, uint64_t *number);

#endif
