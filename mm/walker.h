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
 *		`level`; good until the next call of this or of access_frame(): a window of one page
 *		would do.
 *
 *	static inline bool access_keeps(const struct root *root)
 *		Whether such pointers stay good for longer, as long as their tables are linked. Then
 *		cursors keep two of them, and operations on one page ask for no table twice.
 *
 *	static inline bool access_reaches(const struct root *root, phys_addr_t table)
 *		Whether access_table() would work: for walks that trust nothing.
 *
 *	static inline void *access_frame(const struct space *space, pfn_t frame)
 *		A pointer to a frame that is not linked yet; good until the next call of this or of
 *		access_table(). Only walker_change.h needs it.
 *
 * Levels are data: one loop serves 4 and 5. An address is linear, that is without its sign
 * extension, wherever it is not a virt_addr_t.
 *
 *	linear    | idx 4 | idx 3 | idx 2 | idx 1 |  offset  |
 *		      |       |       |       |        |
 *	root ---> PML4[] -> PDPT[] -> PD[] -> PT[] -> frame	a leaf in a PDPT or PD ends it early
 */
#include <mercator/mapper.h>

#include "entry.h"
#include "range.h"

/* The entry for an address in a table. */
static inline pt_entry_t *entry_at(const struct root *root, phys_addr_t table, uint64_t linear,
				   unsigned int level)
{
	return access_table(root, table, linear, level) + linear_index(linear, level);
}

/* How many entries from `entry` on, of at most `count`, are absent: an inner loop. */
static inline unsigned int count_absent(const pt_entry_t *entry, unsigned int count)
{
#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++)
		if (entry[i].raw)
			return i;
	return count;
}

/* Where a walk ended. */
struct position {
	unsigned int level;
	phys_addr_t table; /* of that level */
	pt_entry_t *entry; /* in that table */
	pt_entry_t value;  /* of *entry */
	pt_entry_t top;    /* the root's entry */
	pt_entry_t all;    /* the path's entries, and-ed */
	pt_entry_t any;    /* the same, or-ed */
};

/*
 * Operations on one page are compiled for 4 and for 5 levels: with the number known, the compiler
 * unrolls their walk, and every shift and every test of a level becomes a constant.
 */
#define WITH_LEVELS(space, operation, ...)                                                         \
	((space)->root.levels == 4 ? operation(4, space, __VA_ARGS__)                              \
				   : operation(PT_LEVELS_MAX, space, __VA_ARGS__))
#define FOR_LEVELS static inline __attribute__((always_inline))

/* Not inlined: what an operation on one page leaves to others must not cost it registers or stack. */
#define APART __attribute__((noinline))

/* space->root, with the number of levels known to the compiler. */
FOR_LEVELS struct root root_of(unsigned int levels, const struct space *space)
{
	struct root root = space->root;

	root.levels = levels;
	return root;
}

/*
 * Walk for an address, or its linear address, down to the entry that ends the walk, but not below
 * `lowest`. `levels` is space->root.levels.
 */
FOR_LEVELS struct position locate(unsigned int levels, const struct space *space, uint64_t linear,
				  unsigned int lowest)
{
	const struct root root = root_of(levels, space);
	struct position p = { .level = levels, .table = root.table, .all = { UINT64_MAX } };

#pragma GCC unroll 5
	for (; p.level >= lowest; p.level--) {
		p.entry = entry_at(&root, p.table, linear, p.level);
		p.value = read_entry(p.entry);
		if (p.level == levels)
			p.top = p.value;
		p.all.raw &= p.value.raw;
		p.any.raw |= p.value.raw;
		if (p.level == lowest || !pt_is_table(p.value, p.level))
			break;
		p.table = pt_table_address(p.value);
	}
	return p;
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

FOR_LEVELS int translate(unsigned int levels, const struct space *space, virt_addr_t address,
			 struct translation *translation)
{
	struct position p;

	if (!pt_is_canonical(address, levels))
		return ERR_INVALID;
	p = locate(levels, space, virt_raw(address), 1);
	if (pt_kind(p.value, p.level) != PT_LEAF)
		return ERR_NOT_FOUND;
	*translation = translation_of(p.value, p.level, address, p.all, p.any);
	return 0;
}

int ACCESS(translate)(const struct space *space, virt_addr_t address,
		      struct translation *translation)
{
	return WITH_LEVELS(space, translate, address, translation);
}

FOR_LEVELS int translate_address(unsigned int levels, const struct space *space,
				 virt_addr_t address, phys_addr_t *physical)
{
	struct position p;

	if (!pt_is_canonical(address, levels))
		return ERR_INVALID;
	p = locate(levels, space, virt_raw(address), 1);
	if (pt_kind(p.value, p.level) != PT_LEAF)
		return ERR_NOT_FOUND;
	*physical = pt_leaf_translate(p.value, p.level, address);
	return 0;
}

int ACCESS(translate_address)(const struct space *space, virt_addr_t address, phys_addr_t *physical)
{
	return WITH_LEVELS(space, translate_address, address, physical);
}

int ACCESS(read_entry)(const struct space *space, virt_addr_t address, unsigned int level,
		       pt_entry_t *entry, unsigned int *found)
{
	unsigned int levels = space->root.levels;
	struct position p;

	if (!pt_is_canonical(address, levels) || level < 1 || level > levels)
		return ERR_INVALID;
	p = locate(levels, space, virt_raw(address), level);
	*entry = p.value;
	*found = p.level;
	return 0;
}

#include "walker_visit.h"
