/* SPDX-License-Identifier: MIT */
/* Filling a range in which nothing is: the same for mapping and reserving. */
#ifndef FILL_H
#define FILL_H

#include "tables.h"

struct fill {
	struct descent d;
	struct mc_space *space;
	unsigned int largest_leaf;
	uint64_t bits;         /* of a leaf of 4 KiB, or a marker, without its address */
	uint64_t distance;     /* physical address less offset */
	uint64_t address_mask; /* all ones for leaves, 0 for markers */
	uint64_t tables_needed;
	struct stock stock;
	struct mc_conflict *conflict;
};

/* First pass: nothing may be there; count the tables that are not there yet. */
PASSED unsigned int pass_absent(const struct access *access, struct descent *d,
				mc_pt_entry_t *entry, uint64_t end)
{
	const struct fill *fill = (struct fill *)d;

	(void)access;
	return count_absent(entry, leaves_fitting(fill->largest_leaf, d->level, d->at, end));
}

PASSED enum step scan_absent_one(const struct access *access, struct descent *d,
				 mc_pt_entry_t *value, uint64_t next)
{
	struct fill *fill = (struct fill *)d;

	(void)access;
	switch (mc_pt_kind(*value, d->level)) {
	case MC_PT_ABSENT:
		fill->tables_needed += tables_needed(d->level, d->at, next, fill->largest_leaf);
		return STEP_NEXT;
	case MC_PT_TABLE: return STEP_DOWN;
	default: return stop_by_conflict(d, fill->conflict, MC_ERR_EXISTS, *value);
	}
}

static const struct pass scan_absent = { .many = pass_absent, .one = scan_absent_one };

/* Second pass. Leaves (or markers) side by side are its inner loop. */
PASSED unsigned int fill_many(const struct access *access, struct descent *d, mc_pt_entry_t *entry,
			      uint64_t end)
{
	const struct fill *fill = (struct fill *)d;
	const unsigned int count = leaves_fitting(fill->largest_leaf, d->level, d->at, end);
	const uint64_t step = mc_pt_span(d->level) & fill->address_mask;
	mc_pt_entry_t value =
		mc_pt_make_leaf(mc_phys_addr((d->at + fill->distance) & fill->address_mask),
				mc_pt_bits_of_level(fill->bits, d->level));

	(void)access;
#pragma GCC unroll 4
	for (unsigned int i = 0; i < count; i++) {
		write_entry(&entry[i], value);
		value = mc_pt_next_leaf(value, step);
	}
	d->changed[d->level] += count;
	return count;
}

PASSED enum step fill_one(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			  uint64_t next)
{
	struct fill *fill = (struct fill *)d;

	(void)next;
	if (mc_pt_kind(*value, d->level) == MC_PT_ABSENT) {
		*value = link_table(access, fill->space, d->table[d->level], d->at, d->level,
				    &fill->stock);
		d->changed[d->level]++;
		d->changed[d->level - 1]--; /* a new table says 1, and has none yet */
	}
	return STEP_DOWN;
}

PASSED void fill_leave(const struct access *access, struct descent *d)
{
	mc_pt_entry_t *entry, value;

	if (is_pinned(d->space, d->level, d->at - 1))
		return;
	entry = entry_left(access, d);
	value = read_entry(entry);
	write_entry(entry, mc_pt_with_live(value, mc_pt_live(value) + d->changed[d->level - 1]));
}

static const struct pass fill_pass = { fill_many, fill_one, fill_leave };

/* Fill the range of `fill->d`, or return an error and change nothing. */
MC_MUST_CHECK static inline int fill_range(const struct access *access, struct fill *fill)
{
	const mc_pt_entry_t common = find_common(access, &fill->d, false);
	int error;

	fill->tables_needed = 0;
	error = descend(access, &scan_absent, &fill->d, common);
	if (!error)
		error = stock_fill(access, fill->space, &fill->stock, fill->tables_needed);
	if (error)
		return error;
	(void)descend(access, &fill_pass, &fill->d, common);
	return 0;
}

#endif
