/* SPDX-License-Identifier: MIT */
/* Steps of kernel_main() that nothing else takes. */
#ifndef BOOT_STEPS_H
#define BOOT_STEPS_H

#include <kernel/boot_information.h>

/* Log what the loader and the CPU are. */
void describe_machine(const struct bootinfo *info);

/*
 * Log the live page tables, for programs that compare them with what another walker says: every entry of the active space that is not absent, read by the kernel's own mapper, as
 *
 *	root PHYSICAL LEVELS RECURSIVE_SLOT
 *	entry LEVEL ADDRESS RAW
 *	end
 *
 * hexadecimal but for levels and slot (-1 if there is none): LEVEL is that of the table that holds
 * the entry, ADDRESS the first that it translates. The recursive slot's own entry is not among them.
 */
void dump_tables(void);

#endif
