/* SPDX-License-Identifier: MIT */
/*
 * What each access method's instance of the walker offers to the mapper: the operations of
 * mercator/mapper.h, with ranges and attributes already checked.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <mercator/mapper.h>

#include "range.h"

#define DECLARE_READING(method)                                                                    \
	MUST_CHECK int method##_translate(const struct space *space, virt_addr_t address,          \
					  struct translation *translation);                        \
	MUST_CHECK int method##_translate_address(const struct space *space, virt_addr_t address,  \
						  phys_addr_t *physical);                          \
	MUST_CHECK int method##_read_entry(const struct space *space, virt_addr_t address,         \
					   unsigned int level, pt_entry_t *entry,                  \
					   unsigned int *found);                                   \
	MUST_CHECK int method##_visit(const struct space *space, const struct extent *extent,      \
				      mapper_visit_leaf visit, void *context);                     \
	MUST_CHECK int method##_visit_tables(const struct space *space, mapper_visit_table visit,  \
					     void *context)

#define DECLARE_CHANGING(method)                                                                   \
	MUST_CHECK int method##_map(struct space *space, const struct extent *extent,              \
				    phys_addr_t physical, struct attributes attributes,            \
				    struct conflict *conflict);                                    \
	MUST_CHECK int method##_reserve(struct space *space, const struct extent *extent,          \
					uint64_t payload, struct conflict *conflict);              \
	MUST_CHECK int method##_unmap(struct space *space, const struct extent *extent,            \
				      struct tlb_batch *batch);                                    \
	MUST_CHECK int method##_protect(struct space *space, const struct extent *extent,          \
					struct attributes attributes, struct tlb_batch *batch,     \
					struct conflict *conflict);                                \
	MUST_CHECK int method##_merge(struct space *space, const struct extent *extent,            \
				      struct tlb_batch *batch)

DECLARE_READING(offset);
DECLARE_CHANGING(offset);
DECLARE_READING(recursive);
DECLARE_CHANGING(recursive);
DECLARE_READING(generic);
DECLARE_CHANGING(generic);

#endif
