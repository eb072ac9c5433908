/* SPDX-License-Identifier: MIT */
/* Showing the line that is being edited on a terminal (editor.h). */
#include <kernel/string.h>

#include "editor.h"

struct sink {
	void (*put)(void *context, const char *bytes, size_t length);
	void *context;
};

/*
 * The row: the prompt, and the part of the line around the cursor that fits. One column stays free,
 * because a terminal behaves differently after writing its last column (VT100, DECAWM).
 */
static struct view make_view(const char *prompt, const struct editor_line *line, size_t columns)
{
	const size_t prompt_length = strlen(prompt), room = columns - 1 - prompt_length;
	const size_t first = line->cursor > room ? line->cursor - room : 0;
	const size_t rest = line->length - first, shown = rest < room ? rest : room;
	struct view view = {
		.length = prompt_length + shown,
		.cursor = prompt_length + line->cursor - first,
	};

	memcpy(view.text, prompt, prompt_length);
	memcpy(view.text + prompt_length, line->text + first, shown);
	return view;
}

static void go_left(const struct sink *sink, size_t count)
{
	while (count--)
		sink->put(sink->context, "\b", 1);
}

static void move_cursor(const struct sink *sink, const struct view *from, size_t to)
{
	if (to < from->cursor)
		go_left(sink, from->cursor - to);
	else
		sink->put(sink->context, from->text + from->cursor, to - from->cursor);
}

void view_update(struct view *view, const char *prompt, const struct editor_line *line,
		 size_t columns, void (*put)(void *context, const char *bytes, size_t length),
		 void *context)
{
	const struct view next = make_view(prompt, line, columns);
	const struct sink sink = { put, context };
	size_t same = 0;

	while (same < view->length && same < next.length && view->text[same] == next.text[same])
		same++;
	if (same == view->length && same == next.length) {
		move_cursor(&sink, view, next.cursor);
	} else {
		move_cursor(&sink, view, same);
		put(context, next.text + same, next.length - same);
		if (view->length > next.length)
			put(context, "\033[K", 3);
		go_left(&sink, next.length - next.cursor);
	}
	*view = next;
}
