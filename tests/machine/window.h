/* SPDX-License-Identifier: MIT */
/* Memory at the addresses that mm makes for itself (machine.h). */
#ifndef TESTS_MACHINE_WINDOW_H
#define TESTS_MACHINE_WINDOW_H

#include <mercator/types.h>

/* The TLB has lost this page: the next access is translated anew. */
void window_hide(uint64_t address, uint64_t size);

/* Is this where the recursive slots show tables? */
bool window_has(uint64_t address);

#endif
