/* SPDX-License-Identifier: MIT */
/* The prompt, and run= (kernel/monitor.h). */
#include <kernel/fmt.h>
#include <kernel/log.h>
#include <kernel/monitor.h>
#include <kernel/options.h>

#include "command.h"
#include "editor.h"
#include "input.h"

#define PROMPT        "mercator> "
#define COLUMNS_LEAST (sizeof(PROMPT) + 4) /* on a screen that is narrower, the row's end is cut */

static struct editor editor;
static struct view view;

static void type(void *context, const char *bytes, size_t length)
{
	(void)context;
	log_type(bytes, length);
}

static void show_line(void)
{
	unsigned int columns = log_columns();

	if (columns > VIEW_COLUMNS_MAX)
		columns = VIEW_COLUMNS_MAX;
	if (columns < COLUMNS_LEAST)
		columns = COLUMNS_LEAST;
	view_update(&view, PROMPT, &editor.line, columns, type, NULL);
}

/* Leave the row as it is, and go to a new one. */
static void leave_line(const char *mark)
{
	editor.line.cursor = editor.line.length;
	show_line();
	while (*mark)
		log_type(mark++, 1);
	log_type("\r\n", 2);
	view = (struct view){ .length = 0 };
}

static void clear_screen(void)
{
	log_type("\033[H\033[2J", 7);
	view = (struct view){ .length = 0 };
}

static void take_key(unsigned int key)
{
	switch (editor_key(&editor, key)) {
	case EDITOR_GOES_ON: break;
	case EDITOR_BELL: log_type("\a", 1); return;
	case EDITOR_CLEAR: clear_screen(); break;
	case EDITOR_CANCELED:
		leave_line("^C");
		editor_next(&editor, false);
		break;
	case EDITOR_LINE:
		leave_line("");
		command_run_line(monitor_commands, editor.line.text);
		editor_next(&editor, true);
		break;
	case EDITOR_INCOMPLETE:
		leave_line("");
		log_error("not run: characters of this line were lost; it takes %u, of ASCII",
			  EDITOR_LINE_MAX - 1);
		editor_next(&editor, true);
		break;
	}
	show_line();
}

void monitor_prompt(void)
{
	if (!input_init()) {
		log_info("monitor: neither a serial port nor a keyboard to type on; halted");
		return;
	}
	log_info("monitor: `help` lists the commands; type on %s", input_names());
	show_line();
	for (;;)
		take_key(input_key());
}

/* Run the first command of the line as if it had been typed. Returns where the next one begins. */
static const char *run_first(const char *line, enum command_result *worst)
{
	char command[OPTIONS_RUN_SIZE];
	enum command_result result;
	size_t length = 0;

	while (*line == ' ')
		line++;
	while (line[length] && line[length] != ';')
		length++;
	fmt_print(command, sizeof(command), "%.*s", (int)length, line);
	if (length) {
		log_result(PROMPT "%s", command);
		result = command_run_line(monitor_commands, command);
		if (result > *worst)
			*worst = result;
	}
	return line + length + (line[length] == ';');
}

bool monitor_run(const char *commands)
{
	enum command_result worst = COMMAND_OK;

	while (*commands)
		commands = run_first(commands, &worst);
	return worst < COMMAND_MISUSED;
}
