/* SPDX-License-Identifier: MIT */
/* Editing a line (editor.h). */
#include <kernel/string.h>

#include "editor.h"
#include "keys.h"

/* Insert a character. If it is refused, the result is false and the line is marked as lost. */
static bool insert(struct editor_line *line, unsigned int key)
{
	if (key == KEY_LOST || line->length + 1 == EDITOR_LINE_MAX) {
		line->lost = true;
		return false;
	}
	memmove(line->text + line->cursor + 1, line->text + line->cursor,
		line->length + 1 - line->cursor);
	line->text[line->cursor++] = (char)key;
	line->length++;
	return true;
}

/* Remove the characters [start, end); the cursor goes there. */
static void cut(struct editor_line *line, size_t start, size_t end)
{
	memmove(line->text + start, line->text + end, line->length + 1 - end);
	line->length -= end - start;
	line->cursor = start;
	line->lost &= line->length > 0;
}

/* Where the word before the cursor begins: blanks after it go with it. */
static size_t word_start(const struct editor_line *line)
{
	size_t start = line->cursor;

	while (start && line->text[start - 1] == ' ')
		start--;
	while (start && line->text[start - 1] != ' ')
		start--;
	return start;
}

static void set_text(struct editor_line *line, const char *text)
{
	line->length = strlen(text);
	line->cursor = line->length;
	memcpy(line->text, text, line->length + 1);
	line->lost = false;
}

static char *history_line(struct editor *editor, size_t number)
{
	return editor->history[number % EDITOR_HISTORY];
}

/* Show the line with this number instead, if there is one. */
static void show(struct editor *editor, size_t number)
{
	if (number > editor->nr_lines || editor->nr_lines - number > EDITOR_HISTORY)
		return;
	if (editor->shown == editor->nr_lines)
		editor->draft = editor->line;
	editor->shown = number;
	if (number == editor->nr_lines)
		editor->line = editor->draft;
	else
		set_text(&editor->line, history_line(editor, number));
}

static void edit(struct editor *editor, unsigned int key)
{
	struct editor_line *line = &editor->line;

	switch (key) {
	case KEY_LEFT:
	case KEY_CTRL('b'): line->cursor -= line->cursor > 0; break;
	case KEY_RIGHT:
	case KEY_CTRL('f'): line->cursor += line->cursor < line->length; break;
	case KEY_HOME:
	case KEY_CTRL('a'): line->cursor = 0; break;
	case KEY_END:
	case KEY_CTRL('e'): line->cursor = line->length; break;
	case KEY_BACKSPACE:
	case KEY_DELETE_BACK: cut(line, line->cursor - (line->cursor > 0), line->cursor); break;
	case KEY_DELETE:
	case KEY_CTRL('d'):
		cut(line, line->cursor, line->cursor + (line->cursor < line->length));
		break;
	case KEY_CTRL('u'): cut(line, 0, line->cursor); break;
	case KEY_CTRL('k'): cut(line, line->cursor, line->length); break;
	case KEY_CTRL('w'): cut(line, word_start(line), line->cursor); break;
	case KEY_UP:
	case KEY_CTRL('p'): show(editor, editor->shown - 1); break;
	case KEY_DOWN:
	case KEY_CTRL('n'): show(editor, editor->shown + 1); break;
	}
}

static bool is_character(unsigned int key)
{
	return (key >= ' ' && key < KEY_DELETE_BACK) || key == KEY_LOST;
}

enum editor_result editor_key(struct editor *editor, unsigned int key)
{
	/* Keeps pasted words with tabs between them apart. */
	if (key == KEY_TAB)
		key = ' ';
	if (is_character(key))
		return insert(&editor->line, key) ? EDITOR_GOES_ON : EDITOR_BELL;
	switch (key) {
	case KEY_ENTER: return editor->line.lost ? EDITOR_INCOMPLETE : EDITOR_LINE;
	case KEY_CTRL('c'): return EDITOR_CANCELED;
	case KEY_CTRL('l'): return EDITOR_CLEAR;
	default: edit(editor, key); return EDITOR_GOES_ON;
	}
}

void editor_next(struct editor *editor, bool keep)
{
	const char *text = editor->line.text;

	if (keep && *text &&
	    (!editor->nr_lines || strcmp(history_line(editor, editor->nr_lines - 1), text) != 0)) {
		memcpy(history_line(editor, editor->nr_lines), text, editor->line.length + 1);
		editor->nr_lines++;
	}
	editor->shown = editor->nr_lines;
	set_text(&editor->line, "");
}
