/* SPDX-License-Identifier: MIT */
/*
 * Suite "monitor_editor": lines from keys, the history, and what a terminal shows of them: the bytes
 * go to a model of a terminal, which knows backspace, printing and erasing to the end of the row.
 */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../kernel/monitor/editor.h"
#include "../../kernel/monitor/keys.h"

#define PROMPT  "> "
#define COLUMNS 20

static struct editor editor;
static struct view view;

static struct terminal {
	char row[COLUMNS];
	size_t cursor;
	unsigned int nr_errors;
	unsigned int nr_bytes;
	unsigned int escape;
} terminal;

static void print(char byte)
{
	if (byte < ' ' || byte > '~' || terminal.cursor + 1 >= COLUMNS) {
		terminal.nr_errors++;
		return;
	}
	terminal.row[terminal.cursor++] = byte;
}

static void put(void *context, const char *bytes, size_t length)
{
	(void)context;
	terminal.nr_bytes += (unsigned int)length;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\033' || terminal.escape) {
			terminal.nr_errors += bytes[i] != "\033[K"[terminal.escape];
			terminal.escape = (terminal.escape + 1) % 3;
			if (!terminal.escape)
				memset(terminal.row + terminal.cursor, ' ',
				       COLUMNS - terminal.cursor);
		} else if (bytes[i] == '\b') {
			terminal.nr_errors += terminal.cursor == 0;
			terminal.cursor -= terminal.cursor > 0;
		} else {
			print(bytes[i]);
		}
	}
}

static void begin(void)
{
	editor = (struct editor){ 0 };
	view = (struct view){ 0 };
	terminal = (struct terminal){ 0 };
	memset(terminal.row, ' ', COLUMNS);
	view_update(&view, PROMPT, &editor.line, COLUMNS, put, NULL);
}

static enum editor_result press(unsigned int key)
{
	enum editor_result result = editor_key(&editor, key);

	view_update(&view, PROMPT, &editor.line, COLUMNS, put, NULL);
	return result;
}

static void type(const char *text)
{
	while (*text)
		press((unsigned char)*text++);
}

static void finish_line(bool keep)
{
	editor_next(&editor, keep);
	view_update(&view, PROMPT, &editor.line, COLUMNS, put, NULL);
}

/* The line is sound, and the terminal shows it, with the cursor where it is. */
static void expect_sound(struct ktest_run *t)
{
	const struct editor_line *line = &editor.line;
	const size_t room = COLUMNS - 1 - strlen(PROMPT);
	const size_t first = line->cursor > room ? line->cursor - room : 0;

	if (!EXPECT_TRUE(t, line->length < EDITOR_LINE_MAX))
		return;
	EXPECT_TRUE(t, line->cursor <= line->length);
	EXPECT_EQ(t, strlen(line->text), line->length);
	EXPECT_EQ(t, terminal.nr_errors, 0);
	EXPECT_EQ(t, terminal.escape, 0);
	EXPECT_TRUE(t, memcmp(terminal.row, PROMPT, strlen(PROMPT)) == 0);
	EXPECT_EQ(t, terminal.cursor, strlen(PROMPT) + line->cursor - first);
	for (size_t i = 0; i < room; i++)
		if (!EXPECT_EQ(t, terminal.row[strlen(PROMPT) + i],
			       first + i < line->length ? line->text[first + i] : ' '))
			return;
}

static void expect_line(struct ktest_run *t, const char *text, size_t cursor)
{
	EXPECT_STR(t, editor.line.text, text);
	EXPECT_EQ(t, editor.line.cursor, cursor);
	expect_sound(t);
}

KTEST(monitor_editor, characters_are_inserted_at_the_cursor)
{
	begin();
	type("wak");
	press(KEY_LEFT);
	type("l");
	expect_line(t, "walk", 3);
	press(KEY_END);
	type(" 1");
	expect_line(t, "walk 1", 6);
	press(KEY_HOME);
	type("x");
	expect_line(t, "xwalk 1", 1);
}

KTEST(monitor_editor, moving_stops_at_both_ends)
{
	begin();
	type("ab");
	press(KEY_RIGHT);
	expect_line(t, "ab", 2);
	for (int i = 0; i < 4; i++)
		press(KEY_LEFT);
	expect_line(t, "ab", 0);
	press(KEY_CTRL('f'));
	expect_line(t, "ab", 1);
	press(KEY_CTRL('e'));
	expect_line(t, "ab", 2);
	press(KEY_CTRL('b'));
	expect_line(t, "ab", 1);
	press(KEY_CTRL('a'));
	expect_line(t, "ab", 0);
}

KTEST(monitor_editor, removing)
{
	begin();
	type("abcdef");
	press(KEY_LEFT);
	press(KEY_DELETE_BACK);
	expect_line(t, "abcdf", 4);
	press(KEY_BACKSPACE);
	expect_line(t, "abcf", 3);
	press(KEY_HOME);
	press(KEY_DELETE);
	expect_line(t, "bcf", 0);
	press(KEY_CTRL('d'));
	expect_line(t, "cf", 0);
	press(KEY_BACKSPACE);
	expect_line(t, "cf", 0);
	press(KEY_END);
	press(KEY_DELETE);
	expect_line(t, "cf", 2);
}

KTEST(monitor_editor, removing_parts)
{
	begin();
	type("one two  three");
	press(KEY_CTRL('w'));
	expect_line(t, "one two  ", 9);
	press(KEY_CTRL('w'));
	expect_line(t, "one ", 4);
	type("two three");
	for (int i = 0; i < 5; i++)
		press(KEY_LEFT);
	press(KEY_CTRL('k'));
	expect_line(t, "one two ", 8);
	press(KEY_LEFT);
	press(KEY_CTRL('u'));
	expect_line(t, " ", 0);
	press(KEY_CTRL('u'));
	press(KEY_CTRL('k'));
	press(KEY_CTRL('k'));
	press(KEY_CTRL('w'));
	expect_line(t, "", 0);
}

KTEST(monitor_editor, history_goes_back_and_returns_to_the_draft)
{
	begin();
	type("one");
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
	finish_line(true);
	expect_line(t, "", 0);
	type("two");
	finish_line(true);
	type("dra");
	press(KEY_UP);
	expect_line(t, "two", 3);
	press(KEY_CTRL('p'));
	expect_line(t, "one", 3);
	press(KEY_UP);
	expect_line(t, "one", 3);
	type("!");
	press(KEY_DOWN);
	expect_line(t, "two", 3);
	press(KEY_CTRL('n'));
	expect_line(t, "dra", 3);
	press(KEY_DOWN);
	expect_line(t, "dra", 3);
	/* An old line that is changed does not change the history. */
	press(KEY_UP);
	press(KEY_UP);
	expect_line(t, "one", 3);
}

KTEST(monitor_editor, history_leaves_out_what_is_empty_canceled_or_repeated)
{
	static const char *const lines[] = { "a", "", "a", "b", "b" };

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		type(lines[i]);
		finish_line(true);
	}
	type("canceled");
	EXPECT_EQ(t, press(KEY_CTRL('c')), EDITOR_CANCELED);
	finish_line(false);
	press(KEY_UP);
	expect_line(t, "b", 1);
	press(KEY_UP);
	expect_line(t, "a", 1);
	press(KEY_UP);
	expect_line(t, "a", 1);
}

KTEST(monitor_editor, history_keeps_the_newest)
{
	begin();
	for (unsigned int i = 0; i < EDITOR_HISTORY + 5; i++) {
		press('A' + i % 26);
		press('a' + i / 26);
		finish_line(true);
	}
	for (unsigned int i = 0; i < EDITOR_HISTORY + 5; i++)
		press(KEY_UP);
	/* Line 5 is the oldest that is left. */
	expect_line(t, "Fa", 2);
}

KTEST(monitor_editor, a_full_line_takes_no_more)
{
	begin();
	for (int i = 0; i < EDITOR_LINE_MAX - 1; i++)
		EXPECT_EQ(t, press('a' + (unsigned int)i % 26), EDITOR_GOES_ON);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(t, press('a'), EDITOR_BELL);
	EXPECT_EQ(t, editor.line.length, EDITOR_LINE_MAX - 1);
	expect_sound(t);
	press(KEY_HOME);
	EXPECT_EQ(t, press('x'), EDITOR_BELL);
	EXPECT_EQ(t, press(KEY_TAB), EDITOR_BELL);
	EXPECT_EQ(t, editor.line.text[0], 'a');
	expect_sound(t);
	finish_line(true);
	press(KEY_UP);
	EXPECT_EQ(t, editor.line.length, EDITOR_LINE_MAX - 1);
	expect_sound(t);
}

/* What is left of it is another command. */
KTEST(monitor_editor, a_line_that_lost_characters_is_not_to_be_run)
{
	const char *command = "walk 0xffff888000abc000";
	unsigned int nr_bells = 0;

	begin();
	for (size_t i = 0; i < 182; i++)
		press(' ');
	for (; *command; command++)
		nr_bells += press((unsigned char)*command) == EDITOR_BELL;
	EXPECT_EQ(t, nr_bells, 182 + 23 - (EDITOR_LINE_MAX - 1));
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_INCOMPLETE);
	finish_line(true);
	type("walk 1");
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
}

/* The line stays incomplete if room is made afterwards, until it is empty. */
KTEST(monitor_editor, a_line_is_whole_again_when_it_is_empty)
{
	begin();
	type("12");
	EXPECT_EQ(t, press(KEY_LOST), EDITOR_BELL);
	expect_line(t, "12", 2);
	press(KEY_BACKSPACE);
	type("3");
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_INCOMPLETE);
	press(KEY_HOME);
	press(KEY_CTRL('k'));
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
	/* The first character, of an empty line, is not in it either. */
	EXPECT_EQ(t, press(KEY_LOST), EDITOR_BELL);
	type("4");
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_INCOMPLETE);
	press(KEY_BACKSPACE);
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
}

KTEST(monitor_editor, lines_of_the_history_are_whole_and_the_draft_is_as_it_was)
{
	begin();
	type("one");
	finish_line(true);
	type("tw");
	press(KEY_LOST);
	press(KEY_UP);
	expect_line(t, "one", 3);
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
	press(KEY_DOWN);
	expect_line(t, "tw", 2);
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_INCOMPLETE);
}

KTEST(monitor_editor, a_tab_is_a_blank)
{
	begin();
	type("peek\t0x1000\t8");
	expect_line(t, "peek 0x1000 8", 13);
}

KTEST(monitor_editor, other_keys_do_nothing)
{
	begin();
	type("a");
	for (const char *letter = "gjoqrstvxyz"; *letter; letter++)
		EXPECT_EQ(t, press(KEY_CTRL(*letter)), EDITOR_GOES_ON);
	EXPECT_EQ(t, press(KEY_DELETE + 1), EDITOR_GOES_ON);
	EXPECT_EQ(t, press(KEY_LOST + 1), EDITOR_GOES_ON);
	expect_line(t, "a", 1);
	EXPECT_EQ(t, press(KEY_CTRL('l')), EDITOR_CLEAR);
	expect_line(t, "a", 1);
	EXPECT_EQ(t, press(KEY_ENTER), EDITOR_LINE);
}

/* Typing at the end sends what was typed, and nothing else: a log of it can be read. */
KTEST(monitor_editor, typing_sends_each_character_once)
{
	begin();
	terminal.nr_bytes = 0;
	type("walk 0x1000");
	EXPECT_EQ(t, terminal.nr_bytes, 11);
	press(KEY_LEFT);
	EXPECT_EQ(t, terminal.nr_bytes, 12);
	press(KEY_RIGHT);
	EXPECT_EQ(t, terminal.nr_bytes, 13);
}

static unsigned int random_key(struct ktest_run *t)
{
	switch (ktest_random_below(t, 4)) {
	case 0: return KEY_UP + (unsigned int)ktest_random_below(t, 7);
	case 1: return (unsigned int)ktest_random_below(t, KEY_LOST + 1);
	default: return ' ' + (unsigned int)ktest_random_below(t, 95);
	}
}

/* Whatever is pressed: the line stays sound, and the terminal shows it. */
KTEST(monitor_editor, random_keys_keep_it_sound)
{
	for (int round = 0; round < 50; round++) {
		begin();
		for (int i = 0; i < 400; i++) {
			switch (press(random_key(t))) {
			case EDITOR_LINE:
			case EDITOR_INCOMPLETE: finish_line(true); break;
			case EDITOR_CANCELED: finish_line(false); break;
			default: break;
			}
			expect_sound(t);
		}
		if (t->nr_failures)
			return;
	}
}
