/* SPDX-License-Identifier: MIT */
/* The walker's instance in access_inline.c. */
#ifndef BENCH_ACCESS_INLINE_H
#define BENCH_ACCESS_INLINE_H

#include "../../mm/pagetable/access.h"

extern uint64_t inline_offset; /* from physical addresses to pointers */

DECLARE_METHOD(inline);

#endif
