/* SPDX-License-Identifier: MIT */
/*
 * Functions with the parameters of the mapper's, which do nothing and say so: what a benchmark's
 * empty loop calls. They have a file of their own, so that no compiler sees through them.
 */
#ifndef BENCH_NOTHING_H
#define BENCH_NOTHING_H

#include <mercator/cursor.h>

MUST_CHECK int nothing_map(struct space *space, virt_addr_t address, phys_addr_t physical,
			   uint64_t size, struct attributes attributes, struct conflict *conflict);
MUST_CHECK int nothing_unmap(struct space *space, virt_addr_t address, uint64_t size,
			     struct tlb_batch *batch);
MUST_CHECK int nothing_protect(struct space *space, virt_addr_t address, uint64_t size,
			       struct attributes attributes, struct tlb_batch *batch,
			       struct conflict *conflict);
MUST_CHECK int nothing_translate(const struct space *space, virt_addr_t address,
				 struct translation *translation);
MUST_CHECK int nothing_translate_address(const struct space *space, virt_addr_t address,
					 phys_addr_t *physical);
MUST_CHECK int nothing_visit(const struct space *space, virt_addr_t address, uint64_t size,
			     mapper_visit_leaf visit, void *context);

MUST_CHECK int nothing_cursor_map(struct cursor *cursor, unsigned int level, phys_addr_t physical,
				  struct attributes attributes, struct conflict *conflict);
MUST_CHECK int nothing_cursor_unmap(struct cursor *cursor, unsigned int level,
				    struct tlb_batch *batch);
MUST_CHECK int nothing_cursor_protect(struct cursor *cursor, unsigned int level,
				      struct attributes attributes, struct tlb_batch *batch,
				      struct conflict *conflict);

#endif
