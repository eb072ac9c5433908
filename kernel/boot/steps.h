/* SPDX-License-Identifier: MIT */
/* Steps that only kernel_main() takes. */
#ifndef BOOT_STEPS_H
#define BOOT_STEPS_H

#include <kernel/boot_information.h>

/* Log what the loader and the CPU are. */
void describe_machine(const struct bootinfo *info);

/*
 * Log the live page tables, for programs that compare them with another walker: every entry of the
 * active space that is not absent, read by the kernel's own mapper, as
 *
 *	root PHYSICAL LEVELS RECURSIVE_SLOT
 *	entry LEVEL ADDRESS RAW
 *	end
 *
 * hexadecimal except levels and slot (-1 if there is none). LEVEL is that of the table with the
 * entry, ADDRESS the first that it translates. The recursive slot's own entry is left out.
 */
void dump_tables(void);

#endif
