/* SPDX-License-Identifier: MIT */
/* The table of commands, in the order in which `help` lists them. */
#include "commands.h"

static enum command_result run_help(unsigned int count, const char *const *arguments)
{
	return command_help(monitor_commands, count, arguments);
}

static const struct command help_command = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "this list, or what a command does",
	.text = "",
	.most = 1,
	.run = run_help,
};

const struct command *const monitor_commands[] = {
	&walk_command,  &maps_command,   &tables_command, &audit_command,    &frames_command,
	&alloc_command, &free_command,   &map_command,    &unmap_command,    &protect_command,
	&peek_command,  &poke_command,   &space_command,  &test_command,     &bench_command,
	&cpu_command,   &memmap_command, &reboot_command, &poweroff_command, &help_command,
	NULL,
};
