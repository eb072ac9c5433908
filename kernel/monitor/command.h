/* SPDX-License-Identifier: MIT */
/*
 * Commands: what each is called, what it takes, what it does. A command is a function and its help;
 * the table of all is in table.c, each group of commands in a file of its own.
 */
#ifndef KERNEL_MONITOR_COMMAND_H
#define KERNEL_MONITOR_COMMAND_H

#include <kernel/log.h>
#include <mercator/types.h>

#include "words.h"

/* How a command ended, from good to bad. It has said what is wrong. */
enum command_result {
	COMMAND_OK,
	COMMAND_FAILED,
	/* In run=, these count in the kernel's result. */
	COMMAND_MISUSED, /* it was not understood; if there is such a command, its usage is shown */
	COMMAND_CHECK_FAILED, /* it is a check, which found an error or could not be made */
};

struct command {
	const char *name;
	const char *arguments;    /* as the usage shows them; "" if there are none */
	const char *summary;      /* half a line */
	const char *text;         /* for `help NAME`: lines, each ended by a newline */
	unsigned int least, most; /* arguments */
	/* `arguments` has `count` words, between least and most. */
	enum command_result (*run)(unsigned int count, const char *const *arguments);
};

/* NULL ends the list. */
extern const struct command *const monitor_commands[];

/* The command of this name in a list, or NULL. */
const struct command *command_find(const struct command *const *commands, const char *name);

/*
 * Run the commands on a line, one after the other, each with what the list has for it. What is wrong
 * with one is said on the log, and the next is run. Returns the worst result.
 */
enum command_result command_run_line(const struct command *const *commands, const char *line);

/* `help [COMMAND]`, about the commands of a list. */
enum command_result command_help(const struct command *const *commands, unsigned int count,
				 const char *const *arguments);

/*
 * Parse arguments. False, and the log says what is wrong, if `text` is none: "walk: \"12q\" is not an
 * address". The words in messages are cut to what fits a line.
 */
bool command_number(const char *text, const char *what, uint64_t *number);

/* Output: lines that are always shown, whatever the log level. */
#define say(...) log_result(__VA_ARGS__)

#endif
