/* SPDX-License-Identifier: MIT */
/* Suite "monitor_words": lines, words, numbers, rights; and commands found and run. */
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/pagetable.h>

#include "../../kernel/monitor/command.h"

static void expect_words(struct ktest_run *t, const struct words *words, unsigned int count,
			 const char *const *want)
{
	EXPECT_EQ(t, words->count, count);
	for (unsigned int i = 0; i < count && i < words->count; i++)
		EXPECT_STR(t, words->word[i], want[i]);
}

KTEST(monitor_words, commands_end_at_semicolons_and_words_at_blanks)
{
	const char *line = "  walk   0x10 ;;maps;  a b c  ", *cursor = line;
	struct words words;

	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	expect_words(t, &words, 2, (const char *const[]){ "walk", "0x10" });
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	EXPECT_EQ(t, words.count, 0);
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	expect_words(t, &words, 1, (const char *const[]){ "maps" });
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	expect_words(t, &words, 3, (const char *const[]){ "a", "b", "c" });
	EXPECT_TRUE(t, cursor == line + strlen(line));
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	EXPECT_EQ(t, words.count, 0);
}

KTEST(monitor_words, too_many_and_too_long_lose_only_their_own_command)
{
	static char line[2 * WORDS_TEXT];
	const char *cursor = "1 2 3 4 5 6 7 8 9; next";
	struct words words;

	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_TOO_MANY);
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	expect_words(t, &words, 1, (const char *const[]){ "next" });

	memset(line, 'x', sizeof(line));
	memcpy(line + WORDS_TEXT, ";b c", 5);
	cursor = line;
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_TOO_LONG);
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	expect_words(t, &words, 2, (const char *const[]){ "b", "c" });

	/* A word that fills the text to its last byte is not too long. */
	memcpy(line + WORDS_TEXT - 1, "; a", 4);
	cursor = line;
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_OK);
	EXPECT_EQ(t, strlen(words.word[0]), WORDS_TEXT - 1);
	memcpy(line + WORDS_TEXT - 3, " aa; b", 7);
	cursor = line;
	EXPECT_EQ(t, words_split(&words, &cursor), WORDS_TOO_LONG);
}

KTEST(monitor_words, numbers)
{
	static const struct {
		const char *text;
		uint64_t number;
	} good[] = {
		{ "0", 0 },
		{ "0x0", 0 },
		{ "18446744073709551615", UINT64_MAX },
		{ "0xFFFFffffFFFFffff", UINT64_MAX },
		{ "0xffff_8000_0000_0000", UINT64_C(0xffff800000000000) },
		{ "4K", 4096 },
		{ "2M", MIB(2) },
		{ "1g", GIB(1) },
		{ "3T", TIB(3) },
		{ "0x10k", 0x4000 },
		{ "16383T", TIB(16383) },
		{ "1_000", 1000 },
	};
	static const char *const bad[] = {
		"",
		"x",
		"0x",
		"-1",
		"+1",
		"1a",
		"0xg",
		"4KB",
		"K",
		"_1",
		"4K4",
		"1.5M",
		"0x_1",
		"18446744073709551616",
		"16777216T",
		"0x10000000000000000",
		"99999999999999999999999999",
		"1 ",
	};
	uint64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		number = 77;
		if (!EXPECT_TRUE(t, words_number(good[i].text, &number)) ||
		    !EXPECT_EQ(t, number, good[i].number))
			ktest_note(t, "of: %s", good[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		number = 77;
		if (!EXPECT_TRUE(t, !words_number(bad[i], &number)) || !EXPECT_EQ(t, number, 77))
			ktest_note(t, "of: %s", bad[i]);
	}
}

KTEST(monitor_words, rights)
{
	unsigned int rights;

	EXPECT_TRUE(t, words_rights("rwxug", &rights));
	EXPECT_EQ(t, rights, MC_RIGHTS_ALL);
	EXPECT_TRUE(t, words_rights("r-x", &rights));
	EXPECT_EQ(t, rights, MC_RIGHT_READ | MC_RIGHT_EXECUTE);
	EXPECT_TRUE(t, words_rights("wr", &rights));
	EXPECT_EQ(t, rights, MC_RIGHT_READ | MC_RIGHT_WRITE);
	EXPECT_TRUE(t, !words_rights("", &rights));
	EXPECT_TRUE(t, !words_rights("rq", &rights));
	EXPECT_TRUE(t, !words_rights("0x3", &rights));
}

/* What the commands below were called with. */
static unsigned int nr_calls, last_count;
static enum command_result answer;

static enum command_result note_call(unsigned int count, const char *const *arguments)
{
	(void)arguments;
	nr_calls++;
	last_count = count;
	return answer;
}

static const struct command one = {
	.name = "one",
	.arguments = "A [B]",
	.summary = "",
	.text = "",
	.least = 1,
	.most = 2,
	.run = note_call,
};
static const struct command on = {
	.name = "on", .arguments = "", .summary = "", .text = "", .run = note_call
};
static const struct command *const commands[] = { &one, &on, NULL };

KTEST(monitor_words, commands_are_found_by_their_whole_name)
{
	EXPECT_TRUE(t, command_find(commands, "one") == &one);
	EXPECT_TRUE(t, command_find(commands, "on") == &on);
	EXPECT_TRUE(t, !command_find(commands, "o"));
	EXPECT_TRUE(t, !command_find(commands, "ones"));
	EXPECT_TRUE(t, !command_find(commands, ""));
}

KTEST(monitor_words, commands_get_as_many_arguments_as_they_take)
{
	static const struct {
		const char *line;
		unsigned int nr_calls;
		enum command_result result;
		const char *logged;
	} cases[] = {
		{ "", 0, COMMAND_OK, "" },
		{ " ; ;", 0, COMMAND_OK, "" },
		{ "one 1", 1, COMMAND_OK, "" },
		{ "one 1 2", 1, COMMAND_OK, "" },
		{ "one", 0, COMMAND_MISUSED, "one: something is missing" },
		{ "one 1 2 3", 0, COMMAND_MISUSED, "one: \"3\" is too much" },
		{ "on 1", 0, COMMAND_MISUSED, "on: \"1\" is too much" },
		{ "none", 0, COMMAND_MISUSED, "no command \"none\": `help` lists them" },
		{ "none; on; one 1", 2, COMMAND_MISUSED, "no command \"none\": `help` lists them" },
		{ "on 1 2 3 4 5 6 7 8; on", 1, COMMAND_MISUSED, "a command has at most 8 words" },
	};
	enum command_result result;

	answer = COMMAND_OK;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		nr_calls = 0;
		EXPECT_LOGGED(t, result = command_run_line(commands, cases[i].line),
			      cases[i].logged);
		if (!EXPECT_EQ(t, result, cases[i].result) ||
		    !EXPECT_EQ(t, nr_calls, cases[i].nr_calls))
			ktest_note(t, "of: %s", cases[i].line);
	}
	answer = COMMAND_CHECK_FAILED;
	EXPECT_LOGGED(t, result = command_run_line(commands, "one 1 2; none"),
		      "no command \"none\": `help` lists them");
	EXPECT_EQ(t, result, COMMAND_CHECK_FAILED);
	EXPECT_EQ(t, last_count, 2);
}

KTEST(monitor_words, help_knows_the_commands)
{
	enum command_result result;

	EXPECT_EQ(t, command_help(commands, 0, NULL), COMMAND_OK);
	EXPECT_EQ(t, command_help(commands, 1, (const char *const[]){ "one" }), COMMAND_OK);
	EXPECT_LOGGED(t, result = command_help(commands, 1, (const char *const[]){ "none" }),
		      "help: no command \"none\"");
	EXPECT_EQ(t, result, COMMAND_MISUSED);
}
