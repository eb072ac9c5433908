/* SPDX-License-Identifier: MIT */
/* The walker's instance in access_inline.c. */
#ifndef BENCH_ACCESS_INLINE_H
#define BENCH_ACCESS_INLINE_H

#include "../../mm/pagetable/access.h"

extern uint64_t inline_offset; /* from physical addresses to pointers */

MC_MUST_CHECK map_operation inline_map;
MC_MUST_CHECK unmap_operation inline_unmap;
MC_MUST_CHECK protect_operation inline_protect;
MC_MUST_CHECK translate_address_operation inline_translate_address;
MC_MUST_CHECK int inline_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			       unsigned int kinds, mc_visit visit, void *context);

#endif
