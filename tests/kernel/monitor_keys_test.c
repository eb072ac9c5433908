/* SPDX-License-Identifier: MIT */
/* Suite "monitor_keys": bytes of a terminal and codes of a keyboard, as keys. */
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../kernel/monitor/keys.h"

#define KEYS_MAX 16

/* The keys that a string of bytes gives; the last is KEY_NONE. */
static const unsigned int *terminal_keys(const char *bytes)
{
	static unsigned int keys[KEYS_MAX + 1];
	struct terminal_decoder decoder = { 0 };
	size_t count = 0;

	for (; *bytes && count < KEYS_MAX; bytes++) {
		unsigned int key = terminal_decode(&decoder, (uint8_t)*bytes);

		if (key != KEY_NONE)
			keys[count++] = key;
	}
	keys[count] = KEY_NONE;
	return keys;
}

static void expect_one(struct ktest_run *t, const char *bytes, unsigned int want)
{
	const unsigned int *keys = terminal_keys(bytes);

	if (!EXPECT_EQ(t, keys[0], want) || !EXPECT_EQ(t, keys[1], KEY_NONE))
		ktest_note(t, "of: %s", bytes + 1);
}

/* Keys that are no characters, as characters that no test below types. */
static char shown_as(unsigned int key)
{
	switch (key) {
	case KEY_LOST: return '?';
	case KEY_UP: return '^';
	case KEY_DELETE: return '!';
	default: return (char)key;
	}
}

static void expect_keys(struct ktest_run *t, const char *bytes, const char *want)
{
	const unsigned int *keys = terminal_keys(bytes);
	char got[KEYS_MAX + 1];
	size_t count = 0;

	for (; keys[count]; count++)
		got[count] = shown_as(keys[count]);
	got[count] = '\0';
	if (!EXPECT_STR(t, got, want))
		ktest_note(t, "of: %s", bytes + 1);
}

KTEST(monitor_keys, terminal_characters_are_themselves)
{
	const unsigned int *keys = terminal_keys("aZ~ \x01\x7f\x08\t\r\n");
	static const unsigned int want[] = {
		'a',           'Z',     '~',       ' ',       KEY_CTRL('a'), KEY_DELETE_BACK,
		KEY_BACKSPACE, KEY_TAB, KEY_ENTER, KEY_ENTER, KEY_NONE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(t, keys[i], want[i]);
}

KTEST(monitor_keys, terminal_sequences)
{
	static const struct {
		const char *bytes;
		unsigned int key;
	} cases[] = {
		{ "\033[A", KEY_UP },        { "\033[B", KEY_DOWN },     { "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },      { "\033[H", KEY_HOME },     { "\033[F", KEY_END },
		{ "\033OA", KEY_UP },        { "\033OH", KEY_HOME },     { "\033[1~", KEY_HOME },
		{ "\033[7~", KEY_HOME },     { "\033[4~", KEY_END },     { "\033[8~", KEY_END },
		{ "\033[3~", KEY_DELETE },   { "\033[1;5C", KEY_RIGHT }, { "\033O5C", KEY_RIGHT },
		{ "\033[3;5~", KEY_DELETE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_one(t, cases[i].bytes, cases[i].key);
}

KTEST(monitor_keys, terminal_sequences_in_a_row)
{
	const unsigned int *keys = terminal_keys("\033[1~\033[3~\033[4~");

	EXPECT_EQ(t, keys[0], KEY_HOME);
	EXPECT_EQ(t, keys[1], KEY_DELETE);
	EXPECT_EQ(t, keys[2], KEY_END);
	EXPECT_EQ(t, keys[3], KEY_NONE);
}

/* Nothing of it is a key, and the character after it is one again. */
static void expect_swallowed(struct ktest_run *t, const char *bytes)
{
	char text[64];

	fmt_print(text, sizeof(text), "%sx", bytes);
	expect_one(t, text, 'x');
}

KTEST(monitor_keys, terminal_swallows_what_it_does_not_know)
{
	static const char *const cases[] = {
		"\033[2~",   "\033[99999999999~",
		"\033[?25h", "\033[200~",
		"\033[;3~", /* the second parameter is no key */
		"\033[1;3R", "\033z",
		"\033OQ",    "\033O2P", /* F1 with shift, before xterm had ESC [ 1 ; 2 P */
		"\033O1;2P", "\033[[A", /* F1 and F5 of the Linux console */
		"\033[[E",   "\033(B",  /* ECMA-48, 5.3 */
		"\033 #8",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_swallowed(t, cases[i]);
	expect_one(t, "\033\033[A", KEY_UP);
	expect_one(t, "\033[\033[A", KEY_UP);
	expect_one(t, "\033[[\033[A", KEY_UP);
	expect_keys(t, "\033O[Ax", "Ax");
}

KTEST(monitor_keys, terminal_swallows_strings)
{
	static const char *const cases[] = {
		"\033]11;rgb:0/0/0\a",        "\033]11;rgb:0/0/0\033\\",
		"\033P1$r0m\033\\",           "\033_Gi=1;OK\033\\",
		"\033^private\033\\",         "\033Xstart\033\\",
		"\033]0;\xc3\xa9t\xc3\xa9\a", "\033]0;\t\b\x7f\a",
		"\033]0;[A~\033\\",           "\033P\033\\",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_swallowed(t, cases[i]);
	/* What breaks it off; Enter and ctrl-c are themselves. */
	expect_keys(t, "\033]11;rgb\rx", "\rx");
	expect_keys(t, "\033]11;rgb\nx", "\rx");
	expect_keys(t, "\033Pabc\003x", "\003x");
	expect_swallowed(t, "\033Pabc\030");
	expect_swallowed(t, "\033Pabc\032");
	expect_one(t, "\033]0;title\033[A", KEY_UP);
}

KTEST(monitor_keys, terminal_strings_have_an_end)
{
	struct terminal_decoder decoder = { 0 };

	for (int round = 0; round < 2; round++) {
		EXPECT_EQ(t, terminal_decode(&decoder, '\033'), KEY_NONE);
		EXPECT_EQ(t, terminal_decode(&decoder, ']'), KEY_NONE);
		for (int i = 0; i < 256; i++)
			ASSERT_EQ(t, terminal_decode(&decoder, i % 3 ? 'a' : 0xe9), KEY_NONE);
		EXPECT_EQ(t, terminal_decode(&decoder, 'a'), 'a');
	}
}

/* DEC's parser executes them at once, and goes on with the sequence; CAN and SUB end it. */
KTEST(monitor_keys, terminal_control_characters_count_in_sequences)
{
	expect_keys(t, "\033[3\001~x", "\001!x");
	expect_keys(t, "\033O\b2Px", "\bx");
	expect_keys(t, "\033[[\tAx", "\tx");
	expect_keys(t, "\033(\tBx", "\tx");
	expect_keys(t, "\033[3\030~x", "\030~x");
	expect_keys(t, "\033[3\032~x", "\032~x");
	/* The end of the line also ends the sequence. */
	expect_keys(t, "\033[\003A", "\003A");
	expect_keys(t, "\033[3\r~x", "\r~x");
	expect_keys(t, "\033O\nA", "\rA");
	/* Alt and a control key, or a lone ESC before it: there is nothing that could go on. */
	expect_keys(t, "\033\rwalk", "\rwalk");
	expect_keys(t, "\033\003x", "\003x");
	expect_keys(t, "\033\x7fx", "\x7fx");
}

KTEST(monitor_keys, terminal_sequences_end_after_a_moment)
{
	static const char *const begun[] = { "\033",    "\033[", "\033[[", "\033O",
					     "\033[1;", "\033(", "\033]" };

	for (size_t i = 0; i < ARRAY_SIZE(begun); i++) {
		struct terminal_decoder decoder = { 0 };

		for (const char *byte = begun[i]; *byte; byte++)
			EXPECT_EQ(t, terminal_decode(&decoder, (uint8_t)*byte), KEY_NONE);
		terminal_pause(&decoder);
		if (!EXPECT_EQ(t, terminal_decode(&decoder, 'A'), 'A'))
			ktest_note(t, "of: ESC%s", begun[i] + 1);
	}
}

/* A terminal's answer may come slowly. */
KTEST(monitor_keys, terminal_strings_go_on_after_a_moment)
{
	struct terminal_decoder decoder = { 0 };

	for (const char *byte = "\033]1"; *byte; byte++)
		EXPECT_EQ(t, terminal_decode(&decoder, (uint8_t)*byte), KEY_NONE);
	terminal_pause(&decoder);
	EXPECT_EQ(t, terminal_decode(&decoder, 'x'), KEY_NONE);
	EXPECT_EQ(t, terminal_decode(&decoder, '\a'), KEY_NONE);
	EXPECT_EQ(t, terminal_decode(&decoder, 'x'), 'x');
}

KTEST(monitor_keys, terminal_utf_8_is_one_character_that_is_lost)
{
	expect_keys(t, "a\xc3\xa9z", "a?z");
	expect_keys(t, "\xe2\x82\xac\xc2\xa0x", "??x");
	expect_keys(t, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "??");
	/* Invalid UTF-8: one key for each stray byte and for each character that is cut off. */
	expect_keys(t, "\xa9\xa9\xffx", "???x");
	expect_keys(t, "\xc3\xa9\xa9x", "??x");
	expect_keys(t, "\xe2\x82x\x82", "?x?");
	expect_keys(t, "\xe2\xe2\x82\xac", "??");
	expect_keys(t, "\xe2\x82\033[A\x82", "?^?");
	/* A byte beyond ASCII ends a sequence. */
	expect_keys(t, "\033\xc3\xa9x", "?x");
	expect_keys(t, "\033[3\xc3\xa9~", "?~");
}

/* The keys of scan codes, of which the last is 0. */
static const unsigned int *scan_keys(const uint8_t *codes)
{
	static unsigned int keys[KEYS_MAX + 1];
	struct scan_decoder decoder = { 0 };
	size_t count = 0;

	for (; *codes && count < KEYS_MAX; codes++) {
		unsigned int key = scan_decode(&decoder, *codes);

		if (key != KEY_NONE)
			keys[count++] = key;
	}
	keys[count] = KEY_NONE;
	return keys;
}

#define EXPECT_SCAN(t, want, ...)                                                                  \
	do {                                                                                       \
		static const uint8_t codes_[] = { __VA_ARGS__, 0 };                                \
		const unsigned int *keys_ = scan_keys(codes_);                                     \
		const char *want_ = (want);                                                        \
		for (; *want_ || *keys_; want_++, keys_++)                                         \
			if (!EXPECT_EQ(t, *keys_, (unsigned char)*want_) || !*keys_)               \
				break;                                                             \
	} while (0)

KTEST(monitor_keys, scan_codes_of_the_us_layout)
{
	struct scan_decoder decoder = { 0 };
	/* Row by row, with the codes that begin the rows. */
	static const struct {
		uint8_t first;
		const char *plain, *shifted;
	} rows[] = {
		{ 0x02, "1234567890-=\b\tqwertyuiop[]\r", "!@#$%^&*()_+\b\tQWERTYUIOP{}\r" },
		{ 0x1e, "asdfghjkl;'`", "ASDFGHJKL:\"~" },
		{ 0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?" },
		{ 0x37, "*", "*" },
		{ 0x39, " ", " " },
		{ 0x47, "789-456+1230.", "789-456+1230." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (uint8_t j = 0; rows[i].plain[j]; j++)
			EXPECT_EQ(t, scan_decode(&decoder, rows[i].first + j), rows[i].plain[j]);
	scan_decode(&decoder, 0x36);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (uint8_t j = 0; rows[i].plain[j]; j++)
			EXPECT_EQ(t, scan_decode(&decoder, rows[i].first + j), rows[i].shifted[j]);
}

KTEST(monitor_keys, scan_codes_of_modifiers)
{
	EXPECT_SCAN(t, "aAa", 0x1e, 0x9e, 0x2a, 0x1e, 0xaa, 0x1e);
	/* One shift is enough, whichever is let go. */
	EXPECT_SCAN(t, "AAa", 0x2a, 0x36, 0x1e, 0xaa, 0x1e, 0xb6, 0x1e);
	/* Caps lock: letters only, and shift turns it round. */
	EXPECT_SCAN(t, "A1a!a", 0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0x02, 0xaa, 0x3a, 0xba, 0x1e);
	EXPECT_SCAN(t,
		    "\x01\x0c"
		    "a",
		    0x1d, 0x1e, 0x26, 0x9d, 0x1e);
	/* The right ctrl is the left one with a prefix; ctrl and a digit is nothing. */
	EXPECT_SCAN(t,
		    "\x03"
		    "c",
		    0xe0, 0x1d, 0x2e, 0x02, 0xe0, 0x9d, 0x2e);
}

KTEST(monitor_keys, scan_codes_with_a_prefix)
{
	static const struct {
		uint8_t code;
		unsigned int key;
	} cases[] = {
		{ 0x48, KEY_UP },   { 0x50, KEY_DOWN }, { 0x4b, KEY_LEFT },   { 0x4d, KEY_RIGHT },
		{ 0x47, KEY_HOME }, { 0x4f, KEY_END },  { 0x53, KEY_DELETE }, { 0x1c, KEY_ENTER },
		{ 0x35, '/' },      { 0x5b, KEY_NONE }, { 0x2a, KEY_NONE },
	};
	struct scan_decoder decoder = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(t, scan_decode(&decoder, 0xe0), KEY_NONE);
		EXPECT_EQ(t, scan_decode(&decoder, cases[i].code), cases[i].key);
		EXPECT_EQ(t, scan_decode(&decoder, 0xe0), KEY_NONE);
		EXPECT_EQ(t, scan_decode(&decoder, cases[i].code | 0x80), KEY_NONE);
	}
	/* The false shift, E0 2A, is none; the pause key is six codes that mean nothing. */
	EXPECT_SCAN(t, "a", 0xe0, 0x2a, 0x1e);
	EXPECT_SCAN(t, "a", 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e);
	EXPECT_SCAN(t, "a", 0xe1, 0x1d, 0x45, 0x1e);
}

/* The keyboard's buffer was full. Releases may be lost, so no key counts as held down. */
KTEST(monitor_keys, scan_codes_that_were_lost)
{
	static const uint8_t overruns[] = { 0xff, 0x00 };

	for (size_t i = 0; i < ARRAY_SIZE(overruns); i++) {
		struct scan_decoder decoder = { .shift_left = true,
						.ctrl_right = true,
						.caps = true };

		EXPECT_EQ(t, scan_decode(&decoder, 0xe0), KEY_NONE);
		EXPECT_EQ(t, scan_decode(&decoder, overruns[i]), KEY_LOST);
		EXPECT_EQ(t, scan_decode(&decoder, 0x1e), 'A');
		EXPECT_EQ(t, scan_decode(&decoder, 0xe1), KEY_NONE);
		EXPECT_EQ(t, scan_decode(&decoder, overruns[i]), KEY_LOST);
		EXPECT_EQ(t, scan_decode(&decoder, 0x02), '1');
	}
	/* The keyboard's own messages: acknowledge, self-test passed, resend. */
	EXPECT_SCAN(t, "a", 0xfa, 0xaa, 0xfe, 0x1e);
}

KTEST(monitor_keys, any_bytes_give_only_keys_that_there_are)
{
	struct terminal_decoder terminal = { 0 };
	struct scan_decoder scan = { 0 };

	for (int i = 0; i < 20000; i++) {
		EXPECT_TRUE(t, terminal_decode(&terminal, (uint8_t)ktest_random(t)) <= KEY_DELETE);
		EXPECT_TRUE(t, scan_decode(&scan, (uint8_t)ktest_random(t)) <= KEY_DELETE);
	}
}
