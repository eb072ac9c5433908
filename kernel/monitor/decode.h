/* SPDX-License-Identifier: MIT */
/* Text for page-table entries, the same in every command. */
#ifndef KERNEL_MONITOR_DECODE_H
#define KERNEL_MONITOR_DECODE_H

#include <mercator/pagetable.h>

/* "rwxug" with - for what is missing. */
#define RIGHTS_TEXT 6
const char *decode_rights(char text[RIGHTS_TEXT], unsigned int rights);

/* "write-back" and so on; short: "WB". */
const char *decode_memory_type(enum mc_memory_type type);
const char *decode_memory_type_short(enum mc_memory_type type);

/* "4 KiB", "2 MiB", "1 GiB": what a leaf of this level maps. */
const char *decode_page_size(unsigned int level);

/* "table", a page size, "absent" or "marker". */
const char *decode_kind(const struct mc_walk_step *step);

/* The bits that are set, by their names in the SDM: "P W A D PS G NX". */
#define BITS_TEXT 32
const char *decode_bits(char text[BITS_TEXT], mc_pt_entry_t entry, unsigned int level);

#endif
