/* SPDX-License-Identifier: MIT */
/* Changing attributes. */
#ifndef PROTECT_H
#define PROTECT_H

#include "page.h"
#include "tables.h"

struct change {
	struct descent d;
	struct mc_space *space;
	uint64_t bits; /* of a leaf of 4 KiB, without its address */
	struct stock stock;
	struct mc_tlb_batch *batch;
	struct mc_conflict *conflict;
};

/* First pass: all of the range must be mapped. */
PASSED unsigned int pass_mapped(const struct access *access, struct descent *d,
				mc_pt_entry_t *entry, uint64_t end)
{
	(void)access;
	return count_leaves(entry, d->level, leaves_fitting(MC_PT_LEAF_MAX, d->level, d->at, end));
}

PASSED enum step scan_mapped_one(const struct access *access, struct descent *d,
				 mc_pt_entry_t *value, uint64_t next)
{
	const struct change *change = (struct change *)d;

	(void)access;
	(void)next;
	switch (mc_pt_kind(*value, d->level)) {
	case MC_PT_LEAF: return STEP_NEXT; /* in part */
	case MC_PT_TABLE: return STEP_DOWN;
	default: return stop_by_conflict(d, change->conflict, MC_ERR_NOT_FOUND, *value);
	}
}

static const struct pass scan_mapped = { .many = pass_mapped, .one = scan_mapped_one };

/* `bits` are of a leaf of this level. What the leaves were goes into *all and *any. */
INLINED void change_leaf(mc_pt_entry_t *entry, unsigned int level, uint64_t bits,
			 mc_pt_entry_t *all, mc_pt_entry_t *any)
{
	const mc_pt_entry_t value = read_entry(entry);

	all->raw &= value.raw;
	any->raw |= value.raw;
	/* In this order, not as a tree at the end: that would keep the values in registers until then. */
	__asm__("" : "+r"(all->raw), "+r"(any->raw));
	write_entry(entry, mc_pt_make_leaf(mc_pt_leaf_address(value, level), bits));
}

/*
 * Change leaves side by side: the second pass's inner loop. It writes also what is so already, which
 * nobody can see; what it asks for is whether anything changed at all.
 */
INLINED void change_leaves(const struct change *change, mc_pt_entry_t *entry, unsigned int count)
{
	const struct descent *d = &change->d;
	const unsigned int level = d->level;
	const uint64_t bits = mc_pt_bits_of_level(change->bits, level);
	mc_pt_entry_t *const end = entry + count;
	mc_pt_entry_t all = { UINT64_MAX }, any = { 0 };

	for (; end - entry >= 8; entry += 8)
#pragma GCC unroll 8
		for (unsigned int i = 0; i < 8; i++)
			change_leaf(&entry[i], level, bits, &all, &any);
	for (; entry < end; entry++)
		change_leaf(entry, level, bits, &all, &any);
	/* To invalidate what did not change, beside what did, is harmless. */
	if (!mc_pt_has_leaf_bits(all, bits, level) || !mc_pt_has_leaf_bits(any, bits, level))
		add_leaves(change->space, change->batch, d->at, level, count);
}

PASSED unsigned int change_many(const struct access *access, struct descent *d,
				mc_pt_entry_t *entry, uint64_t end)
{
	unsigned int leaves = leaves_fitting(MC_PT_LEAF_MAX, d->level, d->at, end);

	(void)access;
	/* In a leaf table, the first pass has seen nothing but leaves. */
	if (d->level > 1)
		leaves = count_leaves(entry, d->level, leaves);
	if (leaves)
		change_leaves((struct change *)d, entry, leaves);
	return leaves;
}

/* A huge leaf that is changed in part is split first, with its old attributes. */
PASSED enum step change_one(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			    uint64_t next)
{
	struct change *change = (struct change *)d;

	(void)next;
	if (mc_pt_is_leaf(*value, d->level))
		*value = split_leaf(access, change->space, d, *value, &change->stock);
	return STEP_DOWN;
}

static const struct pass change_pass = { .many = change_many, .one = change_one };

MC_MUST_CHECK APART int protect_range(const struct access *access, struct mc_space *space,
				      mc_virt_addr_t address, uint64_t size,
				      struct mc_attributes attributes, struct mc_tlb_batch *batch,
				      struct mc_conflict *conflict)
{
	struct change change;
	int error = begin_range(&change.d, space, address, size);
	mc_pt_entry_t common;
	uint64_t splits;

	if (!error)
		error = attributes_check(address, attributes);
	if (error)
		return error;
	change.space = space;
	change.batch = batch;
	change.conflict = conflict;
	change.bits = mc_pt_leaf_bits(as_possible(space, attributes), 1);
	common = find_common(access, &change.d, false);
	error = descend(access, &scan_mapped, &change.d, common);
	if (error)
		return error;
	splits = count_splits(access, &change.d);
	error = stock_fill(access, space, &change.stock, splits);
	if (error)
		return error;
	if (splits)
		settle(batch);
	return descend(access, &change_pass, &change.d, common);
}

/* One page that is mapped as one. */
INLINED bool protect_page(const struct access *access, unsigned int levels, unsigned int level,
			  const struct page_request *request)
{
	struct mc_space *space = request->space;
	const uint64_t bits = mc_pt_bits_of_level(request->bits, level);
	struct page_place place;
	bool changes;

	if (!find_page(access, levels, level, space, request->address, &place) ||
	    !place_protect(&place, level, &bits, &changes))
		return false;
	if (!LIKELY(changes))
		return true;
	write_entry(place.entry, place.value);
	add_page(levels, space, request->batch, request->address, level);
	return true;
}

MC_MUST_CHECK APART int protect_larger(const struct access *access, struct mc_space *space,
				       mc_virt_addr_t address, uint64_t size,
				       struct mc_attributes attributes, struct mc_tlb_batch *batch,
				       struct mc_conflict *conflict)
{
	struct page_request request = { space, address, size, mc_phys_addr(0), 0, batch };

	if (find_bits(space, address, attributes, &request.bits) &&
	    on_larger_page(access, protect_page, &request))
		return 0;
	return protect_range(access, space, address, size, attributes, batch, conflict);
}

INLINED int walker_protect(const struct access *access, unsigned int levels, struct mc_space *space,
			   mc_virt_addr_t address, uint64_t size, struct mc_attributes attributes,
			   struct mc_tlb_batch *batch, struct mc_conflict *conflict)
{
	struct page_request request = { space, address, size, mc_phys_addr(0), 0, batch };

	if (!LIKELY(size == MC_FRAME_SIZE))
		return protect_larger(access, space, address, size, attributes, batch, conflict);
	if (LIKELY(find_bits(space, address, attributes, &request.bits)) &&
	    LIKELY(protect_page(access, levels, 1, &request)))
		return 0;
	return protect_range(access, space, address, MC_FRAME_SIZE, attributes, batch, conflict);
}

#endif
