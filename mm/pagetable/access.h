/* SPDX-License-Identifier: MIT */
/*
 * What each access method's instance of the walker offers: the operations of mercator/mapper.h, with
 * the same parameters and the same errors, each checking what it is passed; translating also for spaces
 * that are known to have 4 levels; and what mm/space/space.c needs of them, see walker_space.h.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <mercator/cursor.h>

#include "second_slot.h"

#define DECLARE_READING(method)                                                                    \
	MUST_CHECK int method##_translate(const struct space *space, virt_addr_t address,          \
					  struct translation *translation);                        \
	MUST_CHECK int method##_translate_address(const struct space *space, virt_addr_t address,  \
						  phys_addr_t *physical);                          \
	MUST_CHECK int method##_translate_4(const struct space *space, virt_addr_t address,        \
					    struct translation *translation);                      \
	MUST_CHECK int method##_translate_address_4(const struct space *space,                     \
						    virt_addr_t address, phys_addr_t *physical);   \
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

#define DECLARE_CURSOR(method)                                                                     \
	MUST_CHECK int method##_cursor_open(struct cursor *cursor, struct space *space,            \
					    virt_addr_t address, uint64_t size);                   \
	MUST_CHECK int method##_cursor_map(struct cursor *cursor, unsigned int level,              \
					   phys_addr_t physical, struct attributes attributes,     \
					   struct conflict *conflict);                             \
	MUST_CHECK int method##_cursor_unmap(struct cursor *cursor, unsigned int level,            \
					     struct tlb_batch *batch);                             \
	MUST_CHECK int method##_cursor_protect(                                                    \
		struct cursor *cursor, unsigned int level, struct attributes attributes,           \
		struct tlb_batch *batch, struct conflict *conflict);                               \
	MUST_CHECK int method##_cursor_read_entry(struct cursor *cursor, unsigned int level,       \
						  pt_entry_t *entry, unsigned int *found);         \
	MUST_CHECK int method##_cursor_translate(struct cursor *cursor,                            \
						 struct translation *translation)

#define DECLARE_METHOD(method)                                                                     \
	DECLARE_READING(method);                                                                   \
	DECLARE_CHANGING(method);                                                                  \
	DECLARE_CURSOR(method)

DECLARE_METHOD(offset);
DECLARE_METHOD(recursive);
DECLARE_METHOD(second);
MUST_CHECK int second_walk(const struct root *root, virt_addr_t address, struct walk *walk);
DECLARE_METHOD(generic);

#endif
