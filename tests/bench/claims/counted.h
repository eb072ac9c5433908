/* SPDX-License-Identifier: MIT */
/* An instance of the walker that tells which tables it touches (counted.c), and who is told. */
#ifndef CLAIMS_COUNTED_H
#define CLAIMS_COUNTED_H

#include "../../../mm/pagetable/access.h"

/* An entry is about to be read or written; a frame that is not linked yet is about to be filled. */
void counted_entry(phys_addr_t table, uint64_t linear, unsigned int level);
void counted_frame(pfn_t frame);

MUST_CHECK int counted_walk(const struct root *root, virt_addr_t address, struct walk *walk);
DECLARE_METHOD(counted);

#endif
