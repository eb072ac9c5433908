/* SPDX-License-Identifier: MIT */
/*
 * An instance of the walker that reports the tables that it touches (counted.c), and the functions
 * that it calls for that.
 */
#ifndef CLAIMS_COUNTED_H
#define CLAIMS_COUNTED_H

#include "../../../mm/pagetable/access.h"

/* An entry is about to be read or written; a frame that is not linked yet is about to be filled. */
void counted_entry(mc_phys_addr_t table, uint64_t offset, unsigned int level);
void counted_frame(mc_pfn_t frame);

MC_MUST_CHECK map_operation counted_map;
MC_MUST_CHECK unmap_operation counted_unmap;
MC_MUST_CHECK protect_operation counted_protect;
MC_MUST_CHECK translate_address_operation counted_translate_address;

#endif
