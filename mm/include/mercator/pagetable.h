/* SPDX-License-Identifier: MIT */
/*
 * Walking page tables: what stands in them for an address, level by level, as the MMU would read it
 * (SDM 3, 4.5). Walking is read-only and takes no lock, so it may be used anywhere, in exception
 * handlers too (with pointers_are_brief, not in those that may interrupt an operation). Where it
 * interrupts a change, or another CPU makes one, the answer is one that held at some moment, as long as
 * no table on the way goes back to its source meanwhile: another CPU's batch must not be finished.
 *
 * There is one walker (mm/pagetable/walker.h), to which the access methods are an argument: they give the
 * same answers and differ in how they reach the tables.
 */
#ifndef MERCATOR_PAGETABLE_H
#define MERCATOR_PAGETABLE_H

#include <mercator/error.h>
#include <mercator/pt_format.h>
#include <mercator/recursive.h>
#include <mercator/types.h>

/* How the tables are reached; no table depends on it. */
enum mc_access_method {
	MC_ACCESS_OFFSET,
	MC_ACCESS_RECURSIVE, /* only while the space is active */
	MC_ACCESS_GENERIC,   /* by root.pointer_to() */
};

/* An address space, as far as walking needs to know it: where to begin, how far down, and how. */
struct mc_root {
	mc_phys_addr_t table; /* the root table: what CR3 points at */
	unsigned int levels;  /* 4 or 5 */
	enum mc_access_method method;

	/*
	 * The generic method only: a pointer to the frame at a physical address, or NULL. It stays
	 * good as long as the frame is a linked table; or, with pointers_are_brief, until the function
	 * is asked for the next frame. (Cursors then walk for each page.)
	 */
	void *(*pointer_to)(void *context, mc_phys_addr_t frame);
	void *pointer_context;
	bool pointers_are_brief;

	/*
	 * Also for the generic method: what pointer_to() says of `table`, or NULL. With it, translating
	 * and operations on one page ask once less. Whoever sets `table` sets it too. Not with
	 * pointers_are_brief.
	 */
	void *table_pointer;
};

/* What was read at one level. */
struct mc_walk_step {
	unsigned int level;
	enum mc_pt_kind kind;
	mc_pt_entry_t entry;
	mc_phys_addr_t table;         /* the table's physical address */
	const mc_pt_entry_t *pointer; /* where the access method read the entry */
};

/* From the root (steps[0]) down to the entry that ends the walk (steps[nr_steps - 1]). */
struct mc_walk {
	unsigned int nr_steps;
	struct mc_walk_step steps[MC_PT_LEVELS_MAX];
};

/* Where an address leads, and what the entries on the way say of it: mc_translation_attributes(). */
struct mc_translation {
	mc_phys_addr_t address; /* the physical address, offset within the page included */
	uint64_t page_size;     /* of the leaf, in bytes: 4 KiB, 2 MiB or 1 GiB */
	mc_pt_entry_t leaf;
	mc_pt_entry_t all, any; /* all entries on the way, and-ed and or-ed */
};

/*
 * Walk from `root` for `address`. Both fill *walk also when they fail, as far as they came.
 *
 * Errors: MC_ERR_INVALID the address is not canonical; MC_ERR_RANGE (not recursive) the method has no
 * pointer to a table, which means that the entry pointing at it is corrupt.
 *
 * mc_offset_walk() reads the tables through the physical map, for any space; mc_generic_walk() through
 * root->pointer_to(), likewise. mc_recursive_walk() reads them through the recursive slot, so only for
 * the active space. Each is there with its mapper (CONFIG_MAPPER_*).
 */
MC_MUST_CHECK int mc_offset_walk(const struct mc_root *root, mc_virt_addr_t address,
				 struct mc_walk *walk);
MC_MUST_CHECK int mc_generic_walk(const struct mc_root *root, mc_virt_addr_t address,
				  struct mc_walk *walk);
MC_MUST_CHECK int mc_recursive_walk(const struct mc_root *root, mc_virt_addr_t address,
				    struct mc_walk *walk);

/* Where a leaf of this level leads `address`; `all` and `any` are the way's entries and-ed, or-ed. */
static inline struct mc_translation mc_translation_of(mc_pt_entry_t leaf, unsigned int level,
						      mc_virt_addr_t address, mc_pt_entry_t all,
						      mc_pt_entry_t any)
{
	return (struct mc_translation){
		.address = mc_pt_leaf_translate(leaf, level, address),
		.page_size = mc_pt_span(level),
		.leaf = leaf,
		.all = all,
		.any = any,
	};
}

/* The rights that all levels together leave, and the leaf's memory type. */
static inline struct mc_attributes mc_translation_attributes(struct mc_translation translation)
{
	return mc_pt_path_attributes(translation.leaf, translation.all, translation.any);
}

/* Whether one of the rights is left. */
static inline bool mc_translation_has(struct mc_translation translation, unsigned int right)
{
	return mc_translation_attributes(translation).rights & right;
}

/*
 * What a finished walk for `address` says. Errors: MC_ERR_NOT_FOUND: it does not end in a leaf.
 */
MC_MUST_CHECK int mc_walk_translate(const struct mc_walk *walk, mc_virt_addr_t address,
				    struct mc_translation *translation);

#endif
