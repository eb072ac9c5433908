/* SPDX-License-Identifier: MIT */
/*
 * Operations of the walker that are not on the per-page path: compiled once, they call the access method's
 * functions by its pointers. Parameters and errors are those of mercator/mapper.h, and as in access.h, no
 * lock is taken.
 */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "access.h"
#include "range.h"

MC_MUST_CHECK int walker_walk(const struct access *access, const struct mc_root *root,
			      mc_virt_addr_t address, struct mc_walk *walk);
MC_MUST_CHECK int walker_read_entry(const struct access *access, const struct mc_space *space,
				    mc_virt_addr_t address, unsigned int level,
				    mc_pt_entry_t *entry, unsigned int *found);
MC_MUST_CHECK int walker_visit(const struct access *access, const struct mc_space *space,
			       const struct extent *extent, unsigned int kinds, mc_visit visit,
			       void *context);
MC_MUST_CHECK int walker_reserve(const struct access *access, struct mc_space *space,
				 mc_virt_addr_t address, uint64_t size, uint64_t payload,
				 struct mc_conflict *conflict);
MC_MUST_CHECK int walker_merge(const struct access *access, struct mc_space *space,
			       mc_virt_addr_t address, uint64_t size, struct mc_tlb_batch *batch);

/* Link a table below each entry of the kernel half that is absent, but for the recursive slots. */
MC_MUST_CHECK int walker_fill_kernel_half(const struct access *access, struct mc_space *kernel);

/*
 * Get a frame for the root of `space`, which is filled in but for it, and make the root: the kernel
 * half of `like`, and its own recursive entry.
 *   MC_ERR_NOT_FOUND  an entry of that kernel half is absent
 */
MC_MUST_CHECK int walker_make_root(const struct access *access, struct mc_space *space,
				   const struct mc_space *like);

/* Write an entry of the root, which need not be in any window: it is taken for any frame. */
void walker_write_root(const struct access *access, const struct mc_space *space,
		       unsigned int index, mc_pt_entry_t entry);

#endif
