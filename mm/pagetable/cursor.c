/* SPDX-License-Identifier: MIT */
/*
 * Cursors (mercator/cursor.h): what the page beside the last one needs is done here, for all methods;
 * what has to find a table is handed on to the access methods' instances (walker_cursor.h).
 */
#include "../space/lock.h"
#include "../units.h"
#include "cursor_page.h"
#include "dispatch.h"

/* The lock is this CPU's: that of the range's half. */
static void check_lock(const struct mc_cursor *cursor)
{
	space_lock_check(cursor->space, mc_virt_addr(cursor->start));
}

int mc_cursor_open(struct mc_cursor *cursor, struct mc_space *space, mc_virt_addr_t address,
		   uint64_t size)
{
	cursor->space = NULL;
	cursor->at = cursor->end = 0;
	return DISPATCH(space, cursor_open, cursor, space, address, size);
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

/* Not inlined: what finding a table takes of registers and stack must not cost the page beside. */
#define APART __attribute__((noinline))

MC_MUST_CHECK APART static int map_elsewhere(struct mc_cursor *cursor, unsigned int level,
					     mc_phys_addr_t physical,
					     struct mc_attributes attributes,
					     struct mc_conflict *conflict)
{
	return DISPATCH(cursor->space, cursor_map, cursor, level, physical, attributes, conflict);
}

int mc_cursor_map(struct mc_cursor *cursor, unsigned int level, mc_phys_addr_t physical,
		  struct mc_attributes attributes, struct mc_conflict *conflict)
{
	check_lock(cursor);
	if (cursor_map_page(cursor, level, physical, attributes))
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

MC_MUST_CHECK APART static int unmap_elsewhere(struct mc_cursor *cursor, unsigned int level,
					       struct mc_tlb_batch *batch)
{
	return DISPATCH(cursor->space, cursor_unmap, cursor, level, batch);
}

int mc_cursor_unmap(struct mc_cursor *cursor, unsigned int level, struct mc_tlb_batch *batch)
{
	check_owing(cursor, batch);
	if (cursor_unmap_page(cursor, level, batch))
		return 0;
	return unmap_elsewhere(cursor, level, batch);
}

MC_MUST_CHECK APART static int protect_elsewhere(struct mc_cursor *cursor, unsigned int level,
						 struct mc_attributes attributes,
						 struct mc_tlb_batch *batch,
						 struct mc_conflict *conflict)
{
	return DISPATCH(cursor->space, cursor_protect, cursor, level, attributes, batch, conflict);
}

int mc_cursor_protect(struct mc_cursor *cursor, unsigned int level, struct mc_attributes attributes,
		      struct mc_tlb_batch *batch, struct mc_conflict *conflict)
{
	check_owing(cursor, batch);
	if (cursor_protect_page(cursor, level, attributes, batch))
		return 0;
	return protect_elsewhere(cursor, level, attributes, batch, conflict);
}

int mc_cursor_read_entry(struct mc_cursor *cursor, unsigned int level, mc_pt_entry_t *entry,
			 unsigned int *found)
{
	check_lock(cursor);
	if (cursor_read_page(cursor, level, entry, found))
		return 0;
	return DISPATCH(cursor->space, cursor_read_entry, cursor, level, entry, found);
}

int mc_cursor_translate(struct mc_cursor *cursor, struct mc_translation *translation)
{
	unsigned int level;
	mc_pt_entry_t entry;

	check_lock(cursor);
	if (cursor_read_page(cursor, 1, &entry, &level) && mc_pt_is_leaf(entry, 1)) {
		*translation = cursor_translation(cursor, entry, 1);
		return 0;
	}
	return DISPATCH(cursor->space, cursor_translate, cursor, translation);
}
