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

static bool exit_by_isa_debug;

void finish_configure(const char *command_line)
{
	char value[16];

	if (!command_line_find(command_line, "exit", value, sizeof(value)))
		return;
	if (strcmp(value, "isa-debug") == 0)
		exit_by_isa_debug = true;
	else
		log_warn("exit=%s is not known; exit=isa-debug is", value);
}

void finish(bool passed)
{
	if (exit_by_isa_debug)
		port_write32(ISA_DEBUG_EXIT_PORT, passed ? ISA_DEBUG_PASSED : ISA_DEBUG_FAILED);
	cpu_halt();
}
