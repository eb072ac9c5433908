/* SPDX-License-Identifier: MIT */
/*
 * Commands: a command is a function and its help. All are listed in table.c; each group of commands
 * has its own file.
 */
#ifndef KERNEL_MONITOR_COMMAND_H
#define KERNEL_MONITOR_COMMAND_H

#include <kernel/log.h>
#include <mercator/types.h>

#include "words.h"

/* The result of a command, from good to bad. The command has printed what is wrong. */
enum command_result {
	COMMAND_OK,
	COMMAND_FAILED,
	/* In run=, these count in the kernel's result. */
	COMMAND_MISUSED,      /* not understood; if there is such a command, its usage is shown */
	COMMAND_CHECK_FAILED, /* a check that found an error or could not be made */
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
 * Run the commands on a line, one after the other, as the list defines them. If one fails, that is
 * logged, and the next is run. Returns the worst result.
 */
enum command_result command_run_line(const struct command *const *commands, const char *line);

/* `help [COMMAND]`, about the commands of a list. */
enum command_result command_help(const struct command *const *commands, unsigned int count,
				 const char *const *arguments);

/*
 * Parse arguments. False if `text` is not valid, with a message like "walk: \"12q\" is not an
 * address". Words in messages are cut to fit a line.
 */
bool command_number(const char *text, const char *what, uint64_t *number);

/* Output: lines that are always shown, whatever the log level. */
#define say(...) log_result(__VA_ARGS__)

#endif
