/* SPDX-License-Identifier: MIT */
/* Suite "command_line": words, values, quotes and numbers. */
#include <mercator/command_line.h>
#include <mercator/ktest.h>

KTEST(command_line, finds_words_and_values)
{
	const char *line = "  selftest=mm.*  exit=isa-debug quiet last=";
	char value[32];

	EXPECT_TRUE(t, command_line_find(line, "selftest", value, sizeof(value)));
	EXPECT_STR(t, value, "mm.*");
	EXPECT_TRUE(t, command_line_find(line, "exit", value, sizeof(value)));
	EXPECT_STR(t, value, "isa-debug");
	EXPECT_TRUE(t, command_line_find(line, "quiet", value, sizeof(value)));
	EXPECT_STR(t, value, "");
	EXPECT_TRUE(t, command_line_find(line, "last", value, sizeof(value)));
	EXPECT_STR(t, value, "");
}

KTEST(command_line, does_not_find_parts_of_words)
{
	char value[32];

	EXPECT_TRUE(t, !command_line_find("", "a", value, sizeof(value)));
	EXPECT_TRUE(t, !command_line_find("selftests xselftest", "selftest", value, 32));
	EXPECT_TRUE(t, !command_line_find("a=selftest", "selftest", value, 32));
	EXPECT_TRUE(t, !command_line_find("a=\"b selftest c\"", "selftest", value, 32));
}

KTEST(command_line, the_last_of_equal_keys_counts)
{
	char value[32];

	EXPECT_TRUE(t, command_line_find("a=1 a=2 a", "a", value, sizeof(value)));
	EXPECT_STR(t, value, "");
	EXPECT_TRUE(t, command_line_find("a a=1 a=2", "a", value, sizeof(value)));
	EXPECT_STR(t, value, "2");
}

KTEST(command_line, quotes_keep_spaces_and_go_away)
{
	char value[32];

	EXPECT_TRUE(t, command_line_find("run=\"walk 0x10; maps\" x", "run", value, 32));
	EXPECT_STR(t, value, "walk 0x10; maps");
	EXPECT_TRUE(t, command_line_find("\"run=a b\" x", "x", value, 32));
	EXPECT_TRUE(t, command_line_find("y \"run=a b; c\" x", "run", value, 32));
	EXPECT_STR(t, value, "a b; c");
	EXPECT_TRUE(t, command_line_find("run=\"never closed", "run", value, 32));
	EXPECT_STR(t, value, "never closed");
	EXPECT_TRUE(t, command_line_find("a=b=c", "a", value, 32));
	EXPECT_STR(t, value, "b=c");
}

KTEST(command_line, a_backslash_makes_a_quote_text)
{
	char value[32];

	EXPECT_TRUE(t,
		    command_line_find("\"run=a \\\"b\\\" \\\\ \\'c\\' \\d\" x", "run", value, 32));
	EXPECT_STR(t, value, "a \"b\" \\ 'c' \\d");
	EXPECT_TRUE(t, command_line_find("run=a\\\" x", "x", value, 32));
	EXPECT_TRUE(t, command_line_find("run=a\\", "run", value, 32));
	EXPECT_STR(t, value, "a\\");
}

KTEST(command_line, cuts_values_to_the_buffer)
{
	char value[8] = "#######";

	EXPECT_TRUE(t, command_line_find("a=123456789", "a", value, 4));
	EXPECT_STR(t, value, "123");
	EXPECT_EQ(t, value[4], '#');
	EXPECT_TRUE(t, command_line_find("a=123456789", "a", value, 1));
	EXPECT_STR(t, value, "");
}

KTEST(command_line, keys_one_after_another)
{
	const char *cursor = " a=1 bc  d=\"x y\" ";
	char key[3];

	ASSERT_TRUE(t, command_line_next_key(&cursor, key, sizeof(key)));
	EXPECT_STR(t, key, "a");
	ASSERT_TRUE(t, command_line_next_key(&cursor, key, sizeof(key)));
	EXPECT_STR(t, key, "bc");
	ASSERT_TRUE(t, command_line_next_key(&cursor, key, sizeof(key)));
	EXPECT_STR(t, key, "d");
	EXPECT_TRUE(t, !command_line_next_key(&cursor, key, sizeof(key)));
}

KTEST(command_line, numbers)
{
	uint64_t n = 77;

	EXPECT_TRUE(t, parse_number("0", &n));
	EXPECT_EQ(t, n, 0);
	EXPECT_TRUE(t, parse_number("18446744073709551615", &n));
	EXPECT_EQ(t, n, UINT64_MAX);
	EXPECT_TRUE(t, parse_number("0xFFFFFFFFffffffff", &n));
	EXPECT_EQ(t, n, UINT64_MAX);
	EXPECT_TRUE(t, command_line_number("x seed=0x10", "seed", &n));
	EXPECT_EQ(t, n, 16);

	n = 77;
	EXPECT_TRUE(t, !parse_number("18446744073709551616", &n));
	EXPECT_TRUE(t, !parse_number("0x10000000000000000", &n));
	EXPECT_TRUE(t, !parse_number("", &n));
	EXPECT_TRUE(t, !parse_number("0x", &n));
	EXPECT_TRUE(t, !parse_number("12a", &n));
	EXPECT_TRUE(t, !parse_number("-1", &n));
	EXPECT_TRUE(t, !command_line_number("seed", "seed", &n));
	EXPECT_EQ(t, n, 77);
}
