/* SPDX-License-Identifier: MIT */
/*
 * Editing a line from keys, with a history; and showing it on a terminal. Pure: keys come in and
 * bytes go out through arguments.
 *
 *	left, right, home, end, ctrl-b, f, a, e	move
 *	backspace, delete, ctrl-h, d		remove a character
 *	ctrl-u, k, w				remove all before the cursor, after it, the word before it
 *	up, down, ctrl-p, n			go through the history
 *	ctrl-c					forget the line
 *	ctrl-l					clear the screen
 *	tab					a blank
 *
 * A line that has lost a character, because there was no room or it was not allowed, must not be
 * run: the rest may be another command.
 */
#ifndef KERNEL_MONITOR_EDITOR_H
#define KERNEL_MONITOR_EDITOR_H

#include <mercator/types.h>

#define EDITOR_LINE_MAX 200 /* bytes, with the zero at the end */
#define EDITOR_HISTORY  32  /* lines */

/* Invariant: cursor <= length < EDITOR_LINE_MAX, text[length] is 0, and all before it is printable. */
struct editor_line {
	char text[EDITOR_LINE_MAX];
	size_t length;
	size_t cursor;
	bool lost; /* a typed character is missing; until the line is empty */
};

struct editor {
	struct editor_line line;

	/* The lines that were finished, in a ring: the newest has number nr_lines - 1. */
	char history[EDITOR_HISTORY][EDITOR_LINE_MAX];
	size_t nr_lines;
	size_t shown;             /* number of the line that is shown; nr_lines: the new one */
	struct editor_line draft; /* the new one, while an older one is shown */
};

enum editor_result {
	EDITOR_GOES_ON,
	EDITOR_BELL,       /* the character was refused; the line goes on */
	EDITOR_LINE,       /* the line is finished: editor->line.text; then editor_next() */
	EDITOR_INCOMPLETE, /* finished, but has lost characters; then editor_next() */
	EDITOR_CANCELED,   /* discarded: then editor_next() */
	EDITOR_CLEAR,      /* clear the screen; the line goes on */
};

/* All zero at the start. */
enum editor_result editor_key(struct editor *editor, unsigned int key);

/*
 * Begin an empty line. If `keep`, the old one goes to the history, unless it is empty or the same
 * as the line before it.
 */
void editor_next(struct editor *editor, bool keep);

/* The bound on `columns`, below. */
#define VIEW_COLUMNS_MAX 80

/*
 * What a terminal shows of the line: only a part if it is longer than the row. All zero: nothing.
 */
struct view {
	char text[VIEW_COLUMNS_MAX];
	size_t length;
	size_t cursor;
};

/*
 * Show prompt and line in a row of `columns` (at most VIEW_COLUMNS_MAX, at least 2 more than the
 * prompt). `put` gets the bytes that update the row: text, backspaces and ESC [ K (erase from the
 * cursor to the end). The terminal's cursor must be where the last call left it.
 */
void view_update(struct view *view, const char *prompt, const struct editor_line *line,
		 size_t columns, void (*put)(void *context, const char *bytes, size_t length),
		 void *context);

#endif
