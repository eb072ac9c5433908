/* SPDX-License-Identifier: MIT */
/* Single mappings (mercator/vmap.h): the first gap that is large enough, found in the page tables. */
#include <mercator/vmap.h>

#include "units.h"

/* The whole frames that hold [address, address + size). */
struct frames {
	uint64_t start, size;
};

static struct frames frames_of(uint64_t address, uint64_t size)
{
	const uint64_t start = align_down(address, MC_FRAME_SIZE);

	return (struct frames){ start, align_up(address + size, MC_FRAME_SIZE) - start };
}

struct gap_search {
	uint64_t align;  /* the largest page that the piece can use */
	uint64_t offset; /* of the piece's physical address within such a page */
	uint64_t size;
	uint64_t at; /* the lowest candidate address */
};

/*
 * The lowest place above `after`, with a page between, that is congruent with the physical address.
 */
static uint64_t place_above(const struct gap_search *search, uint64_t after)
{
	const uint64_t first = after + MC_FRAME_SIZE;

	return first + ((search->offset - first) & (search->align - 1));
}

/* Returns 1, which ends the visit, at a leaf with enough room before it; else moves on. */
static int look_before(void *context, mc_virt_addr_t address, unsigned int level,
		       mc_pt_entry_t entry)
{
	struct gap_search *search = context;
	const uint64_t start = mc_virt_raw(address);

	(void)entry;
	if (search->at < start && start - search->at > search->size)
		return 1;
	search->at = place_above(search, start + mc_pt_span(level));
	return 0;
}

static uint64_t largest_page(const struct mc_space *space, uint64_t size)
{
	unsigned int level = space->largest_leaf;

	while (mc_pt_span(level) > size)
		level--;
	return mc_pt_span(level);
}

MC_MUST_CHECK static int find_gap(const struct mc_vmap *vmap, struct frames frames,
				  uint64_t *address)
{
	const uint64_t start = mc_virt_raw(vmap->start);
	struct gap_search search = { .size = frames.size };
	int result;

	search.align = largest_page(vmap->space, frames.size);
	search.offset = frames.start % search.align;
	search.at = place_above(&search, start);
	result = mc_mapper_visit(vmap->space, vmap->start, vmap->size, MC_VISIT_PAGES, look_before,
				 &search);
	if (result < 0)
		return result;
	*address = search.at;
	/* The next region is not visited: keep the last page of this one unmapped. */
	if (vmap->size <= MC_FRAME_SIZE || search.at - start >= vmap->size - MC_FRAME_SIZE ||
	    frames.size > vmap->size - MC_FRAME_SIZE - (search.at - start))
		return MC_ERR_NO_SPACE;
	return 0;
}

int mc_vmap_map(const struct mc_vmap *vmap, mc_phys_addr_t physical, uint64_t size,
		struct mc_attributes attributes, mc_virt_addr_t *address)
{
	const struct frames frames = frames_of(mc_phys_raw(physical), size);
	uint64_t start;
	int error;

	if (!size)
		return MC_ERR_INVALID;
	if (size > UINT64_MAX - MC_FRAME_SIZE ||
	    mc_phys_raw(physical) > UINT64_MAX - MC_FRAME_SIZE - size)
		return MC_ERR_OVERFLOW;
	error = find_gap(vmap, frames, &start);
	if (!error)
		error = mc_mapper_map(vmap->space, mc_virt_addr(start), mc_phys_addr(frames.start),
				      frames.size, attributes, NULL);
	if (!error)
		*address = mc_virt_addr(start + mc_phys_raw(physical) % MC_FRAME_SIZE);
	return error;
}

int mc_vmap_unmap(const struct mc_vmap *vmap, mc_virt_addr_t address, uint64_t size)
{
	const struct frames frames = frames_of(mc_virt_raw(address), size);
	const uint64_t offset = frames.start - mc_virt_raw(vmap->start);
	struct mc_tlb_batch batch;
	int error;

	if (!size || size > vmap->size || offset >= vmap->size || frames.size > vmap->size - offset)
		return MC_ERR_INVALID;
	mc_tlb_batch_begin(&batch, vmap->space);
	error = mc_mapper_unmap(vmap->space, mc_virt_addr(frames.start), frames.size, &batch);
	mc_tlb_batch_finish(&batch);
	return error;
}
