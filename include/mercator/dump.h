/* SPDX-License-Identifier: MIT */
/* The live page tables, for programs: what another walker says of them can be compared. */
#ifndef MERCATOR_DUMP_H
#define MERCATOR_DUMP_H

/*
 * Log every entry of the active space that is not absent, read by the kernel's own mapper, as
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
