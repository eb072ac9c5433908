/* SPDX-License-Identifier: MIT */
/*
 * The command line's words (mercator/options.h):
 *
 *	loglevel=N	1 errors, 2 warnings too, 3 information too, 4 debugging too
 *	selftest[=GLOB]	run the self-tests, or those whose suite.name fits GLOB
 *	seed=N		of the random self-tests
 *	bench[=GLOB]	run the benchmarks, or those whose suite.name fits GLOB
 *	run="COMMANDS"	commands of the monitor to run after the self-tests, with ; between them
 *	modules=keep	do not give the memory of the loader's modules to the frame allocator
 *	dump=tables	log every entry of the live page tables, after the self-tests
 *	exit=isa-debug	leave QEMU with status 33 (passed) or 35, instead of staying in the monitor
 *	exit=bochs	break into Bochs' debugger at the end
 */
#include <mercator/command_line.h>
#include <mercator/log.h>
#include <mercator/options.h>
#include <mercator/string.h>

static const char *const known[] = {
	"bench", "dump", "exit", "loglevel", "modules", "run", "seed", "selftest",
};

/* What is not a number is not used: better that somebody hears of it. */
static void check_number(const char *command_line, const char *key)
{
	char value[32];
	uint64_t number;

	if (command_line_find(command_line, key, value, sizeof(value)) &&
	    !command_line_number(command_line, key, &number))
		log_warn("command line: %s=%s is not a number", key, value);
}

static bool is_known(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(key, known[i]) == 0)
			return true;
	return false;
}

void options_init(const char *command_line)
{
	const char *cursor = command_line;
	uint64_t level;
	char key[32];

	if (command_line_number(command_line, "loglevel", &level)) {
		if (level >= LOG_ERROR && level <= LOG_DEBUG)
			log_set_threshold((enum log_level)level);
		else
			log_warn("loglevel=%lu is not between %d and %d", level, LOG_ERROR,
				 LOG_DEBUG);
	}
	check_number(command_line, "loglevel");
	check_number(command_line, "seed");
	while (command_line_next_key(&cursor, key, sizeof(key)))
		if (!is_known(key))
			log_warn("command line: \"%s\" is not known", key);
}
