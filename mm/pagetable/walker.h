/* SPDX-License-Identifier: MIT */
/*
 * The page walker: the only implementation there is. This header, and walker_change.h for a method
 * that can change tables, are a template: each access method has a file in access/ that defines the
 * following and includes them once, so that no walk has an indirect call.
 *
 *	ACCESS(name)	the method's name for a function, such as offset_##name
 *
 *	static inline mc_pt_entry_t *access_entry(const struct mc_root *root, mc_phys_addr_t table,
 *					       uint64_t offset, unsigned int level)
 *		A pointer to the entry for `offset` in the table at physical address `table`, which is
 *		one of `level`; the table's other entries are around it. It is good until the next call
 *		of this or of access_frame(): a window of one page would do.
 *
 *	static inline bool access_keeps(const struct mc_root *root)
 *		Whether such pointers stay good for longer, as long as their tables are linked. Then
 *		cursors keep two of them, and operations on one page ask for no table twice.
 *
 *	static inline bool access_reaches(const struct mc_root *root, mc_phys_addr_t table)
 *		Whether access_entry() would work: for walks that trust nothing.
 *
 *	static inline void *access_frame(const struct mc_space *space, mc_pfn_t frame)
 *		A pointer to a frame that is not linked yet; good until the next call of this or of
 *		access_entry(). Only walker_change.h needs it.
 *
 * Levels are data: one loop serves 4 and 5. An address is offset, that is without its sign
 * extension, wherever it is not a mc_virt_addr_t.
 *
 *	offset    | idx 4 | idx 3 | idx 2 | idx 1 |  offset  |
 *		      |       |       |       |        |
 *	root ---> PML4[] -> PDPT[] -> PD[] -> PT[] -> frame	a leaf in a PDPT or PD ends it early
 */
#include <mercator/mapper.h>

#include "entry.h"
#include "range.h"

/* How many entries from `entry` on, of at most `count`, are absent: an inner loop. */
static inline unsigned int count_absent(const mc_pt_entry_t *entry, unsigned int count)
{
#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++)
		if (entry[i].raw)
			return i;
	return count;
}

/* How many entries from `entry` on, of at most `count`, are leaves. */
static inline unsigned int count_leaves(const mc_pt_entry_t *entry, unsigned int level,
					unsigned int count)
{
#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++)
		if (!mc_pt_is_leaf(entry[i], level))
			return i;
	return count;
}

/* Where a walk ended. */
struct position {
	unsigned int level;
	mc_phys_addr_t table; /* of that level */
	mc_pt_entry_t *entry; /* in that table */
	mc_pt_entry_t value;  /* of *entry */
};

/* Inlined in every place that calls it, also where the compiler would rather not. */
#define INLINED static inline __attribute__((always_inline))

/*
 * Operations on one page are compiled for 4 and for 5 levels: with the number known, the compiler
 * unrolls their walk, and every shift and every test of a level becomes a constant.
 */
#define FOR_LEVELS INLINED

/* What the compiler lays straight. */
#define LIKELY(condition) __builtin_expect(condition, true)

/* Not inlined: what an operation on one page leaves to others must not cost it registers or stack. */
#define APART __attribute__((noinline))

/*
 * space->root, with the number of levels known to the compiler. No copy: across a call, its fields would
 * each need a register of their own.
 */
FOR_LEVELS const struct mc_root *root_of(unsigned int levels, const struct mc_space *space)
{
	if (space->root.levels != levels)
		__builtin_unreachable();
	return &space->root;
}

/*
 * Whether an address is canonical, and which entry of the root translates it. A canonical address is a
 * signed number of 48 or 57 bits: moved up to the highest bit, it loses nothing, as the multiplication
 * says, and begins with the index.
 */
FOR_LEVELS bool find_top(unsigned int levels, mc_virt_addr_t address, uint64_t *top)
{
	const int64_t unused = INT64_C(1) << (64 - mc_pt_shift(levels + 1));
	int64_t moved;

	if (__builtin_mul_overflow((int64_t)mc_virt_raw(address), unused, &moved))
		return false;
	*top = (uint64_t)moved >> (64 - MC_PT_INDEX_BITS);
	return true;
}

/*
 * Walk for an address, or its offset address, whose entry in the root is number `top`, down to the
 * entry that ends the walk, but not below `lowest`. `levels` is space->root.levels.
 */
FOR_LEVELS struct position locate_from(unsigned int levels, const struct mc_space *space,
				       uint64_t top, uint64_t offset, unsigned int lowest)
{
	const struct mc_root *root = root_of(levels, space);
	struct position p = { .level = levels, .table = root->table };

#pragma GCC unroll 5
	for (; p.level >= lowest; p.level--) {
		p.entry = access_entry(root, p.table,
				       p.level == levels ? top << mc_pt_shift(levels) : offset,
				       p.level);
		p.value = read_entry(p.entry);
		if (p.level == lowest || !mc_pt_is_table(p.value, p.level))
			break;
		p.table = mc_pt_table_address(p.value);
	}
	return p;
}

static struct position locate(const struct mc_space *space, uint64_t offset, unsigned int lowest)
{
	if (LIKELY(space->root.levels == 4))
		return locate_from(4, space, linear_index(offset, 4), offset, lowest);
	return locate_from(5, space, linear_index(offset, 5), offset, lowest);
}

int ACCESS(walk)(const struct mc_root *root, mc_virt_addr_t address, struct mc_walk *walk)
{
	mc_phys_addr_t table = root->table;

	walk->nr_steps = 0;
	if (!mc_pt_is_canonical(address, root->levels))
		return MC_ERR_INVALID;

	for (unsigned int level = root->levels; level >= 1; level--) {
		struct mc_walk_step *step = &walk->steps[walk->nr_steps];

		if (!access_reaches(root, table))
			return MC_ERR_RANGE;
		step->level = level;
		step->table = table;
		step->pointer = access_entry(root, table, mc_virt_raw(address), level);
		step->entry = read_entry(step->pointer);
		step->kind = mc_pt_kind(step->entry, level);
		walk->nr_steps++;
		if (step->kind != MC_PT_TABLE)
			break;
		table = mc_pt_table_address(step->entry);
	}
	return 0;
}

/*
 * Translating. What most addresses lead to, a 4 KiB leaf, is straight on. The levels are written out: the
 * exits of a loop would share their code, and each level would pay for what that code needs. A walk of
 * 5 levels has a function of its own for the same reason.
 */

/* If the entry, of `level`, is a table's, go on to the one below. */
FOR_LEVELS bool step_down(const struct mc_root *root, mc_virt_addr_t address, unsigned int level,
			  mc_pt_entry_t *entry)
{
	if (!LIKELY(mc_pt_is_table(*entry, level)))
		return false;
	*entry = read_entry(
		access_entry(root, mc_pt_table_address(*entry), mc_virt_raw(address), level - 1));
	return true;
}

FOR_LEVELS int translate_by(mc_pt_entry_t entry, unsigned int level, mc_virt_addr_t address,
			    mc_phys_addr_t *physical)
{
	if (!LIKELY(mc_pt_is_leaf(entry, level)))
		return MC_ERR_NOT_FOUND;
	*physical = mc_pt_leaf_translate(entry, level, address);
	return 0;
}

MC_MUST_CHECK APART static int translate_in_1_gib(mc_pt_entry_t entry, mc_virt_addr_t address,
						  mc_phys_addr_t *physical)
{
	return translate_by(entry, 3, address, physical);
}

MC_MUST_CHECK APART static int translate_in_2_mib(mc_pt_entry_t entry, mc_virt_addr_t address,
						  mc_phys_addr_t *physical)
{
	return translate_by(entry, 2, address, physical);
}

FOR_LEVELS int translate_address(unsigned int levels, const struct mc_space *space,
				 mc_virt_addr_t address, mc_phys_addr_t *physical)
{
	const struct mc_root *root = root_of(levels, space);
	mc_pt_entry_t entry;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return MC_ERR_INVALID;
	entry = read_entry(access_entry(root, root->table, top << mc_pt_shift(levels), levels));
	if (levels == 5 && !step_down(root, address, 5, &entry))
		return MC_ERR_NOT_FOUND;
	if (!step_down(root, address, 4, &entry))
		return MC_ERR_NOT_FOUND;
	if (!step_down(root, address, 3, &entry))
		return translate_in_1_gib(entry, address, physical);
	if (!step_down(root, address, 2, &entry))
		return translate_in_2_mib(entry, address, physical);
	return translate_by(entry, 1, address, physical);
}

int ACCESS(translate_address_4)(const struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t *physical)
{
	return translate_address(4, space, address, physical);
}

MC_MUST_CHECK APART static int translate_address_5(const struct mc_space *space,
						   mc_virt_addr_t address, mc_phys_addr_t *physical)
{
	return translate_address(5, space, address, physical);
}

int ACCESS(translate_address)(const struct mc_space *space, mc_virt_addr_t address,
			      mc_phys_addr_t *physical)
{
	return LIKELY(space->root.levels == 4)
		       ? ACCESS(translate_address_4)(space, address, physical)
		       : translate_address_5(space, address, physical);
}

/* The same with everything that the way says: here, what is kept for the exits is needed anyway. */
MC_MUST_CHECK APART static int translate_fully_higher(mc_pt_entry_t entry, unsigned int level,
						      mc_virt_addr_t address, mc_pt_entry_t all,
						      mc_pt_entry_t any,
						      struct mc_translation *translation)
{
	if (mc_pt_kind(entry, level) != MC_PT_LEAF)
		return MC_ERR_NOT_FOUND;
	*translation = mc_translation_of(entry, level, address, all, any);
	return 0;
}

FOR_LEVELS int translate(unsigned int levels, const struct mc_space *space, mc_virt_addr_t address,
			 struct mc_translation *translation)
{
	const struct mc_root *root = root_of(levels, space);
	mc_phys_addr_t table = root->table;
	mc_pt_entry_t entry, all, any;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return MC_ERR_INVALID;
	entry = read_entry(access_entry(root, table, top << mc_pt_shift(levels), levels));
	all = any = entry;
#pragma GCC unroll 5
	for (unsigned int level = levels; level > 1; level--) {
		if (!LIKELY(mc_pt_is_table(entry, level)))
			return translate_fully_higher(entry, level, address, all, any, translation);
		table = mc_pt_table_address(entry);
		entry = read_entry(access_entry(root, table, mc_virt_raw(address), level - 1));
		all.raw &= entry.raw;
		any.raw |= entry.raw;
	}
	if (!LIKELY(mc_pt_is_leaf(entry, 1)))
		return MC_ERR_NOT_FOUND;
	*translation = mc_translation_of(entry, 1, address, all, any);
	return 0;
}

int ACCESS(translate_4)(const struct mc_space *space, mc_virt_addr_t address,
			struct mc_translation *translation)
{
	return translate(4, space, address, translation);
}

MC_MUST_CHECK APART static int translate_5(const struct mc_space *space, mc_virt_addr_t address,
					   struct mc_translation *translation)
{
	return translate(5, space, address, translation);
}

int ACCESS(translate)(const struct mc_space *space, mc_virt_addr_t address,
		      struct mc_translation *translation)
{
	return LIKELY(space->root.levels == 4) ? ACCESS(translate_4)(space, address, translation)
					       : translate_5(space, address, translation);
}

int ACCESS(read_entry)(const struct mc_space *space, mc_virt_addr_t address, unsigned int level,
		       mc_pt_entry_t *entry, unsigned int *found)
{
	unsigned int levels = space->root.levels;
	struct position p;

	if (!mc_pt_is_canonical(address, levels) || level < 1 || level > levels)
		return MC_ERR_INVALID;
	p = locate(space, mc_virt_raw(address), level);
	*entry = p.value;
	*found = p.level;
	return 0;
}

#include "walker_visit.h"
