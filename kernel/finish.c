/* SPDX-License-Identifier: MIT */
/* The end of the kernel's run (mercator/finish.h). */
#include <arch/cpu.h>
#include <mercator/command_line.h>
#include <mercator/finish.h>
#include <mercator/log.h>
#include <mercator/string.h>

#define ISA_DEBUG_EXIT_PORT 0xf4
#define ISA_DEBUG_PASSED    16 /* status 33 */
#define ISA_DEBUG_FAILED    17 /* status 35 */

static void exit_isa_debug(bool passed)
{
	port_write32(ISA_DEBUG_EXIT_PORT, passed ? ISA_DEBUG_PASSED : ISA_DEBUG_FAILED);
}

static void exit_bochs(bool passed)
{
	(void)passed;
	bochs_break();
}

static const struct {
	const char *name;
	void (*leave)(bool passed);
} ways_out[] = {
	{ "isa-debug", exit_isa_debug },
	{ "bochs", exit_bochs },
};

static void (*leave)(bool passed);

void finish_configure(const char *command_line)
{
	char value[16];

	if (!command_line_find(command_line, "exit", value, sizeof(value)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ways_out); i++)
		if (strcmp(value, ways_out[i].name) == 0)
			leave = ways_out[i].leave;
	if (!leave)
		log_warn("exit=%s is not known; exit=isa-debug and exit=bochs are", value);
}

bool finish_leaves(void)
{
	return leave;
}

void finish(bool passed)
{
	if (leave)
		leave(passed);
	cpu_halt();
}
