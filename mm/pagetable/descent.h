/* SPDX-License-Identifier: MIT */
/*
 * The one way down a range: every operation on one goes through its entries in ascending order, enters
 * tables and leaves them. What it does there is a pass: three functions, passed as a constant, which are
 * inlined here.
 */
#ifndef DESCENT_H
#define DESCENT_H

#include "check.h"
#include "walker.h"

/* Where it is. What a pass keeps of its own comes after this, in a struct that begins with it. */
struct descent {
	const struct mc_space *space;
	uint64_t start, at, end; /* offsets: of the range, and [at, end) is still to come */
	unsigned int level;      /* of the table that has the entry for `at` */
	unsigned int top; /* of the entry that leads to all of the range: see find_common() */
	mc_phys_addr_t table[MC_PT_LEVELS_MAX + 2]; /* on the way to there, by level */

	/* For the pass: how many entries of each of these tables became live, or absent. */
	unsigned int changed[MC_PT_LEVELS_MAX + 2];
	int result; /* of the descent */
};

enum step {
	STEP_NEXT, /* done with the entry */
	STEP_DOWN, /* enter the table that *value points at */
	STEP_STOP, /* end it all */
};

struct pass {
	/*
	 * The quick way through entries side by side, from *entry on, which is that for d->at, up to
	 * `end`: how many are dealt with. 0: the next function is called for the first.
	 */
	unsigned int (*many)(const struct access *access, struct descent *d, mc_pt_entry_t *entry,
			     uint64_t end);

	/* One entry, for [d->at, next), in which *value was read. It may be replaced. */
	enum step (*one)(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			 uint64_t next);

	/* The table below the entry of d->level for d->at - 1 is done with. May be NULL. */
	void (*leave)(const struct access *access, struct descent *d);
};

/* The entry that the pass's leave() is about. */
INLINED mc_pt_entry_t *entry_left(const struct access *access, const struct descent *d)
{
	return access->entry(&d->space->root, d->table[d->level], d->at - 1, d->level);
}

/* How many entries from `entry` on, of at most `count`, are absent: an inner loop. */
static inline unsigned int count_absent(const mc_pt_entry_t *entry, unsigned int count)
{
#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++)
		if (entry[i].raw)
			return i;
	return count;
}

/* How many entries from `entry` on, of at most `count`, are leaves: eight are asked at once. */
static inline unsigned int count_leaves(const mc_pt_entry_t *entry, unsigned int level,
					unsigned int count)
{
	const mc_pt_entry_t *at = entry, *const end = entry + count;

	for (; end - at >= 8; at += 8) {
		const mc_pt_entry_t all = { at[0].raw & at[1].raw & at[2].raw & at[3].raw &
					    at[4].raw & at[5].raw & at[6].raw & at[7].raw };

		if (!mc_pt_is_leaf(all, level))
			break;
	}
	while (at < end && mc_pt_is_leaf(*at, level))
		at++;
	return (unsigned int)(at - entry);
}

/* Stop where the range holds what it should not, or lacks what it should have. */
static inline enum step stop_by_conflict(struct descent *d, struct mc_conflict *conflict, int error,
					 mc_pt_entry_t entry)
{
	if (conflict)
		*conflict = (struct mc_conflict){
			.address = virtual_of(d->space, d->at),
			.level = d->level,
			.entry = entry,
		};
	d->result = error;
	return STEP_STOP;
}

/* Set a descent's range, or return the errors of every range. */
MC_MUST_CHECK static inline int begin_range(struct descent *d, const struct mc_space *space,
					    mc_virt_addr_t address, uint64_t size)
{
	struct extent extent;
	const int error = range_check(space, space->root.levels, address, size, &extent);

	if (error)
		return error;
	d->space = space;
	d->start = extent.start;
	d->end = extent.end;
	d->result = 0;
	return 0;
}

/* Begin at the root: it is as if an entry above it led there. Returns that. */
INLINED mc_pt_entry_t begin_at_root(struct descent *d)
{
	d->top = d->space->root.levels + 1;
	return mc_pt_make_table(d->space->root.table, false);
}

/*
 * The lowest entry that leads to all of [d->start, d->end), by way of a table: where a descent begins, as
 * most ranges are short. A range in several entries of the root begins there. With `stays`, an entry whose
 * table has other entries too, so that removing the range cannot unlink it. Returns the entry.
 */
INLINED mc_pt_entry_t find_common(const struct access *access, struct descent *d, bool stays)
{
	const uint64_t differ = d->start ^ (d->end - 1);
	const struct mc_root *root = &d->space->root;
	mc_pt_entry_t found = begin_at_root(d);
	mc_phys_addr_t table = root->table;

	for (unsigned int level = root->levels; level > 1 && !(differ >> mc_pt_shift(level));
	     level--) {
		mc_pt_entry_t value = read_entry(access->entry(root, table, d->start, level));

		if (!mc_pt_is_table(value, level))
			break;
		if (!stays || mc_pt_live(value) > entries_in(level - 1, d->start, d->end)) {
			d->top = level;
			d->table[level] = table;
			found = value;
		}
		table = mc_pt_table_address(value);
	}
	return found;
}

/* Go down the range; `common` is what find_common() has returned. */
INLINED int descend(const struct access *access, const struct pass *pass, struct descent *d,
		    mc_pt_entry_t common)
{
	const struct mc_root *root = &d->space->root;

	d->at = d->start;
	d->level = d->top - 1;
	d->table[d->level] = mc_pt_table_address(common);
	d->changed[d->top] = d->changed[d->level] = 0;
	for (;;) {
		const uint64_t end = chunk_end(d->at, d->end, d->level + 1);
		mc_pt_entry_t *entry = access->entry(root, d->table[d->level], d->at, d->level);
		const unsigned int count = pass->many(access, d, entry, end);

		if (count) {
			d->at = align_down(d->at, mc_pt_span(d->level)) +
				((uint64_t)count << mc_pt_shift(d->level));
		} else {
			const uint64_t next = chunk_end(d->at, end, d->level);
			mc_pt_entry_t value = read_entry(entry);

			d->changed[d->level - 1] = 0;
			switch (pass->one(access, d, &value, next)) {
			case STEP_NEXT: d->at = next; break;
			case STEP_DOWN: d->table[--d->level] = mc_pt_table_address(value); continue;
			case STEP_STOP: return d->result;
			}
		}
		/* Out of each table that ends here, or in which the range ends. */
		while (d->at >= d->end || is_aligned(d->at, mc_pt_span(d->level + 1))) {
			d->level++;
			if (pass->leave)
				pass->leave(access, d);
			if (d->level == d->top)
				return d->result;
		}
	}
}

#endif
