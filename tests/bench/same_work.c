/* SPDX-License-Identifier: MIT */
/* The same work for every method (same_work.h). */
#include <kernel/units.h>

#include "same_work.h"

/* Aligned to what a table of leaves of 1 GiB spans. */
#define BASE     TIB(18)
#define PHYSICAL GIB(4)

/* All pages of a table but the last, which keeps the table. */
#define NR_IN_TABLE (MC_PT_ENTRIES - 1)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

const struct work_functions work_by_mapper = {
	.map = mc_mapper_map,
	.unmap = mc_mapper_unmap,
	.unmap_last = mc_mapper_unmap,
	.protect = mc_mapper_protect,
	.translate = mc_mapper_translate_address,
	.visit = mc_mapper_visit,
};

/* Where the calls of a piece of work go, and how much each takes. */
struct places {
	uint64_t count, stride, size;
	uint64_t nr_apart; /* one place in this many is left out: the page that keeps its table */
	bool shuffled;
};

static struct places places_of(const struct work_bench *bench, const struct work *work)
{
	const uint64_t page = mc_pt_span(work->level), table = mc_pt_span(work->level + 1);

	switch (work->shape) {
	case WORK_range:
		return (struct places){ bench->nr_tables, table, NR_IN_TABLE * page, 0, false };
	case WORK_sparse: return (struct places){ bench->nr_sparse, table, page, 0, false };
	default:
		return (struct places){ bench->nr_tables * MC_PT_ENTRIES, page, page, MC_PT_ENTRIES,
					work->shape == WORK_random };
	}
}

/* A permutation of the numbers below a power of two, in an order that no prefetcher predicts. */
static inline uint64_t shuffle(uint64_t i, uint64_t count)
{
	i = i * UINT64_C(0x9e3779b1) % count;
	i ^= i >> 4;
	return i * UINT64_C(0x85ebca6b) % count;
}

static inline void keep(struct work_bench *bench, int error)
{
	if (error && !bench->error)
		bench->error = error;
}

/* A statement for each place's offset from BASE. */
#define FOR_EACH_PLACE(places, offset, statement)                                                  \
	for (uint64_t i_ = 0; i_ < (places)->count; i_++) {                                        \
		const uint64_t at_ = (places)->shuffled ? shuffle(i_, (places)->count) : i_;       \
		const uint64_t offset = at_ * (places)->stride;                                    \
                                                                                                   \
		if (!(places)->nr_apart || (at_ + 1) % MC_PT_ENTRIES)                              \
			keep(bench, (statement));                                                  \
	}

static inline mc_virt_addr_t address_at(uint64_t offset)
{
	return mc_virt_addr(BASE + offset);
}

/* One page off, so that a range of pages has no larger ones. */
static inline mc_phys_addr_t physical_at(uint64_t offset, unsigned int level)
{
	return mc_phys_addr(PHYSICAL + mc_pt_span(level) + offset);
}

static void map(struct work_bench *bench, const struct places *places, unsigned int level,
		const struct work_functions *functions)
{
	FOR_EACH_PLACE(places, offset,
		       functions->map(bench->space, address_at(offset), physical_at(offset, level),
				      places->size, read_write, NULL))
}

static void unmap(struct work_bench *bench, const struct places *places, bool is_last,
		  const struct work_functions *functions)
{
	int (*function)(struct mc_space *, mc_virt_addr_t, uint64_t, struct mc_tlb_batch *) =
		is_last ? functions->unmap_last : functions->unmap;
	MC_TLB_BATCH(batch, bench->space);

	FOR_EACH_PLACE(places, offset,
		       function(bench->space, address_at(offset), places->size, &batch))
	mc_tlb_batch_finish(&batch);
}

static void protect(struct work_bench *bench, const struct places *places,
		    const struct work_functions *functions)
{
	MC_TLB_BATCH(batch, bench->space);

	FOR_EACH_PLACE(places, offset,
		       functions->protect(bench->space, address_at(offset), places->size, read_only,
					  &batch, NULL))
	mc_tlb_batch_finish(&batch);
}

static void translate(struct work_bench *bench, const struct places *places,
		      const struct work_functions *functions)
{
	mc_phys_addr_t physical;

	FOR_EACH_PLACE(places, offset,
		       functions->translate(bench->space, address_at(offset), &physical))
}

static int look_at(void *context, mc_virt_addr_t address, unsigned int level, mc_pt_entry_t entry)
{
	uint64_t *sum = context;

	*sum += mc_phys_raw(mc_pt_leaf_translate(entry, level, address));
	return 0;
}

static void visit(struct work_bench *bench, const struct places *places,
		  const struct work_functions *functions)
{
	uint64_t sum = 0;

	FOR_EACH_PLACE(places, offset,
		       functions->visit(bench->space, address_at(offset), places->size,
					MC_VISIT_PAGES, look_at, &sum))
}

void work_prepare(struct work_bench *bench, const struct work *work,
		  const struct work_functions *functions)
{
	const bool sparse = work->shape == WORK_sparse;
	const uint64_t page = mc_pt_span(work->level), table = mc_pt_span(work->level + 1);
	/* Sparse tables come and go: what is above them is kept by one more. */
	const struct places kept = { sparse ? 1 : bench->nr_tables, table, page, 0, false };
	const uint64_t first = sparse ? bench->nr_sparse * table : NR_IN_TABLE * page;
	const struct work all = { WORK_map, sparse ? WORK_sparse : WORK_range, work->level };
	const struct places places = places_of(bench, &all);

	FOR_EACH_PLACE(&kept, offset,
		       functions->map(bench->space, address_at(first + offset),
				      physical_at(offset, work->level), page, read_write, NULL))
	if (work->operation != WORK_map)
		map(bench, &places, work->level, functions);
}

void work_do(struct work_bench *bench, const struct work *work,
	     const struct work_functions *functions)
{
	const struct places places = places_of(bench, work);

	switch (work->operation) {
	case WORK_map: map(bench, &places, work->level, functions); break;
	case WORK_unmap: unmap(bench, &places, work->shape == WORK_sparse, functions); break;
	case WORK_protect: protect(bench, &places, functions); break;
	case WORK_translate:
		if (work->shape == WORK_range)
			visit(bench, &places, functions);
		else
			translate(bench, &places, functions);
	}
}

uint64_t work_pages(const struct work_bench *bench, const struct work *work)
{
	return work->shape == WORK_sparse ? bench->nr_sparse : bench->nr_tables * NR_IN_TABLE;
}

void work_clear(struct work_bench *bench, const struct work *work)
{
	const uint64_t nr_tables =
		bench->nr_tables > bench->nr_sparse ? bench->nr_tables : bench->nr_sparse;
	MC_TLB_BATCH(batch, bench->space);

	keep(bench, mc_mapper_unmap(bench->space, address_at(0),
				    (nr_tables + 1) * mc_pt_span(work->level + 1), &batch));
	mc_tlb_batch_finish(&batch);
}
