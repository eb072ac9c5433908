/* SPDX-License-Identifier: MIT */
/* Suite "monitor_keys": bytes of a terminal and codes of a keyboard, as keys. */
#include <mercator/ktest.h>
#include <mercator/string.h>

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
		{ "\033[A", KEY_UP },      { "\033[B", KEY_DOWN },     { "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },    { "\033[H", KEY_HOME },     { "\033[F", KEY_END },
		{ "\033OA", KEY_UP },      { "\033OH", KEY_HOME },     { "\033[1~", KEY_HOME },
		{ "\033[7~", KEY_HOME },   { "\033[4~", KEY_END },     { "\033[8~", KEY_END },
		{ "\033[3~", KEY_DELETE }, { "\033[1;5C", KEY_RIGHT },
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

KTEST(monitor_keys, terminal_swallows_what_it_does_not_know)
{
	expect_one(t, "\033[2~x", 'x');
	expect_one(t, "\033[99999999999~x", 'x');
	expect_one(t, "\033[?25hx", 'x');
	expect_one(t, "\033zx", 'x');
	expect_one(t, "\033OQx", 'x');
	expect_one(t, "\033\033[A", KEY_UP);
	expect_one(t, "\033[\033[A", KEY_UP);
	expect_one(t, "\xc3\xa9\xffx", 'x');
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

KTEST(monitor_keys, any_bytes_give_only_keys_that_there_are)
{
	struct terminal_decoder terminal = { 0 };
	struct scan_decoder scan = { 0 };

	for (int i = 0; i < 20000; i++) {
		EXPECT_TRUE(t, terminal_decode(&terminal, (uint8_t)ktest_random(t)) <= KEY_DELETE);
		EXPECT_TRUE(t, scan_decode(&scan, (uint8_t)ktest_random(t)) <= KEY_DELETE);
	}
}
