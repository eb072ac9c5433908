/* SPDX-License-Identifier: MIT */
/*
 * The quick way, for one page of 4 KiB or 2 MiB whose table is there: what operations on one page need,
 * which change an entry of that table, and the number of its live entries. They are the usual case, so
 * they are inlined as a whole. In every other case they do nothing, and the operation on ranges says what
 * it is: the quick way is there for speed alone.
 */
#ifndef PAGE_H
#define PAGE_H

#include "check.h"
#include "walker.h"

/* What is asked for one page. Passed by a pointer that the compiler sees through. */
struct page_request {
	struct mc_space *space;
	mc_virt_addr_t address;
	uint64_t size;
	mc_phys_addr_t physical;    /* map */
	uint64_t bits;              /* map and protect: of a 4 KiB leaf */
	struct mc_tlb_batch *batch; /* unmap and protect */
};

/* An operation on a page whose entry is one of `level`; false if it has done nothing. */
typedef bool page_operation(const struct access *access, unsigned int levels, unsigned int level,
			    const struct page_request *request);

/*
 * The operation for the space's number of levels. The empty instruction keeps clang from making one of the
 * two, for any number.
 */
INLINED bool for_levels(const struct access *access, page_operation *operation, unsigned int level,
			const struct page_request *request)
{
	if (LIKELY(request->space->root.levels == 4))
		return operation(access, 4, level, request);
	__asm__ volatile("");
	return operation(access, 5, level, request);
}

/* Of larger pages, only those of 2 MiB are changed one by one often enough to be worth a quick way. */
INLINED bool on_larger_page(const struct access *access, page_operation *operation,
			    const struct page_request *request)
{
	return request->size == mc_pt_span(2) && for_levels(access, operation, 2, request);
}

struct page_place {
	mc_pt_entry_t *entry;
	mc_pt_entry_t value;
	mc_pt_entry_t *parent;       /* where the entry is that points at the table, */
	mc_phys_addr_t parent_table; /* in which table, */
	mc_pt_entry_t parent_value;  /* and that entry */
};

/*
 * What operations do with a place, without writing it: false if it is none for them. Cursors, which find
 * their places in another way (cursor.c), decide by the same. *bits are of a leaf of the page's level; they
 * are passed by pointer so as not to be loaded before it is known that they are needed.
 */
INLINED bool place_map(struct page_place *place, mc_phys_addr_t physical, const uint64_t *bits)
{
	if (!LIKELY(!place->value.raw))
		return false;
	place->value = mc_pt_make_leaf(physical, *bits);
	place->parent_value = mc_pt_add_live(place->parent_value);
	return true;
}

INLINED bool place_unmap(struct page_place *place, unsigned int level)
{
	if (!LIKELY(place->value.raw) || (level > 1 && !mc_pt_is_leaf(place->value, level)) ||
	    !mc_pt_remove_live(&place->parent_value))
		return false;
	place->value = (mc_pt_entry_t){ 0 };
	return true;
}

INLINED bool place_protect(struct page_place *place, unsigned int level, const uint64_t *bits,
			   bool *changes)
{
	const mc_pt_entry_t before = place->value;

	if (!LIKELY(mc_pt_is_leaf(before, level)))
		return false;
	place->value = mc_pt_make_leaf(mc_pt_leaf_address(before, level), *bits);
	*changes = place->value.raw != before.raw;
	return true;
}

/* `level` is that of the page's entry: 1 or 2. */
INLINED bool find_page(const struct access *access, unsigned int levels, unsigned int level,
		       const struct mc_space *space, mc_virt_addr_t address,
		       struct page_place *place)
{
	const struct mc_root *root = root_of(levels, space);
	const uint64_t offset = mc_virt_raw(address);
	mc_pt_entry_t entry;
	uint64_t top;

	if (!LIKELY(find_top(levels, address, &top)))
		return false;
	if (!LIKELY(is_aligned(offset, mc_pt_span(level))))
		return false;
	entry = read_entry(access->root_entry(root, levels, top));
	if (!LIKELY(mc_pt_leads_to_mappings(entry)))
		return false;
#pragma GCC unroll 2
	for (unsigned int below = levels - 1; below >= level + 2; below--) {
		entry = read_entry(access->entry(root, mc_pt_table_address(entry), offset, below));
		if (!LIKELY(mc_pt_is_table(entry, below)))
			return false;
	}
	place->parent_table = mc_pt_table_address(entry);
	place->parent = access->entry(root, place->parent_table, offset, level + 1);
	place->parent_value = read_entry(place->parent);
	if (!LIKELY(mc_pt_is_table(place->parent_value, level + 1)))
		return false;
	place->entry = access->entry(root, mc_pt_table_address(place->parent_value), offset, level);
	place->value = read_entry(place->entry);
	return true;
}

/*
 * Change the page's entry, and the one that counts it. Where a pointer to a table is good only until the
 * access method gives the next, the second is asked for when the first is done with.
 */
INLINED void write_page(const struct access *access, unsigned int levels, unsigned int level,
			const struct mc_space *space, uint64_t offset,
			const struct page_place *place)
{
	const struct mc_root *root;
	mc_pt_entry_t *parent = place->parent;

	write_entry(place->entry, place->value);
	root = root_of(levels, space); /* not before: the compiler takes the entry for any number */
	if (!access->keeps(root))
		parent = access->entry(root, place->parent_table, offset, level + 1);
	write_entry(parent, place->parent_value);
}

/* Add the page to the batch, which is changed or gone: see add_leaves(). */
INLINED void add_page(unsigned int levels, const struct mc_space *space, struct mc_tlb_batch *batch,
		      mc_virt_addr_t address, unsigned int level)
{
	mc_tlb_batch_add_page_of(space, batch, address);
	if (level > 1 && has_window(space, address))
		add_window_places(levels, space, batch, address, level);
}

#endif
