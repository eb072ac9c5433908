/* SPDX-License-Identifier: MIT */
/*
 * The kernel's command line: words separated by spaces, each `key` or `key=value`. Double quotes
 * around the value let it contain spaces: run="walk 0x1000; maps". They may also be around the
 * whole word, as GRUB passes it: "run=walk 0x1000; maps". A backslash before a quote or a backslash
 * makes it text.
 */
#ifndef KERNEL_OPTIONS_H
#define KERNEL_OPTIONS_H

#include <kernel/boot_information.h>
#include <kernel/log.h>
#include <mercator/types.h>

#define COMMAND_LINE_KEY_SIZE   32 /* with the terminating zero, as the next */
#define COMMAND_LINE_VALUE_SIZE 1024

/* One word, without the quotes. */
struct command_line_word {
	char key[COMMAND_LINE_KEY_SIZE];     /* all before the first `=` */
	char value[COMMAND_LINE_VALUE_SIZE]; /* all after it; "" if there is none */
	bool is_cut;                         /* key or value was too long and is cut */
	bool is_open;                        /* a quote is never closed: the line lacks its end */
};

/* Take the next word off the line at *cursor. False at the end. */
bool command_line_next(const char **cursor, struct command_line_word *word);

/* Parse the whole of `text` as a number, decimal or 0x hexadecimal; false if it is not one. */
bool parse_number(const char *text, uint64_t *number);

/* All options of the command line: kernel/boot/options.c lists the words. */

#define OPTIONS_GLOB_SIZE 64 /* with the terminating zero, as the next */
#define OPTIONS_RUN_SIZE  1024

enum way_out {
	STAY,
	LEAVE_ISA_DEBUG,
	LEAVE_BOCHS,
};

struct options {
	/*
	 * The whole line is valid. If not, nothing of it is run, and the kernel's result is a
	 * failure; only the log level and `exit=` are used.
	 */
	bool make_sense;
	bool selftest, bench, run, dump_tables, keep_modules;
	bool has_seed;
	uint64_t seed;
	char selftest_glob[OPTIONS_GLOB_SIZE]; /* "" for all */
	char bench_glob[OPTIONS_GLOB_SIZE];
	char commands[OPTIONS_RUN_SIZE]; /* of run= */
	enum log_level log_level;
	enum way_out way_out;
};

/* Pure: parse a command line, and report each error to `complain`. */
void options_parse(struct options *options, const char *command_line,
		   void (*complain)(const char *text));

/* Parse this boot's command line, log what is wrong with it, and apply `loglevel=`. */
const struct options *options_init(const struct bootinfo *info);

/*
 * Set the way out that `exit=` asks for; call it before the first finish(). An exit device's port
 * is never written unless this has named it.
 */
void finish_configure(enum way_out way);

#endif
