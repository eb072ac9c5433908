/* SPDX-License-Identifier: MIT */
/*
 * A cursor's operations on the page beside the last one: no table has to be found, and so nothing
 * depends on the access method. Each returns whether that was all; otherwise it has done nothing, and
 * the access method's instance does the whole (walker_cursor.h).
 */
#ifndef CURSOR_PAGE_H
#define CURSOR_PAGE_H

#include <mercator/cursor.h>

#include "entry.h"

/* Whether they are the ones that cursor->bits was made of. As one word: that is one comparison. */
static inline bool cursor_has_attributes(const struct mc_cursor *cursor,
					 struct mc_attributes attributes)
{
	uint64_t had, wanted;

	_Static_assert(sizeof(attributes) == sizeof(wanted), "attributes have no padding");
	__builtin_memcpy(&had, &cursor->attributes, sizeof(had));
	__builtin_memcpy(&wanted, &attributes, sizeof(wanted));
	return had == wanted;
}

static inline void cursor_step(struct mc_cursor *cursor, mc_pt_entry_t *entry)
{
	cursor->at += cursor->page_size;
	cursor->entry = ++entry;
	if (__builtin_expect(entry == cursor->stop, false))
		cursor->entry = NULL;
}

static inline bool cursor_map_page(struct mc_cursor *cursor, unsigned int level,
				   mc_phys_addr_t physical, struct mc_attributes attributes)
{
	mc_pt_entry_t *entry = cursor->entry;

	if (!entry || level != cursor->level || !cursor_has_attributes(cursor, attributes) ||
	    mc_phys_raw(physical) > cursor->last_physical ||
	    (mc_phys_raw(physical) & cursor->misaligned) || entry->raw)
		return false;
	write_entry(entry, (mc_pt_entry_t){ mc_phys_raw(physical) | cursor->bits });
	write_entry(cursor->parent, mc_pt_add_live(*cursor->parent));
	cursor_step(cursor, entry);
	return true;
}

/* 4 KiB only, here and below: a huge page's way out of the TLB is longer. */
static inline bool cursor_unmap_page(struct mc_cursor *cursor, unsigned int level,
				     struct mc_tlb_batch *batch)
{
	mc_pt_entry_t *entry = cursor->entry;

	if (!entry || level != 1 || cursor->level != 1 || !entry->raw ||
	    mc_pt_is_last_live(*cursor->parent))
		return false;
	write_entry(entry, (mc_pt_entry_t){ 0 });
	write_entry(cursor->parent, mc_pt_remove_live(*cursor->parent));
	mc_tlb_batch_add_page(batch, mc_virt_addr(cursor->at));
	cursor_step(cursor, entry);
	return true;
}

static inline bool cursor_protect_page(struct mc_cursor *cursor, unsigned int level,
				       struct mc_attributes attributes, struct mc_tlb_batch *batch)
{
	mc_pt_entry_t *entry = cursor->entry, changed;

	if (!entry || level != 1 || cursor->level != 1 ||
	    !cursor_has_attributes(cursor, attributes) || !mc_pt_is_leaf(*entry, 1))
		return false;
	changed.raw = mc_phys_raw(mc_pt_leaf_address(*entry, 1)) | cursor->bits;
	if (changed.raw != entry->raw) {
		write_entry(entry, changed);
		mc_tlb_batch_add_page(batch, mc_virt_addr(cursor->at));
	}
	cursor_step(cursor, entry);
	return true;
}

/* The entry in hand, of any level. */
static inline bool cursor_read_page(const struct mc_cursor *cursor, unsigned int level,
				    mc_pt_entry_t *entry, unsigned int *found)
{
	if (!cursor->entry || level != cursor->level)
		return false;
	*entry = read_entry(cursor->entry);
	*found = level;
	return true;
}

/* Where a leaf of `level`, to which the cursor has found its way, leads its address. */
static inline struct mc_translation cursor_translation(const struct mc_cursor *cursor,
						       mc_pt_entry_t leaf, unsigned int level)
{
	const struct mc_cursor_table *above = &cursor->way[level];

	return mc_translation_of(leaf, level, mc_cursor_address(cursor),
				 (mc_pt_entry_t){ above->all.raw & leaf.raw },
				 (mc_pt_entry_t){ above->any.raw | leaf.raw });
}

#endif
