/* SPDX-License-Identifier: MIT */
/* Looking at everything. */
#include "check.h"
#include "descent.h"
#include "operations.h"

struct visiting {
	struct descent d;
	unsigned int kinds;
	mc_visit visit;
	void *context;
};

/* All but entries that lead to a table. */
static unsigned int visit_many(const struct access *access, struct descent *d, mc_pt_entry_t *entry,
			       uint64_t end)
{
	const struct visiting *v = (struct visiting *)d;
	const unsigned int level = d->level, count = entries_in(level, d->at, end);
	const uint64_t size = mc_pt_span(level);
	mc_virt_addr_t first = virtual_of(d->space, align_down(d->at, size));

	(void)access;
	for (unsigned int i = 0; i < count; i++) {
		const mc_pt_entry_t value = read_entry(&entry[i]);
		const enum mc_pt_kind kind = mc_pt_kind(value, level);

		if (kind == MC_PT_TABLE)
			return i;
		if (kind == MC_PT_ABSENT) {
			/* From the next on: this one may be filled by now. */
			const unsigned int more = count_absent(&entry[i + 1], count - i - 1);

			i += more;
			first = mc_virt_addr(mc_virt_raw(first) + more * size);
		} else if (v->kinds >> kind & 1) {
			d->result = v->visit(v->context, first, level, value);
			if (d->result) {
				d->end = d->at; /* all the way out */
				return count;
			}
		}
		first = mc_virt_addr(mc_virt_raw(first) + size);
	}
	return count;
}

/* One that leads to a table. */
static enum step visit_one(const struct access *access, struct descent *d, mc_pt_entry_t *value,
			   uint64_t next)
{
	const struct visiting *v = (struct visiting *)d;
	const uint64_t first = align_down(d->at, mc_pt_span(d->level));
	const bool is_root = d->level == d->space->root.levels;

	(void)access;
	(void)next;
	if (is_root && is_recursive_slot(d->space, offset_index(first, d->level)))
		return STEP_NEXT;
	if (v->kinds & MC_VISIT_TABLES)
		d->result = v->visit(v->context, virtual_of(d->space, first), d->level, *value);
	if (d->result)
		return STEP_STOP;
	/* Below level 2 there are no tables to show. */
	return d->level == 2 && v->kinds == MC_VISIT_TABLES ? STEP_NEXT : STEP_DOWN;
}

static const struct pass visit_pass = { .many = visit_many, .one = visit_one };

int walker_visit(const struct access *access, const struct mc_space *space,
		 const struct extent *extent, unsigned int kinds, mc_visit visit, void *context)
{
	struct visiting v = {
		.d = { .space = space, .start = extent->start, .end = extent->end },
		.kinds = kinds,
		.visit = visit,
		.context = context,
	};

	return descend(access, &visit_pass, &v.d, begin_at_root(&v.d));
}
