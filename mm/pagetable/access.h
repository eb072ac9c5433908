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
	MC_MUST_CHECK int method##_walk(const struct mc_root *root, mc_virt_addr_t address,        \
					struct mc_walk *walk);                                     \
	MC_MUST_CHECK int method##_translate(const struct mc_space *space, mc_virt_addr_t address, \
					     struct mc_translation *translation);                  \
	MC_MUST_CHECK int method##_translate_address(                                              \
		const struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t *physical);   \
	MC_MUST_CHECK int method##_translate_4(const struct mc_space *space,                       \
					       mc_virt_addr_t address,                             \
					       struct mc_translation *translation);                \
	MC_MUST_CHECK int method##_translate_address_4(                                            \
		const struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t *physical);   \
	MC_MUST_CHECK int method##_read_entry(const struct mc_space *space,                        \
					      mc_virt_addr_t address, unsigned int level,          \
					      mc_pt_entry_t *entry, unsigned int *found);          \
	MC_MUST_CHECK int method##_visit(const struct mc_space *space, mc_virt_addr_t address,     \
					 uint64_t size, mc_mapper_visit_leaf visit,                \
					 void *context);                                           \
	MC_MUST_CHECK int method##_visit_entries(const struct mc_space *space,                     \
						 mc_mapper_visit_entry visit, void *context);      \
	MC_MUST_CHECK int method##_visit_tables(const struct mc_space *space,                      \
						mc_mapper_visit_table visit, void *context)

#define DECLARE_CHANGING(method)                                                                   \
	MC_MUST_CHECK int method##_map(                                                            \
		struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,           \
		uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict);     \
	MC_MUST_CHECK int method##_reserve(struct mc_space *space, mc_virt_addr_t address,         \
					   uint64_t size, uint64_t payload,                        \
					   struct mc_conflict *conflict);                          \
	MC_MUST_CHECK int method##_unmap(struct mc_space *space, mc_virt_addr_t address,           \
					 uint64_t size, struct mc_tlb_batch *batch);               \
	MC_MUST_CHECK int method##_protect(struct mc_space *space, mc_virt_addr_t address,         \
					   uint64_t size, struct mc_attributes attributes,         \
					   struct mc_tlb_batch *batch,                             \
					   struct mc_conflict *conflict);                          \
	MC_MUST_CHECK int method##_merge(struct mc_space *space, mc_virt_addr_t address,           \
					 uint64_t size, struct mc_tlb_batch *batch);               \
	MC_MUST_CHECK int method##_fill_kernel_half(struct mc_space *kernel);                      \
	MC_MUST_CHECK int method##_make_root(struct mc_space *space, const struct mc_space *like); \
	MC_MUST_CHECK int method##_write_root(const struct mc_space *space, unsigned int index,    \
					      mc_pt_entry_t entry)

#define DECLARE_CURSOR(method)                                                                     \
	MC_MUST_CHECK int method##_cursor_open(struct mc_cursor *cursor, struct mc_space *space,   \
					       mc_virt_addr_t address, uint64_t size);             \
	MC_MUST_CHECK int method##_cursor_map(                                                     \
		struct mc_cursor *cursor, unsigned int level, mc_phys_addr_t physical,             \
		struct mc_attributes attributes, struct mc_conflict *conflict);                    \
	MC_MUST_CHECK int method##_cursor_unmap(struct mc_cursor *cursor, unsigned int level,      \
						struct mc_tlb_batch *batch);                       \
	MC_MUST_CHECK int method##_cursor_protect(                                                 \
		struct mc_cursor *cursor, unsigned int level, struct mc_attributes attributes,     \
		struct mc_tlb_batch *batch, struct mc_conflict *conflict);                         \
	MC_MUST_CHECK int method##_cursor_read_entry(struct mc_cursor *cursor, unsigned int level, \
						     mc_pt_entry_t *entry, unsigned int *found);   \
	MC_MUST_CHECK int method##_cursor_translate(struct mc_cursor *cursor,                      \
						    struct mc_translation *translation)

#define DECLARE_METHOD(method)                                                                     \
	DECLARE_READING(method);                                                                   \
	DECLARE_CHANGING(method);                                                                  \
	DECLARE_CURSOR(method)

DECLARE_METHOD(offset);
DECLARE_METHOD(recursive);
DECLARE_METHOD(second);
DECLARE_METHOD(generic);

#endif
