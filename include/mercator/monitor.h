/* SPDX-License-Identifier: MIT */
/*
 * The monitor: commands that look into the kernel, typed at a prompt or given on the command line.
 * `help` lists them (kernel/monitor/).
 */
#ifndef MERCATOR_MONITOR_H
#define MERCATOR_MONITOR_H

#include <stdbool.h>

/*
 * Run the commands of `run="COMMAND; COMMAND ..."`, if the kernel's command line has any. False if a
 * test or a benchmark among them failed; other commands that fail only say so.
 */
bool monitor_run(const char *command_line);

/*
 * The prompt, on the serial port and on the PC keyboard, on all consoles, for ever. Returns only if
 * the machine has neither to type on; the log says so.
 */
void monitor_prompt(void);

#endif
