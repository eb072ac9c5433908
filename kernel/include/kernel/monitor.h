/* SPDX-License-Identifier: MIT */
/*
 * The monitor: commands that look into the kernel, typed at a prompt or given on the command line.
 * `help` lists them (kernel/monitor/).
 */
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

#include <stdbool.h>

/*
 * Run the commands of `run="COMMAND; COMMAND ..."`, on the kernel's command line. False if one was not
 * understood, or if a check among them (audit, test, bench, walk --both) found something wrong or could
 * not be made. Experiments that are refused only say so.
 */
bool monitor_run(const char *commands);

/*
 * The prompt, on the serial port and on the PC keyboard, on all consoles, for ever. Returns only if
 * the machine has neither to type on; the log says so.
 */
void monitor_prompt(void);

#endif
