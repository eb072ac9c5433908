/* SPDX-License-Identifier: MIT */
/*
 * Suite "string": memcpy() and its kin against byte-by-byte models, at every small size, offset
 * and overlap. On the host the functions carry other names, beside the C library's.
 */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#define BUFFER_SIZE 64

static void fill(unsigned char *buffer)
{
	for (int i = 0; i < BUFFER_SIZE; i++)
		buffer[i] = (unsigned char)(i * 7 + 1);
}

static bool same(const unsigned char *a, const unsigned char *b)
{
	for (int i = 0; i < BUFFER_SIZE; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

KTEST(string, memcpy_copies_exactly)
{
	for (size_t size = 0; size <= 24; size++) {
		for (size_t offset = 0; offset < 8; offset++) {
			unsigned char from[BUFFER_SIZE], to[BUFFER_SIZE] = { 0 };
			unsigned char want[BUFFER_SIZE] = { 0 };

			fill(from);
			for (size_t i = 0; i < size; i++)
				want[offset + i] = from[8 - offset + i];
			EXPECT_TRUE(t, memcpy(to + offset, from + 8 - offset, size) == to + offset);
			EXPECT_TRUE(t, same(to, want));
		}
	}
}

KTEST(string, memmove_survives_every_overlap)
{
	for (size_t size = 0; size <= 24; size++) {
		for (size_t from = 0; from < 32; from++) {
			unsigned char buffer[BUFFER_SIZE], want[BUFFER_SIZE], copy[BUFFER_SIZE];

			fill(buffer);
			fill(want);
			fill(copy);
			for (size_t i = 0; i < size; i++)
				want[16 + i] = copy[from + i];
			EXPECT_TRUE(t, memmove(buffer + 16, buffer + from, size) == buffer + 16);
			EXPECT_TRUE(t, same(buffer, want));
		}
	}
}

KTEST(string, memset_sets_exactly)
{
	for (size_t size = 0; size <= 24; size++) {
		unsigned char buffer[BUFFER_SIZE], want[BUFFER_SIZE];

		fill(buffer);
		fill(want);
		for (size_t i = 0; i < size; i++)
			want[3 + i] = 0xa5;
		EXPECT_TRUE(t, memset(buffer + 3, 0x1a5, size) == buffer + 3);
		EXPECT_TRUE(t, same(buffer, want));
	}
}

KTEST(string, memcmp_orders_as_unsigned_bytes)
{
	EXPECT_EQ(t, memcmp("abc", "abc", 3), 0);
	EXPECT_EQ(t, memcmp("abc", "abd", 2), 0);
	EXPECT_TRUE(t, memcmp("abc", "abd", 3) < 0);
	EXPECT_TRUE(t, memcmp("\xff", "\x01", 1) > 0);
}

KTEST(string, strings_compare_and_measure)
{
	EXPECT_EQ(t, strlen(""), 0);
	EXPECT_EQ(t, strlen("four"), 4);
	EXPECT_EQ(t, strcmp("same", "same"), 0);
	EXPECT_TRUE(t, strcmp("a", "ab") < 0);
	EXPECT_TRUE(t, strcmp("b", "ab") > 0);
	EXPECT_TRUE(t, strcmp("\xff", "a") > 0);
	EXPECT_EQ(t, strncmp("selftest=x", "selftest", 8), 0);
	EXPECT_TRUE(t, strncmp("selftess", "selftest", 8) < 0);
	EXPECT_EQ(t, strncmp("a\0b", "a\0c", 3), 0);
}

KTEST(string, glob_matches)
{
	static const struct {
		const char *glob, *text;
		bool match;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "anything", true },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "fmt.*", "fmt.width", true },
		{ "fmt.*", "xfmt.width", false },
		{ "*.width", "fmt.width", true },
		{ "*a*b", "xaxaxb", true },
		{ "*a*b", "xaxaxc", false },
		{ "**", "x", true },
		{ "a*", "ba", false },
		{ "*ab", "aab", true },
		{ "?", "", false },
		{ "abc", "ab", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(t, text_matches(cases[i].glob, cases[i].text), cases[i].match);
}
