/* SPDX-License-Identifier: MIT */
/*
 * The one way to invalidate: batches that are finished, and what cannot wait for that, splits, merges and
 * tables that are unlinked, all come here.
 */
#ifndef SPACE_FORGET_H
#define SPACE_FORGET_H

#include <mercator/space.h>

/*
 * Have every CPU that may have them forget the pages at these addresses of the space, of whatever size,
 * global or not, and what it remembers of table entries (SDM 3, 4.10.4). More than
 * MC_TLB_BATCH_PAGES_MAX: everything; only so many addresses are read then. Today there is one CPU.
 */
void tlb_forget(const struct mc_space *space, const mc_virt_addr_t *pages, uint64_t nr_pages);
#define TLB_EVERYTHING UINT64_MAX /* as nr_pages */

/* The same for all that is not global, in the active space. */
void tlb_forget_not_global(const struct mc_space *active);

#endif
