/* SPDX-License-Identifier: MIT */
/*
 * Cursors (mercator/cursor.h). What the page beside the last one needs is in the cursor, whatever the
 * access method; otherwise its table is found, and where there is none, the mapper's operation does it.
 */
#include <mercator/cursor.h>

#include "../space/lock.h"
#include "dispatch.h"
#include "page.h"
#include "tables.h"

/* The lock is this CPU's: that of the range's half. */
static void check_lock(const struct mc_cursor *cursor)
{
	space_lock_check(cursor->space, mc_virt_addr(cursor->start));
}

/* Start at the root again: tables on the way may be gone. */
static void forget_way(struct mc_cursor *cursor)
{
	const unsigned int levels = cursor->space->root.levels;

	cursor->entry = NULL;
	cursor->level = levels;
	cursor->way[levels] = (struct mc_cursor_table){
		.table = cursor->space->root.table,
		.all = { UINT64_MAX },
	};
}

int mc_cursor_open(struct mc_cursor *cursor, struct mc_space *space, mc_virt_addr_t address,
		   uint64_t size)
{
	const struct access *access = access_of(space);
	struct extent extent;
	int error = access_begin(access, space);

	cursor->space = NULL;
	cursor->at = cursor->end = 0;
	if (error)
		return error;
	access_end(access);
	error = range_check(space, space->root.levels, address, size, &extent);
	if (error)
		return error;
	space_lock(space, address);
	cursor->space = space;
	cursor->start = cursor->at = cursor->found_for = mc_virt_raw(address);
	cursor->end = mc_virt_raw(address) + size;
	cursor->attributes = (struct mc_attributes){ .rights = MC_RIGHT_READ };
	forget_way(cursor);
	return 0;
}

void mc_cursor_close(struct mc_cursor *cursor)
{
	if (!cursor->space)
		return;
	check_lock(cursor);
	space_unlock(cursor->space, mc_virt_addr(cursor->start));
	cursor->at = cursor->end;
	cursor->space = NULL;
}

int mc_cursor_seek(struct mc_cursor *cursor, mc_virt_addr_t address)
{
	const uint64_t at = mc_virt_raw(address);
	uint64_t beyond = cursor->level < MC_PT_LEVELS_MAX ? mc_pt_span(cursor->level + 1) : 0;

	check_lock(cursor);
	if (!is_aligned(at, MC_FRAME_SIZE))
		return MC_ERR_MISALIGNED;
	if (at - cursor->start > cursor->end - cursor->start)
		return MC_ERR_RANGE;
	/* Within the same table, an entry's pointer says where the others are. */
	if (cursor->entry && is_aligned(at, cursor->page_size) &&
	    align_down(at, beyond) == align_down(cursor->at, beyond))
		cursor->entry += (int64_t)(at - cursor->at) / (int64_t)cursor->page_size;
	else
		cursor->entry = NULL;
	if (cursor->entry == cursor->stop)
		cursor->entry = NULL;
	cursor->at = at;
	return 0;
}

/* Whether they are the ones that cursor->bits was made of. As one word: that is one comparison. */
static inline bool has_attributes(const struct mc_cursor *cursor, struct mc_attributes attributes)
{
	uint64_t had, wanted;

	_Static_assert(sizeof(attributes) == sizeof(wanted), "attributes have no padding");
	__builtin_memcpy(&had, &cursor->attributes, sizeof(had));
	__builtin_memcpy(&wanted, &attributes, sizeof(wanted));
	return had == wanted;
}

/* To the page after it, whose entry is the next. */
static inline void step(struct mc_cursor *cursor, mc_pt_entry_t *entry)
{
	cursor->at += cursor->page_size;
	cursor->entry = ++entry;
	if (__builtin_expect(entry == cursor->stop, false))
		cursor->entry = NULL;
}

/* The page at the cursor, if it is one of `level`, and its entry in hand. */
static inline bool place_in_hand(const struct mc_cursor *cursor, unsigned int level,
				 struct page_place *place)
{
	if (!cursor->entry || level != cursor->level)
		return false;
	place->entry = cursor->entry;
	place->value = *cursor->entry;
	place->parent = cursor->parent;
	place->parent_value = *cursor->parent;
	return true;
}

/* What place_map() and the others have decided. */
static inline void write_in_hand(const struct page_place *place)
{
	write_entry(place->entry, place->value);
	write_entry(place->parent, place->parent_value);
}

static inline bool map_in_hand(struct mc_cursor *cursor, unsigned int level,
			       mc_phys_addr_t physical, struct mc_attributes attributes)
{
	struct page_place place;

	if (!place_in_hand(cursor, level, &place) || !has_attributes(cursor, attributes) ||
	    mc_phys_raw(physical) > cursor->last_physical ||
	    (mc_phys_raw(physical) & cursor->misaligned) ||
	    !place_map(&place, physical, &cursor->bits))
		return false;
	write_in_hand(&place);
	step(cursor, place.entry);
	return true;
}

/* 4 KiB only, here and below: a huge page's way out of the TLB is longer. */
static inline bool unmap_in_hand(struct mc_cursor *cursor, unsigned int level,
				 struct mc_tlb_batch *batch)
{
	struct page_place place;

	if (level != 1 || !place_in_hand(cursor, 1, &place) || !place_unmap(&place, 1))
		return false;
	write_in_hand(&place);
	mc_tlb_batch_add_page(batch, mc_virt_addr(cursor->at));
	step(cursor, place.entry);
	return true;
}

static inline bool protect_in_hand(struct mc_cursor *cursor, unsigned int level,
				   struct mc_attributes attributes, struct mc_tlb_batch *batch)
{
	struct page_place place;
	bool changes;

	if (level != 1 || !place_in_hand(cursor, 1, &place) ||
	    !has_attributes(cursor, attributes) ||
	    !place_protect(&place, 1, &cursor->bits, &changes))
		return false;
	if (LIKELY(changes)) {
		write_entry(place.entry, place.value);
		mc_tlb_batch_add_page(batch, mc_virt_addr(cursor->at));
	}
	step(cursor, place.entry);
	return true;
}

/* Whether the page of this level at the cursor can be worked on at all: the errors of every operation. */
static int check_page(const struct mc_cursor *cursor, unsigned int level)
{
	if (level < 1 || level > MC_PT_LEAF_MAX)
		return MC_ERR_INVALID;
	if (!is_aligned(cursor->at, mc_pt_span(level)))
		return MC_ERR_MISALIGNED;
	return mc_pt_span(level) > mc_cursor_left(cursor) ? MC_ERR_RANGE : 0;
}

/*
 * Find the way to the cursor's address, down to the table of level `lowest` or as far as there are
 * tables: from the lowest table on that the way there has in common with the last one.
 */
static void find_way(const struct access *access, struct mc_cursor *cursor, unsigned int lowest)
{
	const struct mc_root *root = &cursor->space->root;
	unsigned int level = cursor->level > lowest ? cursor->level : lowest;

	while (level < root->levels && (cursor->at ^ cursor->found_for) >> mc_pt_shift(level + 1))
		level++;
	for (; level > lowest; level--) {
		struct mc_cursor_table above = cursor->way[level];
		mc_pt_entry_t entry =
			read_entry(access->entry(root, above.table, cursor->at, level));

		if (!mc_pt_is_table(entry, level))
			break;
		above.table = mc_pt_table_address(entry);
		above.all.raw &= entry.raw;
		above.any.raw |= entry.raw;
		cursor->way[level - 1] = above;
	}
	cursor->level = level;
	cursor->found_for = cursor->at;
	cursor->entry = NULL;
}

/* Have the page's entry and its parent in hand, if the page's table is there. */
static void take_in_hand(const struct access *access, struct mc_cursor *cursor, unsigned int level)
{
	const struct mc_space *space = cursor->space;
	const struct mc_root *root = &space->root;
	const uint64_t size = mc_pt_span(level), index = offset_index(cursor->at, level);
	uint64_t nr_left = mc_cursor_left(cursor) / size;

	if (cursor->level != level || level > space->largest_leaf || space->physical_limit < size)
		return;
	if (nr_left > MC_PT_ENTRIES - index)
		nr_left = MC_PT_ENTRIES - index;
	cursor->entry = access->entry(root, cursor->way[level].table, cursor->at, level);
	cursor->stop = cursor->entry + nr_left;
	cursor->parent = access->entry(root, cursor->way[level + 1].table, cursor->at, level + 1);
	if (is_pinned(space, level + 1, cursor->at)) {
		cursor->uncounted = mc_pt_with_live((mc_pt_entry_t){ 0 }, 2);
		cursor->parent = &cursor->uncounted;
	}
	cursor->page_size = size;
	cursor->misaligned = size - 1;
	cursor->last_physical = space->physical_limit - size;
	cursor->bits = mc_pt_leaf_bits(as_possible(space, cursor->attributes), level);
}

/* Find the page's table, if there is something to be had from that: if pointers keep. */
static void find_table(struct mc_cursor *cursor, unsigned int level)
{
	const struct access *access = access_of(cursor->space);

	if (!access || !access->keeps(&cursor->space->root))
		return;
	find_way(access, cursor, level);
	take_in_hand(access, cursor, level);
}

/* The same for an operation that gives the page attributes. */
MC_MUST_CHECK static int find_table_for(struct mc_cursor *cursor, unsigned int level,
					struct mc_attributes attributes)
{
	const int error = attributes_check(mc_cursor_address(cursor), attributes);

	if (error)
		return error;
	cursor->attributes = attributes;
	find_table(cursor, level);
	return 0;
}

/* The page at the cursor is done with, by an operation on its range. */
static void pass_page(struct mc_cursor *cursor, unsigned int level)
{
	cursor->at += mc_pt_span(level);
	cursor->entry = NULL;
}

MC_MUST_CHECK APART int map_elsewhere(struct mc_cursor *cursor, unsigned int level,
				      mc_phys_addr_t physical, struct mc_attributes attributes,
				      struct mc_conflict *conflict)
{
	int error = check_page(cursor, level);

	if (!error && level > cursor->space->largest_leaf)
		error = MC_ERR_UNSUPPORTED;
	if (!error && !is_aligned(mc_phys_raw(physical), mc_pt_span(level)))
		error = MC_ERR_MISALIGNED;
	if (!error)
		error = find_table_for(cursor, level, attributes);
	if (error)
		return error;
	if (map_in_hand(cursor, level, physical, attributes))
		return 0;
	error = mapper_map(cursor->space, mc_cursor_address(cursor), physical, mc_pt_span(level),
			   attributes, conflict);
	if (!error)
		pass_page(cursor, level);
	return error;
}

int mc_cursor_map(struct mc_cursor *cursor, unsigned int level, mc_phys_addr_t physical,
		  struct mc_attributes attributes, struct mc_conflict *conflict)
{
	check_lock(cursor);
	if (map_in_hand(cursor, level, physical, attributes))
		return 0;
	return map_elsewhere(cursor, level, physical, attributes, conflict);
}

static void check_owing(const struct mc_cursor *cursor, const struct mc_tlb_batch *batch)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS))
		return;
	check_lock(cursor);
	mc_tlb_batch_check_space(batch, cursor->space);
}

MC_MUST_CHECK APART int unmap_elsewhere(struct mc_cursor *cursor, unsigned int level,
					struct mc_tlb_batch *batch)
{
	struct mc_space *space = cursor->space;
	const struct mc_space *owner = whose_table(space, mc_cursor_address(cursor));
	const uint64_t nr_tables = owner->nr_tables;
	int error = check_page(cursor, level);

	if (error)
		return error;
	find_table(cursor, level);
	if (unmap_in_hand(cursor, level, batch))
		return 0;
	error = mapper_unmap(space, mc_cursor_address(cursor), mc_pt_span(level), batch);
	if (error)
		return error;
	/* Tables are made, by splitting, or become empty and go; never both. */
	if (owner->nr_tables < nr_tables)
		forget_way(cursor);
	pass_page(cursor, level);
	return 0;
}

int mc_cursor_unmap(struct mc_cursor *cursor, unsigned int level, struct mc_tlb_batch *batch)
{
	check_owing(cursor, batch);
	if (unmap_in_hand(cursor, level, batch))
		return 0;
	return unmap_elsewhere(cursor, level, batch);
}

MC_MUST_CHECK APART int protect_elsewhere(struct mc_cursor *cursor, unsigned int level,
					  struct mc_attributes attributes,
					  struct mc_tlb_batch *batch, struct mc_conflict *conflict)
{
	int error = check_page(cursor, level);

	if (!error)
		error = find_table_for(cursor, level, attributes);
	if (error)
		return error;
	if (protect_in_hand(cursor, level, attributes, batch))
		return 0;
	error = mapper_protect(cursor->space, mc_cursor_address(cursor), mc_pt_span(level),
			       attributes, batch, conflict);
	if (!error)
		pass_page(cursor, level);
	return error;
}

int mc_cursor_protect(struct mc_cursor *cursor, unsigned int level, struct mc_attributes attributes,
		      struct mc_tlb_batch *batch, struct mc_conflict *conflict)
{
	check_owing(cursor, batch);
	if (protect_in_hand(cursor, level, attributes, batch))
		return 0;
	return protect_elsewhere(cursor, level, attributes, batch, conflict);
}

/* The entry that ends the way, which goes no lower than `level`: *found is its level. */
MC_MUST_CHECK static int look(struct mc_cursor *cursor, unsigned int level, mc_pt_entry_t *entry,
			      unsigned int *found)
{
	const struct mc_root *root = &cursor->space->root;
	const struct access *access;
	int error;

	check_lock(cursor);
	*found = level;
	if (cursor->entry && level == cursor->level) {
		*entry = read_entry(cursor->entry);
		return 0;
	}
	if (level < 1 || level > root->levels)
		return MC_ERR_INVALID;
	if (!mc_cursor_left(cursor))
		return MC_ERR_RANGE;
	access = access_of(cursor->space);
	error = access_begin(access, cursor->space);
	if (error)
		return error;
	find_way(access, cursor, level);
	*found = cursor->level;
	*entry = read_entry(
		access->entry(root, cursor->way[cursor->level].table, cursor->at, cursor->level));
	access_end(access);
	return 0;
}

int mc_cursor_read_entry(struct mc_cursor *cursor, unsigned int level, mc_pt_entry_t *entry,
			 unsigned int *found)
{
	unsigned int ended = 0;
	const int error = look(cursor, level, entry, &ended);

	if (!error)
		*found = ended;
	return error;
}

int mc_cursor_translate(struct mc_cursor *cursor, struct mc_translation *translation)
{
	unsigned int level;
	mc_pt_entry_t entry;
	const int error = look(cursor, 1, &entry, &level);
	const struct mc_cursor_table *above = &cursor->way[level];

	if (error)
		return error;
	if (mc_pt_kind(entry, level) != MC_PT_LEAF)
		return MC_ERR_NOT_FOUND;
	*translation = mc_translation_of(entry, level, mc_cursor_address(cursor),
					 (mc_pt_entry_t){ above->all.raw & entry.raw },
					 (mc_pt_entry_t){ above->any.raw | entry.raw });
	return 0;
}
