/* SPDX-License-Identifier: MIT */
/*
 * What each access method's instance of the walker offers: the operations of mercator/mapper.h, with
 * the same parameters and the same errors, each checking what it is passed; and what mm/space.c needs
 * of them, see walker_space.h.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <mercator/mapper.h>

#include "second_slot.h"

#define DECLARE_READING(method)                                                                    \
	MUST_CHECK int method##_translate(const struct space *space, virt_addr_t address,          \
					  struct translation *translation);                        \
	MUST_CHECK int method##_translate_address(const struct space *space, virt_addr_t address,  \
						  phys_addr_t *physical);                          \
	MUST_CHECK int method##_read_entry(const struct space *space, virt_addr_t address,         \
					   unsigned int level, pt_entry_t *entry,                  \
					   unsigned int *found);                                   \
	MUST_CHECK int method##_visit(const struct space *space, virt_addr_t address,              \
				      uint64_t size, mapper_visit_leaf visit, void *context);      \
	MUST_CHECK int method##_visit_entries(const struct space *space, mapper_visit_entry visit, \
					      void *context);                                      \
	MUST_CHECK int method##_visit_tables(const struct space *space, mapper_visit_table visit,  \
					     void *context)

#define DECLARE_CHANGING(method)                                                                   \
	MUST_CHECK int method##_map(struct space *space, virt_addr_t address,                      \
				    phys_addr_t physical, uint64_t size,                           \
				    struct attributes attributes, struct conflict *conflict);      \
	MUST_CHECK int method##_reserve(struct space *space, virt_addr_t address, uint64_t size,   \
					uint64_t payload, struct conflict *conflict);              \
	MUST_CHECK int method##_unmap(struct space *space, virt_addr_t address, uint64_t size,     \
				      struct tlb_batch *batch);                                    \
	MUST_CHECK int method##_protect(struct space *space, virt_addr_t address, uint64_t size,   \
					struct attributes attributes, struct tlb_batch *batch,     \
					struct conflict *conflict);                                \
	MUST_CHECK int method##_merge(struct space *space, virt_addr_t address, uint64_t size,     \
				      struct tlb_batch *batch);                                    \
	MUST_CHECK int method##_fill_kernel_half(struct space *kernel);                            \
	MUST_CHECK int method##_make_root(struct space *space, const struct space *like);          \
	MUST_CHECK int method##_write_root(const struct space *space, unsigned int index,          \
					   pt_entry_t entry)

DECLARE_READING(offset);
DECLARE_CHANGING(offset);
DECLARE_READING(recursive);
DECLARE_CHANGING(recursive);
DECLARE_READING(second);
DECLARE_CHANGING(second);
MUST_CHECK int second_walk(const struct root *root, virt_addr_t address, struct walk *walk);
DECLARE_READING(generic);
DECLARE_CHANGING(generic);

#endif
