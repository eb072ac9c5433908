/* SPDX-License-Identifier: MIT */
/*
 * The page walker: the only implementation there is. Its parts, this header and those that include it,
 * take the access method (access.h) as an argument.
 *
 * An offset is an address of the space without its sign extension: [0, 2^48) or [0, 2^57).
 *
 *	offset    | idx 4 | idx 3 | idx 2 | idx 1 |  in page |
 *		      |       |       |       |
 *	root ---> PML4[] -> PDPT[] -> PD[] -> PT[] -> frame	a leaf in a PDPT or PD ends it early
 */
#ifndef WALKER_H
#define WALKER_H

#include "access.h"
#include "entry.h"
#include "inline.h"
#include "range.h"

/*
 * space->root, with the number of levels known to the compiler. No copy: across a call, its fields would
 * each need a register of their own.
 */
INLINED const struct mc_root *root_of(unsigned int levels, const struct mc_space *space)
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
INLINED bool find_top(unsigned int levels, mc_virt_addr_t address, uint64_t *top)
{
	const int64_t unused = INT64_C(1) << (64 - mc_pt_shift(levels + 1));
	int64_t moved;

	if (__builtin_mul_overflow((int64_t)mc_virt_raw(address), unused, &moved))
		return false;
	*top = (uint64_t)moved >> (64 - MC_PT_INDEX_BITS);
	return true;
}

/* If *entry, of `level`, is a table's, go on to the one below. */
INLINED bool step_down(const struct access *access, const struct mc_root *root,
		       mc_virt_addr_t address, unsigned int level, mc_pt_entry_t *entry)
{
	if (!LIKELY(mc_pt_is_table(*entry, level)))
		return false;
	*entry = read_entry(
		access->entry(root, mc_pt_table_address(*entry), mc_virt_raw(address), level - 1));
	return true;
}

/* Where a walk ended. */
struct position {
	unsigned int level;
	mc_pt_entry_t value; /* of the entry there */
};

/* Walk for an offset, down to the entry that ends the walk, but not below `lowest`. */
static inline struct position locate(const struct access *access, const struct mc_space *space,
				     uint64_t offset, unsigned int lowest)
{
	const struct mc_root *root = &space->root;
	struct position p = { .level = root->levels };

	p.value = read_entry(access->entry(root, root->table, offset, p.level));
	while (p.level > lowest && mc_pt_is_table(p.value, p.level)) {
		p.level--;
		p.value = read_entry(
			access->entry(root, mc_pt_table_address(p.value), offset, p.level));
	}
	return p;
}

#endif
