/* SPDX-License-Identifier: MIT */
/*
 * Building the physical map (mercator/physmap_map.h). Its base is a multiple of the largest page, so
 * that the mapper's choice, the largest pages that fit, makes the fewest entries: a page of any size
 * lies in RAM with one and the same rights, or it must be cut.
 */
#include <mercator/physmap.h>
#include <mercator/physmap_map.h>

MUST_CHECK static int map_piece(struct space *space, uint64_t start, uint64_t end,
				unsigned int rights)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_GLOBAL | rights,
					       MEMORY_WRITE_BACK };

	if (end > PHYSMAP_SIZE)
		end = PHYSMAP_SIZE;
	if (start >= end)
		return 0;
	return mapper_map(space, virt_addr(physmap_base() + start), phys_addr(start), end - start,
			  attributes, NULL);
}

static uint64_t clamp(uint64_t value, const struct memmap_range *range)
{
	if (value < range->start)
		return range->start;
	return value < range->end ? value : range->end;
}

MUST_CHECK static int map_range(struct space *space, const struct memmap_range *range,
				const struct memmap_range *read_only)
{
	const uint64_t start = clamp(read_only->start, range), end = clamp(read_only->end, range);
	int error;

	if (start >= end)
		return map_piece(space, range->start, range->end, RIGHT_WRITE);
	error = map_piece(space, range->start, start, RIGHT_WRITE);
	if (!error)
		error = map_piece(space, start, end, 0);
	if (!error)
		error = map_piece(space, end, range->end, RIGHT_WRITE);
	return error;
}

/* Take back what was mapped so far: all lies below the end of the range that failed. */
static void undo(struct space *space, uint64_t end)
{
	struct tlb_batch batch;
	int error;

	tlb_batch_begin(&batch, space);
	error = mapper_unmap(space, virt_addr(physmap_base()),
			     end < PHYSMAP_SIZE ? end : PHYSMAP_SIZE, &batch);
	tlb_batch_finish(&batch);
	(void)error; /* no page is cut, as what is taken ends where a piece does */
}

int physmap_map(struct space *space, const struct memmap_range *ram, size_t count,
		struct memmap_range read_only)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		error = map_range(space, &ram[i], &read_only);
		if (error && error != ERR_EXISTS)
			undo(space, ram[i].end);
	}
	return error;
}

struct measuring {
	struct physmap_size *size;
	uint64_t start, end;
};

static int count_leaf(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	struct measuring *m = context;

	(void)address;
	(void)entry;
	m->size->nr_leaves[level]++;
	return 0;
}

static int count_table(void *context, virt_addr_t first, unsigned int level, pt_entry_t entry)
{
	struct measuring *m = context;
	const uint64_t start = virt_raw(first);

	(void)entry;
	/* A table that spans more than the window is everybody's. */
	m->size->nr_tables += level < PT_LEVELS_MAX && start >= m->start && start < m->end &&
			      pt_span(level + 1) <= m->end - m->start;
	return 0;
}

int physmap_measure(const struct space *space, struct physmap_size *size)
{
	struct measuring m = { size, physmap_base(), physmap_base() + PHYSMAP_SIZE };
	int error;

	*size = (struct physmap_size){ .nr_tables = 0 };
	error = mapper_visit(space, virt_addr(m.start), PHYSMAP_SIZE, count_leaf, &m);
	return error ? error : mapper_visit_tables(space, count_table, &m);
}
