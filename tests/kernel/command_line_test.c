/* SPDX-License-Identifier: MIT */
/* Suites "command_line": words, values, quotes and numbers; and "options": what they ask for. */
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/options.h>
#include <kernel/string.h>
#include <kernel/units.h>

static struct command_line_word word; /* large for a stack */

/* The value of the first word with this key; NULL if there is none. */
static const char *value_of(const char *line, const char *key)
{
	while (command_line_next(&line, &word))
		if (strcmp(word.key, key) == 0)
			return word.value;
	return NULL;
}

KTEST(command_line, finds_words_and_values)
{
	const char *line = "  selftest=mm.*  exit=isa-debug quiet last=";

	EXPECT_STR(t, value_of(line, "selftest"), "mm.*");
	EXPECT_STR(t, value_of(line, "exit"), "isa-debug");
	EXPECT_STR(t, value_of(line, "quiet"), "");
	EXPECT_STR(t, value_of(line, "last"), "");
}

KTEST(command_line, does_not_find_parts_of_words)
{
	EXPECT_STR(t, value_of("", "a"), NULL);
	EXPECT_STR(t, value_of("selftests xselftest", "selftest"), NULL);
	EXPECT_STR(t, value_of("a=selftest", "selftest"), NULL);
	EXPECT_STR(t, value_of("a=\"b selftest c\"", "selftest"), NULL);
}

KTEST(command_line, quotes_keep_spaces_and_go_away)
{
	EXPECT_STR(t, value_of("run=\"walk 0x10; maps\" x", "run"), "walk 0x10; maps");
	EXPECT_STR(t, value_of("\"run=a b\" x", "x"), "");
	EXPECT_STR(t, value_of("y \"run=a b; c\" x", "run"), "a b; c");
	EXPECT_TRUE(t, !word.is_open);
	EXPECT_STR(t, value_of("run=\"never closed", "run"), "never closed");
	EXPECT_TRUE(t, word.is_open);
	EXPECT_STR(t, value_of("a=b=c", "a"), "b=c");
}

KTEST(command_line, a_backslash_makes_a_quote_text)
{
	EXPECT_STR(t, value_of("\"run=a \\\"b\\\" \\\\ \\'c\\' \\d\" x", "run"),
		   "a \"b\" \\ 'c' \\d");
	EXPECT_STR(t, value_of("run=a\\\" x", "x"), "");
	EXPECT_STR(t, value_of("run=a\\", "run"), "a\\");
}

/* A line with a letter many times in the middle. */
static const char *long_line(const char *before, char letter, size_t count, const char *after)
{
	static char line[2 * COMMAND_LINE_VALUE_SIZE];
	size_t length = fmt_print(line, sizeof(line), "%s", before);

	memset(line + length, letter, count);
	fmt_print(line + length + count, sizeof(line) - length - count, "%s", after);
	return line;
}

KTEST(command_line, says_what_it_cuts)
{
	const char *line = long_line("a=", 'b', COMMAND_LINE_VALUE_SIZE - 1, "");

	ASSERT_TRUE(t, command_line_next(&line, &word));
	EXPECT_EQ(t, strlen(word.value), COMMAND_LINE_VALUE_SIZE - 1);
	EXPECT_TRUE(t, !word.is_cut);
	line = long_line("a=", 'b', COMMAND_LINE_VALUE_SIZE, " x");
	ASSERT_TRUE(t, command_line_next(&line, &word));
	EXPECT_EQ(t, strlen(word.value), COMMAND_LINE_VALUE_SIZE - 1);
	EXPECT_TRUE(t, word.is_cut);
	ASSERT_TRUE(t, command_line_next(&line, &word));
	EXPECT_STR(t, word.key, "x");

	line = long_line("", 'a', COMMAND_LINE_KEY_SIZE - 1, "");
	ASSERT_TRUE(t, command_line_next(&line, &word));
	EXPECT_TRUE(t, !word.is_cut);
	line = long_line("", 'a', COMMAND_LINE_KEY_SIZE, "");
	ASSERT_TRUE(t, command_line_next(&line, &word));
	EXPECT_EQ(t, strlen(word.key), COMMAND_LINE_KEY_SIZE - 1);
	EXPECT_TRUE(t, word.is_cut);
}

KTEST(command_line, words_one_after_another)
{
	const char *cursor = " a=1 bc  d=\"x y\" ";

	ASSERT_TRUE(t, command_line_next(&cursor, &word));
	EXPECT_STR(t, word.key, "a");
	ASSERT_TRUE(t, command_line_next(&cursor, &word));
	EXPECT_STR(t, word.key, "bc");
	ASSERT_TRUE(t, command_line_next(&cursor, &word));
	EXPECT_STR(t, word.key, "d");
	EXPECT_TRUE(t, !command_line_next(&cursor, &word));
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
	EXPECT_TRUE(t, parse_number("0x10", &n));
	EXPECT_EQ(t, n, 16);

	n = 77;
	EXPECT_TRUE(t, !parse_number("18446744073709551616", &n));
	EXPECT_TRUE(t, !parse_number("0x10000000000000000", &n));
	EXPECT_TRUE(t, !parse_number("", &n));
	EXPECT_TRUE(t, !parse_number("0x", &n));
	EXPECT_TRUE(t, !parse_number("12a", &n));
	EXPECT_TRUE(t, !parse_number("-1", &n));
	EXPECT_EQ(t, n, 77);
}

static struct options options; /* large, too */
static unsigned int nr_complaints;
static char complaint[LOG_LINE_MAX]; /* the last */

static void complain(const char *text)
{
	nr_complaints++;
	fmt_print(complaint, sizeof(complaint), "%s", text);
}

static bool parse(const char *line)
{
	nr_complaints = 0;
	options_parse(&options, line, complain);
	return options.make_sense;
}

KTEST(options, everything_at_once)
{
	EXPECT_TRUE(t,
		    parse("selftest=mm.* seed=0x10 bench=a.?b loglevel=4 modules=keep dump=tables "
			  "exit=isa-debug \"run=maps; walk 0\""));
	EXPECT_TRUE(t, options.selftest && options.bench && options.run && options.has_seed);
	EXPECT_TRUE(t, options.keep_modules && options.dump_tables);
	EXPECT_STR(t, options.selftest_glob, "mm.*");
	EXPECT_STR(t, options.bench_glob, "a.?b");
	EXPECT_STR(t, options.commands, "maps; walk 0");
	EXPECT_EQ(t, options.seed, 16);
	EXPECT_EQ(t, options.log_level, LOG_DEBUG);
	EXPECT_EQ(t, options.way_out, LEAVE_ISA_DEBUG);
	EXPECT_EQ(t, nr_complaints, 0);
}

KTEST(options, nothing_is_asked_for_by_itself)
{
	EXPECT_TRUE(t, parse(""));
	EXPECT_TRUE(t, !options.selftest && !options.bench && !options.run && !options.has_seed);
	EXPECT_TRUE(t, !options.keep_modules && !options.dump_tables);
	EXPECT_EQ(t, options.log_level, 0);
	EXPECT_EQ(t, options.way_out, STAY);
	EXPECT_TRUE(t, parse("selftest bench exit=bochs"));
	EXPECT_TRUE(t, options.selftest && options.bench);
	EXPECT_STR(t, options.selftest_glob, "");
	EXPECT_STR(t, options.bench_glob, "");
	EXPECT_EQ(t, options.way_out, LEAVE_BOCHS);
}

KTEST(options, the_last_of_equal_keys_counts)
{
	EXPECT_TRUE(t, parse("selftest=a seed=1 selftest=b seed=2"));
	EXPECT_STR(t, options.selftest_glob, "b");
	EXPECT_EQ(t, options.seed, 2);
	EXPECT_TRUE(t, parse("selftest=a selftest"));
	EXPECT_STR(t, options.selftest_glob, "");
}

KTEST(options, what_makes_no_sense_is_named)
{
	static const struct {
		const char *line, *complaint;
	} cases[] = {
		{ "nonsense=1", "\"nonsense\" is not known" },
		{ "selftests", "\"selftests\" is not known" },
		{ "=", "\"\" is not known" },
		{ "seed", "seed= is not a number" },
		{ "seed=-1", "seed=-1 is not a number" },
		{ "seed=0x10000000000000000", "seed=0x10000000000000000 is not a number" },
		{ "loglevel=", "loglevel= is not a number" },
		{ "loglevel=high", "loglevel=high is not a number" },
		{ "loglevel=0", "loglevel=0 is not between 1 and 4" },
		{ "loglevel=5", "loglevel=5 is not between 1 and 4" },
		{ "modules", "modules= is not known: modules=keep is" },
		{ "modules=kept", "modules=kept is not known: modules=keep is" },
		{ "dump", "dump= is not known: dump=tables is" },
		{ "dump=table", "dump=table is not known: dump=tables is" },
		{ "exit", "exit= is not known: exit=isa-debug and exit=bochs are" },
		{ "exit=isa", "exit=isa is not known: exit=isa-debug and exit=bochs are" },
		{ "run=\"alloc", "run= has a quote that is not closed: the rest is missing" },
		{ "\"run=alloc", "run= has a quote that is not closed: the rest is missing" },
		{ "selftest=\"a", "selftest= has a quote that is not closed: the rest is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char line[128];

		EXPECT_TRUE(t, !parse(cases[i].line));
		EXPECT_STR(t, complaint, cases[i].complaint);
		EXPECT_EQ(t, nr_complaints, 1);
		/* Whatever comes before. */
		fmt_print(line, sizeof(line), "exit=isa-debug seed=1 modules=keep dump=tables %s",
			  cases[i].line);
		EXPECT_TRUE(t, !parse(line));
		EXPECT_STR(t, complaint, cases[i].complaint);
		EXPECT_EQ(t, nr_complaints, 1);
	}
	EXPECT_TRUE(t, !parse("a b exit=isa-debug seed=x"));
	EXPECT_EQ(t, nr_complaints, 3);
	EXPECT_EQ(t, options.way_out, LEAVE_ISA_DEBUG);
}

/* A value of as many characters as fit is taken whole; of one more, nothing is. */
static void check_longest(struct ktest_run *t, const char *key, const char *taken, size_t size)
{
	char want[LOG_LINE_MAX];

	EXPECT_TRUE(t, parse(long_line(key, 'a', size - 1, "")));
	EXPECT_EQ(t, strlen(taken), size - 1);
	EXPECT_TRUE(t, !parse(long_line(key, 'a', size, " exit=isa-debug")));
	fmt_print(want, sizeof(want), "%s is longer than %zu characters", key, size - 1);
	EXPECT_STR(t, complaint, want);
	EXPECT_STR(t, taken, "");
	EXPECT_EQ(t, options.way_out, LEAVE_ISA_DEBUG);
}

KTEST(options, what_is_too_long_is_not_cut)
{
	check_longest(t, "run=", options.commands, OPTIONS_RUN_SIZE);
	check_longest(t, "selftest=", options.selftest_glob, OPTIONS_GLOB_SIZE);
	check_longest(t, "bench=", options.bench_glob, OPTIONS_GLOB_SIZE);
	EXPECT_TRUE(t, !parse(long_line("exit=isa-debug", ' ', COMMAND_LINE_VALUE_SIZE, "x")));
	EXPECT_STR(t, complaint, "\"x\" is not known");
	EXPECT_TRUE(t, !parse(long_line("", 'a', COMMAND_LINE_KEY_SIZE, "")));
}
