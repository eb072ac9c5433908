/* SPDX-License-Identifier: MIT */
/*
 * Functions with the mapper's parameters that do nothing and return success, for a benchmark's
 * empty loop. They have their own file, so that no compiler can inline them.
 */
#ifndef BENCH_NOTHING_H
#define BENCH_NOTHING_H

#include <mercator/cursor.h>

MC_MUST_CHECK int nothing_map(struct mc_space *space, mc_virt_addr_t address,
			      mc_phys_addr_t physical, uint64_t size,
			      struct mc_attributes attributes, struct mc_conflict *conflict);
MC_MUST_CHECK int nothing_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				struct mc_tlb_batch *batch);
MC_MUST_CHECK int nothing_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				  struct mc_attributes attributes, struct mc_tlb_batch *batch,
				  struct mc_conflict *conflict);
MC_MUST_CHECK int nothing_translate(const struct mc_space *space, mc_virt_addr_t address,
				    struct mc_translation *translation);
MC_MUST_CHECK int nothing_translate_address(const struct mc_space *space, mc_virt_addr_t address,
					    mc_phys_addr_t *physical);
MC_MUST_CHECK int nothing_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				unsigned int kinds, mc_visit visit, void *context);

MC_MUST_CHECK int nothing_cursor_map(struct mc_cursor *cursor, unsigned int level,
				     mc_phys_addr_t physical, struct mc_attributes attributes,
				     struct mc_conflict *conflict);
MC_MUST_CHECK int nothing_cursor_unmap(struct mc_cursor *cursor, unsigned int level,
				       struct mc_tlb_batch *batch);
MC_MUST_CHECK int nothing_cursor_protect(struct mc_cursor *cursor, unsigned int level,
					 struct mc_attributes attributes,
					 struct mc_tlb_batch *batch, struct mc_conflict *conflict);

#endif
