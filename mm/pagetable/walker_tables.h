/* SPDX-License-Identifier: MIT */
/*
 * Part of the walker's template (walker.h): getting, linking, splitting and unlinking tables, and
 * the count of live entries, which the entry that points at a table keeps.
 */

/* For an operation that adds to a batch. */
static inline void begin_owing(struct mc_space *space, mc_virt_addr_t address,
			       const struct mc_tlb_batch *batch)
{
	space_lock(space, address);
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		mc_tlb_batch_check_space(batch, space);
}

/*
 * Tables below the root in the upper half are shared by all spaces: not counted, never unlinked. Nor is
 * the root, see struct common_entry.
 */
static inline bool is_pinned(const struct mc_space *space, unsigned int level, uint64_t offset)
{
	const unsigned int levels = space->root.levels;

	return level >= levels && (level > levels || is_upper_half(space, offset));
}

/* The space whose number of tables counts one for `offset`. */
static inline struct mc_space *whose_table(struct mc_space *space, uint64_t offset)
{
	return space->kernel && is_upper_half(space, offset) ? space->kernel : space;
}

/*
 * The lowest entry that leads to all of a range, by way of a table: where operations on ranges begin, as
 * most ranges are short. Where the range is in several entries of the root, it is as if an entry above
 * the root led there.
 */
struct common_entry {
	unsigned int level;
	mc_phys_addr_t table; /* that it is in; nothing above the root */
	mc_pt_entry_t value;
};

/* With `stays`, one whose table has other entries too, so that removing the range cannot unlink it. */
static inline struct common_entry find_common_entry(const struct mc_space *space,
						    const struct extent *extent, bool stays)
{
	const uint64_t differ = extent->start ^ (extent->end - 1);
	const struct mc_root *root = &space->root;
	struct common_entry found = {
		.level = root->levels + 1,
		.value = mc_pt_make_table(root->table, false),
	};
	mc_phys_addr_t table = root->table;

	for (unsigned int level = root->levels; level > 1 && !(differ >> mc_pt_shift(level));
	     level--) {
		mc_pt_entry_t value = read_entry(access_entry(root, table, extent->start, level));

		if (!mc_pt_is_table(value, level))
			break;
		if (!stays || mc_pt_live(value) > entries_in(level - 1, extent->start, extent->end))
			found = (struct common_entry){ level, table, value };
		table = mc_pt_table_address(value);
	}
	return found;
}

/*
 * Frames got in the first pass for the second. The first few are kept here; each of the others holds
 * the number of the next in its first word.
 */
#define STOCK_FEW 16

struct stock {
	unsigned int nr_few;
	uint64_t nr_chained;
	mc_pfn_t few[STOCK_FEW];
	mc_pfn_t chain;
};

static mc_pfn_t stock_take(const struct mc_space *space, struct stock *stock)
{
	mc_pfn_t frame;

	if (!stock->nr_chained)
		return stock->few[--stock->nr_few];
	frame = stock->chain;
	stock->nr_chained--;
	stock->chain = *(mc_pfn_t *)access_frame(space, frame);
	return frame;
}

static void stock_put(const struct mc_space *space, struct stock *stock, mc_pfn_t frame)
{
	if (stock->nr_few < STOCK_FEW) {
		stock->few[stock->nr_few++] = frame;
		return;
	}
	*(mc_pfn_t *)access_frame(space, frame) = stock->chain;
	stock->chain = frame;
	stock->nr_chained++;
}

static void stock_release(const struct mc_space *space, struct stock *stock)
{
	while (stock->nr_few || stock->nr_chained)
		space->frames->release(space->frames->context, stock_take(space, stock));
}

/* Get `count` frames into an empty stock, or none and the frame source's error. */
MC_MUST_CHECK static int stock_fill(const struct mc_space *space, struct stock *stock,
				    uint64_t count)
{
	stock->nr_few = 0;
	stock->nr_chained = 0;
	stock->chain = 0;
	for (uint64_t i = 0; i < count; i++) {
		mc_pfn_t frame;
		int error = space->frames->allocate(space->frames->context, &frame);

		if (error) {
			stock_release(space, stock);
			return error;
		}
		stock_put(space, stock, frame);
	}
	return 0;
}

/* Link an empty table below the entry in `table`, which is absent. It is zero before it can be seen. */
static mc_pt_entry_t link_table(struct mc_space *space, mc_phys_addr_t table, uint64_t offset,
				unsigned int level, struct stock *stock)
{
	mc_pfn_t frame = stock_take(space, stock);
	mc_pt_entry_t value =
		mc_pt_make_table(mc_phys_of_pfn(frame), !is_upper_half(space, offset));

	mc_table_zero(access_frame(space, frame));
	write_entry(access_entry(&space->root, table, offset, level), value);
	whose_table(space, offset)->nr_tables++;
	return value;
}

/*
 * Where table windows show what is below an entry of `level`, and the TLB may have it: a table, or the
 * memory of a huge leaf. Returns how many places there are.
 *
 * - The active root's own window has what is active, and the kernel half, through whichever space.
 * - The second slot shows the tables of the space that has it, and the kernel half, at every place
 *   that mercator/recursive.h gives. As a huge leaf may be global, it stays in the TLB when the
 *   slot changes hands: so for the kernel half, whether the slot was ever taken is what counts.
 */
static APART unsigned int window_places_in(const struct mc_space *space, uint64_t offset,
					   unsigned int level,
					   mc_virt_addr_t places[MC_PT_LEVELS_MAX])
{
	const unsigned int levels = space->root.levels;
	const bool is_shared = is_upper_half(space, offset);
	/* A space may have none, and share its kernel half with one that has. */
	const int slot =
		space->recursive_slot == MC_SPACE_NOT_RECURSIVE ? OWN_SLOT : space->recursive_slot;
	unsigned int count = 0;
	mc_virt_addr_t own;

	if (slot == MC_SPACE_NOT_RECURSIVE)
		return 0;
	own = mc_recursive_table_address((unsigned int)slot, levels, mc_virt_addr(offset),
					 level - 1);
	if (!space->is_inactive || is_shared)
		places[count++] = own;
	if (!IS_ENABLED(CONFIG_MAPPER_RECURSIVE) ||
	    !(is_shared ? second_slot.was_taken : second_slot_shows(space)))
		return count;
	for (unsigned int n = 0; n < level - 1; n++)
		places[count++] =
			mc_virt_addr(mc_virt_raw(own) +
				     mc_second_window_distance(OWN_SLOT, SECOND_SLOT, levels, n));
	return count;
}

static inline unsigned int window_places(const struct mc_space *space, uint64_t offset,
					 unsigned int level,
					 mc_virt_addr_t places[MC_PT_LEVELS_MAX])
{
	if (space->recursive_slot == MC_SPACE_NOT_RECURSIVE && !is_upper_half(space, offset))
		return 0;
	return window_places_in(space, offset, level, places);
}

/*
 * Before a page changes its size, and after, nothing may be owed: the TLB may have the page as it was
 * before an operation of the same batch changed its attributes, and would then hold both sizes with
 * different contents (see split_leaf()).
 */
static void settle(struct mc_tlb_batch *batch)
{
	if (!mc_tlb_batch_is_empty(batch))
		mc_tlb_batch_finish(batch);
}

/*
 * Add leaves side by side to the batch, which are changed or gone. A huge leaf is in the window too,
 * once at each level below it: its own memory appears where the table would be. Nobody asks for that,
 * but a CPU that guesses does: the recursive method computes the address before it has read the
 * entry. A table that is linked there later would be written through what the TLB has of the leaf, so
 * that must go with the leaf.
 */
static void add_leaves(const struct mc_space *space, struct mc_tlb_batch *batch, uint64_t offset,
		       unsigned int level, unsigned int count)
{
	mc_virt_addr_t places[MC_PT_LEVELS_MAX];

	mc_tlb_batch_add_pages(batch, mc_virt_raw(virtual_of(space, offset)), mc_pt_span(level),
			       count);
	for (uint64_t end = offset + count * mc_pt_span(level); offset < end;
	     offset += mc_pt_span(level)) {
		if (level == 1 || batch->nr_pages > MC_TLB_BATCH_PAGES_MAX)
			return; /* no huge leaf, or all of the TLB goes anyway */
		for (unsigned int l = level; l > 1; l--)
			for (unsigned int n = window_places(space, offset, l, places); n-- > 0;)
				mc_tlb_batch_add_page(batch, places[n]);
	}
}

/*
 * Replace the huge leaf in `table`, of `level`, by a table of leaves that say the same. The CPU must
 * not come to hold both sizes with different contents (Intel's erratum on ITLB multihit, AMD erratum
 * 383): so only the size changes here, and it is invalidated at once, before anything else does; in
 * the window as well (see add_leaves()).
 */
static mc_pt_entry_t split_leaf(struct mc_space *space, mc_phys_addr_t table, uint64_t offset,
				unsigned int level, mc_pt_entry_t leaf, struct stock *stock)
{
	mc_pfn_t frame = stock_take(space, stock);
	mc_pt_entry_t *parts = access_frame(space, frame);
	mc_pt_entry_t value =
		mc_pt_make_table(mc_phys_of_pfn(frame), !is_upper_half(space, offset));
	mc_virt_addr_t places[MC_PT_LEVELS_MAX];

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		write_entry(&parts[i], mc_pt_split_leaf(leaf, level, i));
	value = mc_pt_with_live(value, MC_PT_ENTRIES);
	write_entry(access_entry(&space->root, table, offset, level), value);
	whose_table(space, offset)->nr_tables++;

	if (mc_space_may_be_cached(space, virtual_of(space, offset)))
		mc_tlb_invalidate_page(virtual_of(space, offset));
	for (; level > 1; level--)
		for (unsigned int n = window_places(space, offset, level, places); n-- > 0;)
			mc_tlb_invalidate_page(places[n]);
	return value;
}

/*
 * Put `replacement` (nothing, or a huge leaf) in place of the table below *entry. The frame is
 * released with the batch, after the pages that it translated are invalidated. Two things cannot
 * wait for that, because another table may be linked here before: the window must not show the old
 * table any more, and the CPU must not walk through what it remembers of *entry. One INVLPG does
 * both: it drops all that this CPU remembers of table entries, whatever its address (SDM 3,
 * 4.10.4.1).
 */
static void unlink_table(struct mc_space *space, mc_pt_entry_t *entry, mc_pt_entry_t replacement,
			 uint64_t offset, unsigned int level, struct mc_tlb_batch *batch)
{
	mc_pfn_t frame = mc_phys_pfn(mc_pt_table_address(read_entry(entry)));
	mc_virt_addr_t places[MC_PT_LEVELS_MAX];
	unsigned int nr_places = window_places(space, offset, level, places);

	write_entry(entry, replacement);
	whose_table(space, offset)->nr_tables--;
	for (unsigned int n = 0; n < nr_places; n++)
		mc_tlb_invalidate_page(places[n]);
	if (!nr_places && mc_space_may_be_cached(space, virtual_of(space, offset)))
		mc_tlb_invalidate_page(virtual_of(space, offset));
	mc_tlb_batch_add_page(batch, virtual_of(space, offset));
	mc_tlb_batch_add_frame(batch, frame);
}

/*
 * How many tables must be made so that no huge leaf reaches across an edge of the extent, which is below
 * `common`.
 */
static uint64_t count_splits(const struct mc_space *space, const struct common_entry *common,
			     const struct extent *extent)
{
	struct position first, last;
	uint64_t needed = 0;

	if (is_aligned(extent->start | extent->end, mc_pt_span(common->level - 1)))
		return 0;
	first = locate(space, extent->start, 1);
	last = locate(space, extent->end - 1, 1);
	if (mc_pt_kind(first.value, first.level) == MC_PT_LEAF)
		needed += tables_to_split(first.level, extent->start);
	if (mc_pt_kind(last.value, last.level) == MC_PT_LEAF)
		needed += tables_to_split(last.level, extent->end);
	if (mc_pt_kind(first.value, first.level) != MC_PT_LEAF ||
	    (extent->start ^ (extent->end - 1)) >> mc_pt_shift(first.level))
		return needed;

	/* Both edges in one leaf: tables above the level at which the edges part serve both. */
	for (unsigned int level = first.level; level > 1; level--) {
		uint64_t span = mc_pt_span(level);

		if (is_aligned(extent->start, span) || is_aligned(extent->end, span) ||
		    align_down(extent->start, span) != align_down(extent->end, span))
			break;
		needed--;
	}
	return needed;
}
