/* SPDX-License-Identifier: MIT */
/*
 * The monitor: commands that look into the kernel, typed at a prompt or given on the command line.
 * `help` lists them (kernel/monitor/).
 */
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

#include <stdbool.h>

/*
 * Run the commands of `run="COMMAND; COMMAND ..."` on the kernel's command line. False if one was
 * not understood, or if a check (audit, test, bench, walk --both) failed or could not be made. An
 * experiment that is refused only says so.
 */
bool monitor_run(const char *commands);

/*
 * The prompt, on all consoles, with input from the serial port and the PC keyboard. Returns only if
 * the machine has neither, and logs that.
 */
void monitor_prompt(void);

#endif
