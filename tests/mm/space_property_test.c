/* SPDX-License-Identifier: MIT */
/*
 * Suite "space_random": random operations on several spaces in turn, active or not, with changes of the
 * active one between them. Each space has a stretch of its lower half, and a plain model of it; one
 * stretch more is in the kernel half, and is worked on through all of them. Spaces come and go.
 */
#include <kernel/units.h>

#include "mapper_world.h"
#include "space_rig.h"

#define NR_OTHERS 3
#define KERNEL    NR_OTHERS /* the last of the stretches, and the last of the spaces */

static struct rig rig;
static struct mc_space others[NR_OTHERS];
static struct world worlds[NR_OTHERS + 1];

static struct mc_space *space_at(uint64_t index)
{
	return index == KERNEL ? rig.kernel : &others[index];
}

/* An empty space, with the same page sizes and addresses everywhere, as nobody uses its memory. */
static void begin_other(struct ktest_run *t, unsigned int index)
{
	struct world *w = &worlds[index];

	EXPECT_EQ(t, mc_space_create(&others[index], rig.kernel), 0);
	for (unsigned int i = 0; i < WORLD_UNITS; i++)
		w->units[i] = (struct unit){ .kind = UNIT_HOLE };
	w->space = &others[index];
	mc_tlb_batch_begin(&w->batch, w->space);
}

/* A CPU has one batch at a time that owes for a space, and none for a space that it leaves. */
static void finish_batches_of(const struct mc_space *space)
{
	for (unsigned int i = 0; i <= NR_OTHERS; i++)
		if (worlds[i].space == space)
			world_finish_batch(&worlds[i]);
}

static void activate(struct ktest_run *t, struct mc_space *space)
{
	finish_batches_of(mc_space_active());
	EXPECT_EQ(t, mc_space_activate(space), 0);
}

static void replace_other(struct ktest_run *t, unsigned int index)
{
	finish_batches_of(&others[index]);
	if (mc_space_active() == &others[index])
		activate(t, rig.kernel);
	if (worlds[KERNEL].space == &others[index]) {
		worlds[KERNEL].space = rig.kernel;
		mc_tlb_batch_begin(&worlds[KERNEL].batch, rig.kernel);
	}
	EXPECT_EQ(t, mc_space_destroy(&others[index]), 0);
	begin_other(t, index);
}

static void change(struct ktest_run *t, struct world *w)
{
	const bool starved = ktest_random_below(t, 8) == 0;
	unsigned int start, count;
	int result;

	if (w == &worlds[KERNEL] && mc_tlb_batch_is_empty(&w->batch)) {
		w->space = space_at(ktest_random_below(t, NR_OTHERS + 1));
		finish_batches_of(w->space);
		mc_tlb_batch_begin(&w->batch, w->space);
	} else if (w != &worlds[KERNEL] && worlds[KERNEL].space == w->space) {
		world_finish_batch(&worlds[KERNEL]);
	}
	world_random_range(t, w, &start, &count);
	if (starved)
		rig.failing_after = (int)ktest_random_below(t, 4);
	result = world_change(t, w, start, count);
	rig.failing_after = -1;
	if (result == MC_ERR_NO_MEMORY)
		EXPECT_TRUE(t, starved);
	world_check_unit(t, w, start);
	world_check_unit(t, w, start + count - 1);
	if (ktest_random_below(t, 2))
		world_finish_batch(w);
}

/* What is seen through any other space of the kernel half is the same. */
static void look_elsewhere(struct ktest_run *t)
{
	struct world *w = &worlds[KERNEL];
	struct mc_space *space = w->space;

	w->space = space_at(ktest_random_below(t, NR_OTHERS + 1));
	world_check_unit(t, w, (unsigned int)ktest_random_below(t, WORLD_UNITS));
	w->space = space;
}

static void step(struct ktest_run *t)
{
	bool all_paid = true;

	switch (ktest_random_below(t, 32)) {
	case 0: replace_other(t, (unsigned int)ktest_random_below(t, NR_OTHERS)); break;
	case 1:
	case 2:
	case 3:
	case 4: activate(t, space_at(ktest_random_below(t, NR_OTHERS + 1))); break;
	case 5: look_elsewhere(t); break;
	default: change(t, &worlds[ktest_random_below(t, NR_OTHERS + 1)]);
	}
	for (unsigned int i = 0; i <= NR_OTHERS; i++)
		all_paid &= mc_tlb_batch_is_empty(&worlds[i].batch);
	if (all_paid)
		EXPECT_STR(t, fixture_check_tlb(), NULL);
}

static void finish(struct ktest_run *t)
{
	struct world *w = &worlds[KERNEL];

	for (unsigned int i = 0; i <= NR_OTHERS; i++) {
		world_finish_batch(&worlds[i]);
		world_check_units(t, &worlds[i]);
	}
	activate(t, rig.kernel);
	for (unsigned int i = 0; i < NR_OTHERS; i++)
		EXPECT_EQ(t, mc_space_destroy(&others[i]), 0);
	mc_tlb_batch_begin(&w->batch, rig.kernel);
	EXPECT_EQ(t,
		  mc_mapper_unmap(rig.kernel, world_address(w, 0), WORLD_UNITS * w->unit_size,
				  &w->batch),
		  0);
	mc_tlb_batch_finish(&w->batch);
}

/* Each stretch lies across a boundary of the next page size, and of the one after that. */
static bool run(struct ktest_run *t, enum mc_access_method method, unsigned int levels,
		unsigned int unit_level)
{
	const uint64_t bases[] = { GIB(512), TIB(100), TIB(1), GIB(256) };
	const unsigned int nr_operations = fixture_random_operations();
	uint64_t physical_limit;
	unsigned int largest_leaf;
	bool global_pages;

	if (!rig_begin(&rig, method, levels))
		return false;
	physical_limit = rig.kernel->physical_limit;
	largest_leaf = rig.kernel->largest_leaf;
	rig.kernel->physical_limit = TIB(256);
	rig.kernel->largest_leaf = MC_PT_LEAF_MAX;
	global_pages = rig.kernel->global_pages;
	rig.kernel->global_pages = global_pages && ktest_random_below(t, 4) != 0;
	for (unsigned int i = 0; i <= NR_OTHERS; i++) {
		world_clear(&worlds[i], unit_level,
			    bases[i] - WORLD_UNITS / 2 * mc_pt_span(unit_level));
		if (unit_level == MC_PT_LEAF_MAX)
			worlds[i].base = bases[i] / 2;
		if (i < KERNEL)
			begin_other(t, i);
	}
	worlds[KERNEL].base = rig_kernel_page(&rig) + GIB(unit_level == MC_PT_LEAF_MAX ? 0 : 1) -
			      (unit_level == MC_PT_LEAF_MAX ? 0 : MIB(2));
	worlds[KERNEL].space = rig.kernel;
	mc_tlb_batch_begin(&worlds[KERNEL].batch, rig.kernel);
	for (unsigned int i = 0; i < nr_operations && !t->nr_failures; i++)
		step(t);
	finish(t);
	rig.kernel->physical_limit = physical_limit;
	rig.kernel->largest_leaf = largest_leaf;
	rig.kernel->global_pages = global_pages;
	rig_end(t, &rig);
	return true;
}

static void run_all(struct ktest_run *t, enum mc_access_method method)
{
	unsigned int nr_runs = 0;

	for (unsigned int levels = 4; levels <= MC_PT_LEVELS_MAX; levels++)
		for (unsigned int unit_level = 1; unit_level <= MC_PT_LEAF_MAX; unit_level++)
			if (!t->nr_failures)
				nr_runs += run(t, method, levels, unit_level);
	EXPECT_TRUE(t, nr_runs > 0);
}

#define SPACES_TEST(method, METHOD)                                                                \
	KTEST(space_random, method##_spaces_in_turn)                                               \
	{                                                                                          \
		run_all(t, METHOD);                                                                \
	}

IF_OFFSET(SPACES_TEST(offset, MC_ACCESS_OFFSET))
IF_RECURSIVE(SPACES_TEST(recursive, MC_ACCESS_RECURSIVE))
IF_GENERIC(SPACES_TEST(generic, MC_ACCESS_GENERIC))
