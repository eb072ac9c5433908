/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes typed on a terminal, or as scan codes of a keyboard, edited into lines,
 * shown, split into commands and parsed. The first byte chooses the device. Only the bookkeeping is
 * checked; the suite monitor_editor checks the output on a model of a terminal.
 */
#include <string.h>

#include <kernel/log.h>

#include "../../kernel/monitor/command.h"
#include "../../kernel/monitor/editor.h"
#include "../../kernel/monitor/keys.h"
#include "fuzz.h"

#define COLUMNS 40

/* All arguments are read, and each is parsed in every way that there is. */
static enum command_result parse_all(unsigned int count, const char *const *arguments)
{
	uint64_t number;
	unsigned int rights;

	FUZZ_CHECK(count <= 3);
	for (unsigned int i = 0; i < count; i++) {
		FUZZ_CHECK(strlen(arguments[i]) > 0);
		FUZZ_CHECK(!strpbrk(arguments[i], " ;"));
		if (words_number(arguments[i], &number))
			FUZZ_CHECK(arguments[i][0] >= '0' && arguments[i][0] <= '9');
		if (words_rights(arguments[i], &rights))
			FUZZ_CHECK(strspn(arguments[i], "rwxug-") == strlen(arguments[i]));
	}
	return COMMAND_OK;
}

static const struct command command = {
	.name = "a", .arguments = "", .summary = "", .text = "", .most = 3, .run = parse_all
};
static const struct command *const commands[] = { &command, NULL };

/* How far the bytes move the cursor of a terminal; it never leaves the row. */
static void put(void *context, const char *bytes, size_t length)
{
	size_t *cursor = context;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\033') {
			FUZZ_CHECK(length - i >= 3 && memcmp(bytes + i, "\033[K", 3) == 0);
			i += 2;
		} else if (bytes[i] == '\b') {
			FUZZ_CHECK(*cursor > 0);
			--*cursor;
		} else {
			FUZZ_CHECK(bytes[i] >= ' ' && bytes[i] <= '~');
			++*cursor;
			FUZZ_CHECK(*cursor < COLUMNS);
		}
	}
}

static void check_line(const struct editor_line *line)
{
	FUZZ_CHECK(line->cursor <= line->length && line->length < EDITOR_LINE_MAX);
	FUZZ_CHECK(strlen(line->text) == line->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct editor editor;
	struct terminal_decoder terminal = { 0 };
	struct scan_decoder keyboard = { 0 };
	struct view view = { .length = 0 };
	size_t cursor = 0;

	editor = (struct editor){ .nr_lines = 0 };
	for (size_t i = 1; i < size; i++) {
		const unsigned int key = data[0] & 1 ? scan_decode(&keyboard, data[i])
						     : terminal_decode(&terminal, data[i]);
		enum editor_result result;

		FUZZ_CHECK(key <= KEY_DELETE);
		if (key == KEY_NONE)
			continue;
		result = editor_key(&editor, key);
		check_line(&editor.line);
		if (result == EDITOR_LINE) {
			FUZZ_CHECK(!editor.line.lost);
			command_run_line(commands, editor.line.text);
		}
		if (result == EDITOR_LINE || result == EDITOR_INCOMPLETE ||
		    result == EDITOR_CANCELED)
			editor_next(&editor, result != EDITOR_CANCELED);
		view_update(&view, "> ", &editor.line, COLUMNS, put, &cursor);
		FUZZ_CHECK(cursor == view.cursor);
	}
	return 0;
}
