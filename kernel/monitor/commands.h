/* SPDX-License-Identifier: MIT */
/* The commands, and what their files use of each other. */
#ifndef KERNEL_MONITOR_COMMANDS_H
#define KERNEL_MONITOR_COMMANDS_H

#include <kernel/fmt.h>
#include <mercator/space.h>

#include "command.h"

extern const struct command walk_command, maps_command, tables_command, audit_command;
extern const struct command frames_command, alloc_command, free_command;
extern const struct command map_command, unmap_command, protect_command;
extern const struct command peek_command, poke_command, space_command;
extern const struct command test_command, bench_command, cpu_command, memmap_command;
extern const struct command poweroff_command, reboot_command;

/* Output of `walk`, for faults. */
void walk_show(mc_virt_addr_t address);

#endif
