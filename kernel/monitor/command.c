/* SPDX-License-Identifier: MIT */
/* Finding and running commands, and their help (command.h). */
#include <kernel/fmt.h>
#include <kernel/string.h>

#include "command.h"

/* A word of the user's in a message is cut to this. */
#define SHOWN     "%.*s"
#define SHOWN_MAX 40

#define USAGE_MAX     64
#define USAGE_COLUMNS 33

const struct command *command_find(const struct command *const *commands, const char *name)
{
	for (; *commands; commands++)
		if (strcmp((*commands)->name, name) == 0)
			return *commands;
	return NULL;
}

static void show_usage(const struct command *command)
{
	say("usage: %s%s%s", command->name, *command->arguments ? " " : "", command->arguments);
}

static enum command_result run(const struct command *const *commands, const struct words *words)
{
	const struct command *command = command_find(commands, words->word[0]);
	const unsigned int count = words->count - 1;
	enum command_result result = COMMAND_MISUSED;

	if (!command) {
		log_error("no command \"" SHOWN "\": `help` lists them", SHOWN_MAX, words->word[0]);
		return COMMAND_MISUSED;
	}
	if (count < command->least)
		log_error("%s: something is missing", command->name);
	else if (count > command->most)
		log_error("%s: \"" SHOWN "\" is too much", command->name, SHOWN_MAX,
			  words->word[1 + command->most]);
	else
		result = command->run(count, words->word + 1);
	if (result == COMMAND_MISUSED)
		show_usage(command);
	return result;
}

static enum command_result run_first(const struct command *const *commands, const char **line)
{
	struct words words;

	switch (words_split(&words, line)) {
	case WORDS_TOO_MANY: log_error("a command has at most %u words", WORDS_MAX); break;
	case WORDS_TOO_LONG:
		log_error("a command has at most %u characters", WORDS_TEXT - 1);
		break;
	case WORDS_OK: return words.count ? run(commands, &words) : COMMAND_OK;
	}
	return COMMAND_MISUSED;
}

enum command_result command_run_line(const struct command *const *commands, const char *line)
{
	enum command_result worst = COMMAND_OK;

	while (*line) {
		const enum command_result result = run_first(commands, &line);

		if (result > worst)
			worst = result;
	}
	return worst;
}

static void show_text(const char *text)
{
	while (*text) {
		int length = 0;

		while (text[length] && text[length] != '\n')
			length++;
		say("  %.*s", length, text);
		text += length;
		text += *text == '\n';
	}
}

enum command_result command_help(const struct command *const *commands, unsigned int count,
				 const char *const *arguments)
{
	const struct command *command;

	if (!count) {
		for (; *commands; commands++) {
			char usage[USAGE_MAX];

			fmt_print(usage, sizeof(usage), "%s %s", (*commands)->name,
				  (*commands)->arguments);
			say("  %-*s %s", USAGE_COLUMNS, usage, (*commands)->summary);
		}
		say("`help COMMAND` says more; several commands on a line: `walk 0x1000; maps`.");
		return COMMAND_OK;
	}
	command = command_find(commands, arguments[0]);
	if (!command) {
		log_error("help: no command \"" SHOWN "\"", SHOWN_MAX, arguments[0]);
		return COMMAND_MISUSED;
	}
	show_usage(command);
	say("  %s.", command->summary);
	show_text(command->text);
	return COMMAND_OK;
}

bool command_number(const char *text, const char *what, uint64_t *number)
{
	if (words_number(text, number))
		return true;
	log_error("\"" SHOWN "\" is not %s", SHOWN_MAX, text, what);
	return false;
}
