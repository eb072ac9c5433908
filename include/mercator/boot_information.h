/* SPDX-License-Identifier: MIT */
/* This boot's information: where the loader left it, parsed once. */
#ifndef MERCATOR_BOOT_INFORMATION_H
#define MERCATOR_BOOT_INFORMATION_H

#include <mercator/bootinfo.h>

/*
 * Find and parse what the stub was given. The physical map's reach must be set. Warns of what is left
 * out because it is malformed, and panics, naming the error, the tag and the offset, if there is no doing
 * without it (arch/multiboot2.h).
 */
const struct bootinfo *boot_information_init(void);

/* A copy of it is mapped at `data`, and read from now on: the loader's is not any more. */
void boot_information_remap(const void *data);

/* The same, afterwards. */
const struct bootinfo *boot_information(void);

#endif
