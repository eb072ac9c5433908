/* SPDX-License-Identifier: MIT */
/*
 * An access method: how software gets a pointer to a table. The walker is one implementation for all of
 * them: it takes the method as an argument. Each method has a file in access/ with these functions, and
 * with an instance of each operation on the per-page path that passes them as a constant, so that there
 * they are inlined and no call is indirect. That holds with one method in a translation unit. All other
 * operations are compiled once (operations.h) and call them by pointer.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <mercator/mapper.h>

struct access {
	/*
	 * A pointer to the entry for `offset` in the table at physical address `table`, which is one of
	 * `level`; the table's other entries are around it. It is good until the next call of this, of
	 * root_entry() or of frame(): a window of one page would do.
	 */
	mc_pt_entry_t *(*entry)(const struct mc_root *root, mc_phys_addr_t table, uint64_t offset,
				unsigned int level);

	/* The same for entry `index` of the root; `levels` is root->levels. */
	mc_pt_entry_t *(*root_entry)(const struct mc_root *root, unsigned int levels,
				     uint64_t index);

	/*
	 * Whether such pointers stay good for longer, as long as their tables are linked. Then cursors
	 * keep two of them, and operations on one page ask for no table twice.
	 */
	bool (*keeps)(const struct mc_root *root);

	/* Whether entry() would work: for walks that trust nothing. */
	bool (*reaches)(const struct mc_root *root, mc_phys_addr_t table);

	/* A pointer to a frame that is not linked yet; good until the next call of any of these. */
	void *(*frame)(const struct mc_space *space, mc_pfn_t frame);

	/* Before the first call for an operation on `space`, which end() ends; NULL: nothing to do. */
	int (*begin)(const struct mc_space *space);
	void (*end)(void);
};

/*
 * The per-page path, without locks (mapper.c takes them). Parameters and errors are those of
 * mercator/mapper.h; _4 and _5 are for spaces with that number of levels.
 */
typedef int map_operation(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
			  uint64_t size, struct mc_attributes attributes,
			  struct mc_conflict *conflict);
typedef int unmap_operation(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			    struct mc_tlb_batch *batch);
typedef int protect_operation(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			      struct mc_attributes attributes, struct mc_tlb_batch *batch,
			      struct mc_conflict *conflict);
typedef int translate_operation(const struct mc_space *space, mc_virt_addr_t address,
				struct mc_translation *translation);
typedef int translate_address_operation(const struct mc_space *space, mc_virt_addr_t address,
					mc_phys_addr_t *physical);

MC_MUST_CHECK map_operation offset_map_4, offset_map_5, recursive_map_4, recursive_map_5,
	second_map_4, second_map_5, generic_map_4, generic_map_5;
MC_MUST_CHECK unmap_operation offset_unmap_4, offset_unmap_5, recursive_unmap_4, recursive_unmap_5,
	second_unmap_4, second_unmap_5, generic_unmap_4, generic_unmap_5;
MC_MUST_CHECK protect_operation offset_protect_4, offset_protect_5, recursive_protect_4,
	recursive_protect_5, second_protect_4, second_protect_5, generic_protect_4,
	generic_protect_5;
MC_MUST_CHECK translate_operation offset_translate_4, offset_translate_5, recursive_translate_4,
	recursive_translate_5, second_translate_4, second_translate_5, generic_translate_4,
	generic_translate_5;
MC_MUST_CHECK translate_address_operation offset_translate_address_4, offset_translate_address_5,
	recursive_translate_address_4, recursive_translate_address_5, second_translate_address_4,
	second_translate_address_5, generic_translate_address_4, generic_translate_address_5;

extern const struct access offset_access __attribute__((visibility("hidden")));
extern const struct access recursive_access __attribute__((visibility("hidden")));
extern const struct access second_access __attribute__((visibility("hidden")));
extern const struct access generic_access __attribute__((visibility("hidden")));

#endif
