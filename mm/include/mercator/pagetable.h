/* SPDX-License-Identifier: MIT */
/*
 * Walking page tables: what stands in them for an address, level by level, as the MMU would read it
 * (SDM 3, 4.5). Walking is read-only and takes no lock, so it may be used anywhere, in exception
 * handlers too (with pointers_are_brief, not in those that may interrupt an operation). Where it
 * interrupts a change, or another CPU makes one, the answer is one that held at some moment, as long as
 * no table on the way goes back to its source meanwhile: another CPU's batch must not be finished.
 *
 * The walker is one template (mm/pagetable/walker.h), compiled once per access method; the methods give the
 * same answers and differ in how they reach the tables.
 */
#ifndef MERCATOR_PAGETABLE_H
#define MERCATOR_PAGETABLE_H

#include <mercator/error.h>
#include <mercator/pt_format.h>
#include <mercator/recursive.h>
#include <mercator/types.h>

/* How the tables are reached; no table depends on it. */
enum access_method {
	ACCESS_OFFSET,
	ACCESS_RECURSIVE, /* only while the space is active */
	ACCESS_GENERIC,   /* by root.pointer_to() */
	ACCESS_SECOND_SLOT, /* recursive, only while it is not: space_activate() changes between them */
};

/* An address space, as far as walking needs to know it: where to begin, how far down, and how. */
struct root {
	phys_addr_t table;   /* the root table: what CR3 points at */
	unsigned int levels; /* 4 or 5 */
	enum access_method method;

	/*
	 * The generic method only: a pointer to the frame at a physical address, or NULL. It stays
	 * good as long as the frame is a linked table; or, with pointers_are_brief, until the function
	 * is asked for the next frame. (Cursors then walk for each page.)
	 */
	void *(*pointer_to)(void *context, phys_addr_t frame);
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
struct walk_step {
	unsigned int level;
	enum pt_kind kind;
	pt_entry_t entry;
	phys_addr_t table;         /* the table's physical address */
	const pt_entry_t *pointer; /* where the access method read the entry */
};

/* From the root (steps[0]) down to the entry that ends the walk (steps[nr_steps - 1]). */
struct walk {
	unsigned int nr_steps;
	struct walk_step steps[PT_LEVELS_MAX];
};

/* Where an address leads, and with which rights: those that all levels together leave. */
struct translation {
	phys_addr_t address; /* the physical address, offset within the page included */
	uint64_t page_size;  /* of the leaf, in bytes: 4 KiB, 2 MiB or 1 GiB */
	bool writable, user, executable, global;
};

/*
 * Walk from `root` for `address`. Both fill *walk also when they fail, as far as they came.
 *
 * Errors: ERR_INVALID the address is not canonical; ERR_RANGE (not recursive) the method has no
 * pointer to a table, which means that the entry pointing at it is corrupt.
 *
 * offset_walk() reads the tables through the physical map, for any space; generic_walk() through
 * root->pointer_to(), likewise. recursive_walk() reads them through the recursive slot, so only for
 * the active space. Each is there with its mapper (CONFIG_MAPPER_*).
 */
MUST_CHECK int offset_walk(const struct root *root, virt_addr_t address, struct walk *walk);
MUST_CHECK int generic_walk(const struct root *root, virt_addr_t address, struct walk *walk);
MUST_CHECK int recursive_walk(const struct root *root, virt_addr_t address, struct walk *walk);

/* Where a leaf of this level leads `address`; `all` and `any` are the path's entries and-ed, or-ed. */
static inline struct translation translation_of(pt_entry_t leaf, unsigned int level,
						virt_addr_t address, pt_entry_t all, pt_entry_t any)
{
	/* Write and user need every level's consent; one level's no-execute is enough. */
	return (struct translation){
		.address = pt_leaf_translate(leaf, level, address),
		.page_size = pt_span(level),
		.writable = pt_is_writable(all),
		.user = pt_is_user(all),
		.executable = pt_is_executable(any),
		.global = pt_is_global(leaf),
	};
}

/*
 * What a finished walk for `address` says. Errors: ERR_NOT_FOUND: it does not end in a leaf.
 */
MUST_CHECK int walk_translate(const struct walk *walk, virt_addr_t address,
			      struct translation *translation);

#endif
