/* SPDX-License-Identifier: MIT */
/*
 * Part of the walker's template (walker.h): getting, linking, splitting and unlinking tables, and
 * the count of live entries, which the entry that points at a table keeps.
 */

/* Tables below the root in the upper half are shared by all spaces: not counted, never unlinked. */
static inline bool is_pinned(const struct space *space, unsigned int level, uint64_t linear)
{
	return level == space->root.levels && is_upper_half(space, linear);
}

/*
 * Frames got in the first pass for the second. The first few are kept here; each of the others holds
 * the number of the next in its first word.
 */
#define STOCK_FEW 16

struct stock {
	unsigned int nr_few;
	uint64_t nr_chained;
	pfn_t few[STOCK_FEW];
	pfn_t chain;
};

static pfn_t stock_take(const struct space *space, struct stock *stock)
{
	pfn_t frame;

	if (!stock->nr_chained)
		return stock->few[--stock->nr_few];
	frame = stock->chain;
	stock->nr_chained--;
	stock->chain = *(pfn_t *)access_frame(space, frame);
	return frame;
}

static void stock_put(const struct space *space, struct stock *stock, pfn_t frame)
{
	if (stock->nr_few < STOCK_FEW) {
		stock->few[stock->nr_few++] = frame;
		return;
	}
	*(pfn_t *)access_frame(space, frame) = stock->chain;
	stock->chain = frame;
	stock->nr_chained++;
}

static void stock_release(const struct space *space, struct stock *stock)
{
	while (stock->nr_few || stock->nr_chained)
		space->frames->release(space->frames->context, stock_take(space, stock));
}

/* Get `count` frames into an empty stock, or none and the frame source's error. */
MUST_CHECK static int stock_fill(const struct space *space, struct stock *stock, uint64_t count)
{
	stock->nr_few = 0;
	stock->nr_chained = 0;
	stock->chain = 0;
	for (uint64_t i = 0; i < count; i++) {
		pfn_t frame;
		int error = space->frames->allocate(space->frames->context, &frame);

		if (error) {
			stock_release(space, stock);
			return error;
		}
		stock_put(space, stock, frame);
	}
	return 0;
}

/* Link an empty table below *entry, which is absent. It is zero before it can be seen. */
static pt_entry_t link_table(struct space *space, pt_entry_t *entry, uint64_t linear,
			     struct stock *stock)
{
	pfn_t frame = stock_take(space, stock);
	pt_entry_t value = pt_make_table(phys_of_pfn(frame), !is_upper_half(space, linear));

	frame_zero(access_frame(space, frame));
	write_entry(entry, value);
	space->nr_tables++;
	return value;
}

/* Where the table window, if there is one, shows the table below an entry of `level`. */
static bool window_of_table(const struct space *space, uint64_t linear, unsigned int level,
			    virt_addr_t *window)
{
	if (space->recursive_slot == SPACE_NOT_RECURSIVE)
		return false;
	*window = recursive_table_address((unsigned int)space->recursive_slot, space->root.levels,
					  virt_addr(linear), level - 1);
	return true;
}

/*
 * Replace the huge leaf in *entry, of `level`, by a table of leaves that say the same. The CPU must
 * not come to hold both sizes with different contents (Intel's erratum on ITLB multihit, AMD erratum
 * 383): so only the size changes here, and it is invalidated at once, before anything else does. In
 * the window, the leaf's own memory has been where the table now appears.
 */
static pt_entry_t split_leaf(struct space *space, pt_entry_t *entry, uint64_t linear,
			     unsigned int level, struct stock *stock)
{
	pt_entry_t leaf = read_entry(entry);
	pfn_t frame = stock_take(space, stock);
	pt_entry_t *parts = access_frame(space, frame);
	pt_entry_t value = pt_make_table(phys_of_pfn(frame), !is_upper_half(space, linear));
	virt_addr_t window;

	for (unsigned int i = 0; i < PT_ENTRIES; i++)
		write_entry(&parts[i], pt_split_leaf(leaf, level, i));
	value = pt_with_live(value, PT_ENTRIES);
	write_entry(entry, value);
	space->nr_tables++;

	tlb_invalidate_page(virtual_of(space, linear));
	if (window_of_table(space, linear, level, &window))
		tlb_invalidate_page(window);
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
static void unlink_table(struct space *space, pt_entry_t *entry, pt_entry_t replacement,
			 uint64_t linear, unsigned int level, struct tlb_batch *batch)
{
	pfn_t frame = phys_pfn(pt_table_address(read_entry(entry)));
	virt_addr_t window;

	write_entry(entry, replacement);
	space->nr_tables--;
	if (window_of_table(space, linear, level, &window))
		tlb_invalidate_page(window);
	else
		tlb_invalidate_page(virtual_of(space, linear));
	tlb_batch_add_pages(batch, virt_raw(virtual_of(space, linear)), FRAME_SIZE, 1);
	tlb_batch_add_frame(batch, frame);
}

/* How many tables must be made so that no huge leaf reaches across an edge of the extent. */
static uint64_t count_splits(const struct space *space, const struct extent *extent)
{
	struct position first = locate(&space->root, extent->start, 1);
	struct position last = locate(&space->root, extent->end - 1, 1);
	uint64_t needed = 0;

	if (first.kind == PT_LEAF)
		needed += tables_to_split(first.level, extent->start);
	if (last.kind == PT_LEAF)
		needed += tables_to_split(last.level, extent->end);
	if (first.kind != PT_LEAF || last.kind != PT_LEAF || first.entry != last.entry)
		return needed;

	/* Both edges in one leaf: tables above the level at which the edges part serve both. */
	for (unsigned int level = first.level; level > 1; level--) {
		uint64_t span = pt_span(level);

		if (is_aligned(extent->start, span) || is_aligned(extent->end, span) ||
		    align_down(extent->start, span) != align_down(extent->end, span))
			break;
		needed--;
	}
	return needed;
}
