/* SPDX-License-Identifier: MIT */
/*
 * The command line's words (kernel/options.h):
 *
 *	loglevel=N	1 errors, 2 warnings too, 3 information too, 4 debugging too
 *	selftest[=GLOB]	run the self-tests, or those whose suite.name matches GLOB
 *	seed=N		of the random self-tests
 *	bench[=GLOB]	run the benchmarks, or those whose suite.name matches GLOB
 *	run="COMMANDS"	commands of the monitor to run after the self-tests, with ; between them
 *	modules=keep	do not give the memory of the loader's modules to the frame allocator
 *	dump=tables	log every entry of the live page tables, after the self-tests
 *	exit=isa-debug	leave QEMU with status 33 (passed) or 35, instead of staying in the monitor
 *	exit=bochs	break into Bochs' debugger at the end
 */
#include <kernel/fmt.h>
#include <kernel/options.h>
#include <kernel/string.h>
#include <kernel/units.h>

#define SHOWN_MAX 80 /* of the user's words, in a message */

/* Store a value. Returns NULL, or the error text that follows `key=value`. */
typedef const char *(*take_value)(struct options *options, const char *value);

#define NOT_A_NUMBER "is not a number"

static const char *take_selftest(struct options *options, const char *value)
{
	options->selftest = true;
	fmt_print(options->selftest_glob, sizeof(options->selftest_glob), "%s", value);
	return NULL;
}

static const char *take_bench(struct options *options, const char *value)
{
	options->bench = true;
	fmt_print(options->bench_glob, sizeof(options->bench_glob), "%s", value);
	return NULL;
}

static const char *take_run(struct options *options, const char *value)
{
	options->run = true;
	fmt_print(options->commands, sizeof(options->commands), "%s", value);
	return NULL;
}

static const char *take_seed(struct options *options, const char *value)
{
	options->has_seed = parse_number(value, &options->seed);
	return options->has_seed ? NULL : NOT_A_NUMBER;
}

static const char *take_log_level(struct options *options, const char *value)
{
	uint64_t level;

	if (!parse_number(value, &level))
		return NOT_A_NUMBER;
	if (level < LOG_ERROR || level > LOG_DEBUG)
		return "is not between 1 and 4";
	options->log_level = (enum log_level)level;
	return NULL;
}

static const char *take_modules(struct options *options, const char *value)
{
	options->keep_modules = strcmp(value, "keep") == 0;
	return options->keep_modules ? NULL : "is not known: modules=keep is";
}

static const char *take_dump(struct options *options, const char *value)
{
	options->dump_tables = strcmp(value, "tables") == 0;
	return options->dump_tables ? NULL : "is not known: dump=tables is";
}

static const char *take_exit(struct options *options, const char *value)
{
	options->way_out = strcmp(value, "isa-debug") == 0 ? LEAVE_ISA_DEBUG
			   : strcmp(value, "bochs") == 0   ? LEAVE_BOCHS
							   : STAY;
	return options->way_out ? NULL : "is not known: exit=isa-debug and exit=bochs are";
}

static const struct option {
	const char *key;
	size_t value_size; /* more than the longest value */
	take_value take;
} known[] = {
	{ "bench", OPTIONS_GLOB_SIZE, take_bench },
	{ "dump", COMMAND_LINE_VALUE_SIZE, take_dump },
	{ "exit", COMMAND_LINE_VALUE_SIZE, take_exit },
	{ "loglevel", COMMAND_LINE_VALUE_SIZE, take_log_level },
	{ "modules", COMMAND_LINE_VALUE_SIZE, take_modules },
	{ "run", OPTIONS_RUN_SIZE, take_run },
	{ "seed", COMMAND_LINE_VALUE_SIZE, take_seed },
	{ "selftest", OPTIONS_GLOB_SIZE, take_selftest },
};
_Static_assert(OPTIONS_RUN_SIZE <= COMMAND_LINE_VALUE_SIZE, "a value of run= is read whole");

static const struct option *find(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(key, known[i].key) == 0)
			return &known[i];
	return NULL;
}

/* Store a word. False if it is not valid; then `text` says why. */
static bool take(struct options *options, const struct command_line_word *word, char *text,
		 size_t size)
{
	const struct option *option = find(word->key);
	const char *wrong;

	if (!option) {
		fmt_print(text, size, "\"%s\" is not known", word->key);
		return false;
	}
	if (word->is_open) {
		fmt_print(text, size, "%s= has a quote that is not closed: the rest is missing",
			  word->key);
		return false;
	}
	if (word->is_cut || strlen(word->value) >= option->value_size) {
		fmt_print(text, size, "%s= is longer than %zu characters", word->key,
			  option->value_size - 1);
		return false;
	}
	wrong = option->take(options, word->value);
	if (wrong)
		fmt_print(text, size, "%s=%.*s %s", word->key, SHOWN_MAX, word->value, wrong);
	return !wrong;
}

void options_parse(struct options *options, const char *command_line,
		   void (*complain)(const char *text))
{
	static struct command_line_word word; /* large for a stack */
	char text[LOG_LINE_MAX];

	*options = (struct options){ .make_sense = true };
	while (command_line_next(&command_line, &word)) {
		if (take(options, &word, text, sizeof(text)))
			continue;
		options->make_sense = false;
		complain(text);
	}
}

static void log_complaint(const char *text)
{
	log_error("command line: %s", text);
}

/* The loader's line has no end: nothing of it is run, but its `exit=` is used. */
static void parse_cut(struct options *options, const struct bootinfo *info)
{
	static char line[2 * COMMAND_LINE_VALUE_SIZE];

	fmt_print(line, sizeof(line), "%.*s", (int)info->cut_length, info->cut_command_line);
	options_parse(options, line, log_complaint);
	options->make_sense = false;
	log_complaint("it does not end in its tag: the rest is missing");
}

const struct options *options_init(const struct bootinfo *info)
{
	static struct options options;

	if (info->cut_command_line)
		parse_cut(&options, info);
	else
		options_parse(&options, info->command_line, log_complaint);
	if (options.log_level)
		log_set_threshold(options.log_level);
	return &options;
}
