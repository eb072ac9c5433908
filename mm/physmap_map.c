/* SPDX-License-Identifier: MIT */
/*
 * Building the physical map (mercator/physmap.h). Its base is a multiple of the largest page, so
 * the mapper's choice, the largest pages that fit, gives the fewest entries.
 */
#include <mercator/physmap.h>

#include "units.h"

/* What is being built. */
struct building {
	struct mc_space *space;
	const struct mc_physmap_window *window;
	struct mc_memmap_range read_only;
};

static mc_virt_addr_t place_of(const struct mc_physmap_window *window, uint64_t physical)
{
	return mc_virt_addr(mc_virt_raw(window->base) + physical);
}

MC_MUST_CHECK static int map_piece(const struct building *b, uint64_t start, uint64_t end,
				   unsigned int rights)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_GLOBAL | rights,
						  MC_MEMORY_WRITE_BACK };

	if (end > b->window->size)
		end = b->window->size;
	if (start >= end)
		return 0;
	return mc_mapper_map(b->space, place_of(b->window, start), mc_phys_addr(start), end - start,
			     attributes, NULL);
}

MC_MUST_CHECK static int map_range(const struct building *b, const struct mc_memmap_range *range)
{
	const uint64_t start = clamp(b->read_only.start, range->start, range->end);
	const uint64_t end = clamp(b->read_only.end, range->start, range->end);
	int error;

	if (start >= end)
		return map_piece(b, range->start, range->end, MC_RIGHT_WRITE);
	error = map_piece(b, range->start, start, MC_RIGHT_WRITE);
	if (!error)
		error = map_piece(b, start, end, 0);
	if (!error)
		error = map_piece(b, end, range->end, MC_RIGHT_WRITE);
	return error;
}

/* Unmap everything again. No page is split for it, so it cannot fail. */
static void undo(const struct building *b)
{
	struct mc_tlb_batch batch;
	int error;

	mc_tlb_batch_begin(&batch, b->space);
	error = mc_mapper_unmap(b->space, b->window->base, b->window->size, &batch);
	mc_tlb_batch_finish(&batch);
	(void)error;
}

int mc_physmap_map(struct mc_space *space, const struct mc_physmap_window *window,
		   const struct mc_memmap_range *ram, size_t count,
		   struct mc_memmap_range read_only)
{
	const struct building b = { space, window, read_only };
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = map_range(&b, &ram[i]);
	if (error && error != MC_ERR_EXISTS)
		undo(&b);
	return error;
}

struct measuring {
	struct mc_physmap_size *size;
	const struct mc_physmap_window *window;
};

static int count_leaf(void *context, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	struct measuring *m = context;

	(void)address;
	if (mc_pt_kind(entry, level) == MC_PT_LEAF)
		m->size->nr_leaves[level]++;
	return 0;
}

static int count_table(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	struct measuring *m = context;
	const uint64_t offset = mc_virt_raw(first) - mc_virt_raw(m->window->base);

	(void)entry;
	/* A table that spans more than the window has other users. */
	m->size->nr_tables += offset < m->window->size && mc_pt_span(level) <= m->window->size;
	return 0;
}

int mc_physmap_measure(const struct mc_space *space, const struct mc_physmap_window *window,
		       struct mc_physmap_size *size)
{
	struct measuring m = { size, window };
	int error;

	*size = (struct mc_physmap_size){ .nr_tables = 0 };
	error = mc_mapper_visit(space, window->base, window->size, MC_VISIT_PAGES, count_leaf, &m);
	return error ? error : mc_mapper_visit_all(space, MC_VISIT_TABLES, count_table, &m);
}
