/* SPDX-License-Identifier: MIT */
/*
 * The page walker: the only implementation there is. This header, and walker_change.h for a method
 * that can change tables, are a template: each access method has a file (access_*.c) that defines the
 * following and includes them once, so that no walk has an indirect call.
 *
 *	ACCESS(name)	the method's name for a function, such as offset_##name
 *
 *	static inline pt_entry_t *access_table(const struct root *root, phys_addr_t table,
 *					       uint64_t linear, unsigned int level)
 *		A pointer to the table at physical address `table`, which translates `linear` at
 *		`level`; good until the next call.
 *
 *	static inline bool access_reaches(const struct root *root, phys_addr_t table)
 *		Whether access_table() would work: for walks that trust nothing.
 *
 *	static inline void *access_frame(const struct space *space, pfn_t frame)
 *		A pointer to a frame that is not linked yet; good until the next call. Only
 *		walker_change.h needs it.
 *
 * Levels are data: one loop serves 4 and 5. An address is linear, that is without its sign
 * extension, wherever it is not a virt_addr_t.
 *
 *	linear    | idx 4 | idx 3 | idx 2 | idx 1 |  offset  |
 *		      |       |       |       |        |
 *	root ---> PML4[] -> PDPT[] -> PD[] -> PT[] -> frame	a leaf in a PDPT or PD ends it early
 */
#include <mercator/mapper.h>

#include "range.h"

/* Read an entry once, whole: the hardware or another CPU may write it at any moment. */
static inline pt_entry_t read_entry(const pt_entry_t *entry)
{
	return (pt_entry_t){ *(const volatile uint64_t *)&entry->raw };
}

/* Write it once, whole. All that was written before is visible first: x86 keeps stores in order. */
static inline void write_entry(pt_entry_t *entry, pt_entry_t value)
{
	*(volatile uint64_t *)&entry->raw = value.raw;
}

/* Where a walk ended. */
struct position {
	pt_entry_t *entry;
	pt_entry_t *parent; /* the entry that points at entry's table; NULL if that is the root */
	pt_entry_t value;   /* of *entry */
	pt_entry_t all;     /* the path's entries, and-ed */
	pt_entry_t any;     /* the same, or-ed */
	unsigned int level;
	enum pt_kind kind;
};

/* Walk for `linear` down to the entry that ends the walk, but not below `lowest`. */
static inline struct position locate(const struct root *root, uint64_t linear, unsigned int lowest)
{
	struct position p = { .level = root->levels, .all = { UINT64_MAX } };
	phys_addr_t table = root->table;

	for (;; p.level--) {
		p.entry =
			access_table(root, table, linear, p.level) + linear_index(linear, p.level);
		p.value = read_entry(p.entry);
		p.all.raw &= p.value.raw;
		p.any.raw |= p.value.raw;
		p.kind = pt_kind(p.value, p.level);
		if (p.kind != PT_TABLE || p.level == lowest)
			return p;
		p.parent = p.entry;
		table = pt_table_address(p.value);
	}
}

int ACCESS(walk)(const struct root *root, virt_addr_t address, struct walk *walk)
{
	phys_addr_t table = root->table;

	walk->nr_steps = 0;
	if (!pt_is_canonical(address, root->levels))
		return ERR_INVALID;

	for (unsigned int level = root->levels; level >= 1; level--) {
		struct walk_step *step = &walk->steps[walk->nr_steps];

		if (!access_reaches(root, table))
			return ERR_RANGE;
		step->level = level;
		step->table = table;
		step->pointer = access_table(root, table, virt_raw(address), level) +
				pt_index(address, level);
		step->entry = read_entry(step->pointer);
		step->kind = pt_kind(step->entry, level);
		walk->nr_steps++;
		if (step->kind != PT_TABLE)
			break;
		table = pt_table_address(step->entry);
	}
	return 0;
}

int ACCESS(translate)(const struct space *space, virt_addr_t address,
		      struct translation *translation)
{
	struct position p = locate(&space->root, virt_raw(address), 1);

	if (p.kind != PT_LEAF)
		return ERR_NOT_FOUND;
	*translation = translation_of(p.value, p.level, address, p.all, p.any);
	return 0;
}

int ACCESS(translate_address)(const struct space *space, virt_addr_t address, phys_addr_t *physical)
{
	struct position p = locate(&space->root, virt_raw(address), 1);

	if (p.kind != PT_LEAF)
		return ERR_NOT_FOUND;
	*physical = phys_addr(phys_raw(pt_leaf_address(p.value, p.level)) |
			      (virt_raw(address) & (pt_span(p.level) - 1)));
	return 0;
}

int ACCESS(read_entry)(const struct space *space, virt_addr_t address, unsigned int level,
		       pt_entry_t *entry, unsigned int *found)
{
	struct position p = locate(&space->root, virt_raw(address), level);

	*entry = p.value;
	*found = p.level;
	return 0;
}

#include "walker_visit.h"
