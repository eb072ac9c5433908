/* SPDX-License-Identifier: MIT */
/* The model of the mapper's random tests, and its operations (mapper_world.h). */
#include <kernel/string.h>
#include <kernel/units.h>

#include "mapper_world.h"

mc_virt_addr_t world_address(const struct world *w, unsigned int index)
{
	return mc_virt_addr(w->base + index * w->unit_size);
}

static struct mc_attributes random_attributes(struct ktest_run *t, const struct world *w)
{
	static const unsigned int rights[] = {
		MC_RIGHT_READ,
		MC_RIGHT_READ | MC_RIGHT_WRITE,
		MC_RIGHT_READ | MC_RIGHT_EXECUTE,
		MC_RIGHT_READ | MC_RIGHT_USER,
		MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_USER,
		MC_RIGHT_READ | MC_RIGHT_GLOBAL,
		MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_GLOBAL,
	};
	const unsigned int of_one_half = ARRAY_SIZE(rights) - 2;
	unsigned int which = (unsigned int)ktest_random_below(t, of_one_half);

	/* The first three are for both halves, the next two for the lower, the last for the upper. */
	if (which >= 3 && w->base >> 63)
		which += 2;
	return (struct mc_attributes){
		.rights = rights[which],
		.type = (enum mc_memory_type)ktest_random_below(t, 4),
	};
}

/* Often as far from the virtual address as lets huge pages be used, sometimes not. */
static uint64_t random_physical(struct ktest_run *t, const struct world *w, unsigned int start)
{
	uint64_t offset = mc_virt_raw(world_address(w, start)) % GIB(1);
	uint64_t physical = ktest_random_below(t, 1024) * GIB(1) + offset;

	if (ktest_random_below(t, 4) == 0)
		physical += (1 + ktest_random_below(t, 511)) * w->unit_size;
	return physical;
}

/* Whether the CPU translates by what the space says: all of it, or the kernel half that it shares. */
static bool is_translated(const struct mc_space *space, mc_virt_addr_t address)
{
	return !space->is_inactive || (space->kernel && mc_virt_raw(address) >> 63);
}

void world_check_unit(struct ktest_run *t, const struct world *w, unsigned int index)
{
	const struct unit *unit = &w->units[index];
	uint64_t offset = ktest_random_below(t, w->unit_size);
	mc_virt_addr_t address = mc_virt_addr(mc_virt_raw(world_address(w, index)) + offset);
	const struct mc_space *space = w->space;
	struct mc_translation got;
	unsigned int level;
	mc_pt_entry_t entry;
	int error = mc_mapper_translate(space, address, &got);

	if (unit->kind == UNIT_MAPPED) {
		if (!EXPECT_EQ(t, error, 0))
			return;
		EXPECT_EQ(t, mc_phys_raw(got.address), unit->value + offset);
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_WRITE),
			  !!(unit->attributes.rights & MC_RIGHT_WRITE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_EXECUTE),
			  !!(unit->attributes.rights & MC_RIGHT_EXECUTE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_USER),
			  !!(unit->attributes.rights & MC_RIGHT_USER));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_GLOBAL),
			  (unit->attributes.rights & MC_RIGHT_GLOBAL) && space->global_pages);
		if (is_translated(space, address))
			EXPECT_STR(t, fixture_use(address, mc_phys_addr(unit->value + offset)),
				   NULL);
	} else {
		EXPECT_EQ(t, error, MC_ERR_NOT_FOUND);
	}
	ASSERT_EQ(t, mc_mapper_read_entry(space, address, 1, &entry, &level), 0);
	if (unit->kind == UNIT_MAPPED)
		EXPECT_EQ(t, mc_pt_memory_type(entry), unit->attributes.type);
	else if (unit->kind == UNIT_RESERVED)
		EXPECT_EQ(t, mc_pt_marker_payload(entry), unit->value);
	else
		EXPECT_EQ(t, entry.raw, 0);
}

void world_check_units(struct ktest_run *t, const struct world *w)
{
	for (unsigned int i = 0; i < WORLD_UNITS; i++)
		world_check_unit(t, w, i);
}

void world_check(struct ktest_run *t, const struct world *w)
{
	world_check_units(t, w);
	EXPECT_STR(t, fixture_audit(&w->fixture), NULL);
}

/* The first unit in the range that is not as `kind` says (or that is, with `equal`); -1 if none. */
static int first_unit(const struct world *w, unsigned int start, unsigned int count,
		      enum unit_kind kind, bool equal)
{
	for (unsigned int i = start; i < start + count; i++)
		if ((w->units[i].kind == kind) == equal)
			return (int)i;
	return -1;
}

/* What an operation on [start, start + count) should return, if it finds frames enough. */
static void check_result(struct ktest_run *t, const struct world *w, int result, int want,
			 int conflicting, const struct mc_conflict *conflict)
{
	EXPECT_EQ(t, result, want);
	if (conflicting >= 0 && result == want)
		EXPECT_EQ(t, mc_virt_raw(conflict->address),
			  mc_virt_raw(world_address(w, (unsigned int)conflicting)));
}

void world_finish_batch(struct world *w)
{
	if (!mc_tlb_batch_is_empty(&w->batch))
		mc_tlb_batch_finish(&w->batch);
	/* Also where nothing was owed, as of a space that is not active: frames go back at the same time. */
	if (!w->is_owing)
		return;
	w->is_owing = false;
	for (unsigned int i = 0; i < WORLD_UNITS; i++)
		w->units[i].is_owed = false;
}

/* What was unmapped must not be mapped again before its batch is finished. */
static void finish_if_owed(struct world *w, unsigned int start, unsigned int count)
{
	bool is_owed = false;

	for (unsigned int i = start; i < start + count; i++)
		is_owed |= w->units[i].is_owed;
	if (is_owed)
		world_finish_batch(w);
}

static int do_map(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct mc_attributes attributes = random_attributes(t, w);
	uint64_t physical = random_physical(t, w, start);
	int occupied = first_unit(w, start, count, UNIT_HOLE, false);
	struct mc_conflict conflict;
	int result;

	finish_if_owed(w, start, count);
	if (w->cursor)
		result = mc_cursor_map(w->cursor, w->unit_level, mc_phys_addr(physical), attributes,
				       &conflict);
	else
		result = mc_mapper_map(w->space, world_address(w, start), mc_phys_addr(physical),
				       count * w->unit_size, attributes, &conflict);
	if (result == MC_ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, occupied >= 0 ? MC_ERR_EXISTS : 0, occupied, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i] = (struct unit){ UNIT_MAPPED, attributes,
						     physical + i * w->unit_size, false };
	return result;
}

static int do_unmap(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	bool was_empty = mc_tlb_batch_is_empty(&w->batch);
	int result;

	if (w->cursor)
		result = mc_cursor_unmap(w->cursor, w->unit_level, &w->batch);
	else
		result = mc_mapper_unmap(w->space, world_address(w, start), count * w->unit_size,
					 &w->batch);
	if (result && was_empty)
		EXPECT_TRUE(t, mc_tlb_batch_is_empty(&w->batch));
	if (result == MC_ERR_NO_MEMORY)
		return result;
	EXPECT_EQ(t, result, 0);
	w->is_owing = true;
	for (unsigned int i = 0; i < count; i++)
		w->units[start + i] = (struct unit){ .kind = UNIT_HOLE, .is_owed = true };
	return result;
}

static int do_protect(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct mc_attributes attributes = random_attributes(t, w);
	int missing = first_unit(w, start, count, UNIT_MAPPED, false);
	struct mc_conflict conflict;
	bool was_empty = mc_tlb_batch_is_empty(&w->batch);
	int result;

	if (w->cursor)
		result = mc_cursor_protect(w->cursor, w->unit_level, attributes, &w->batch,
					   &conflict);
	else
		result = mc_mapper_protect(w->space, world_address(w, start), count * w->unit_size,
					   attributes, &w->batch, &conflict);
	if (result && was_empty)
		EXPECT_TRUE(t, mc_tlb_batch_is_empty(&w->batch));
	if (result == MC_ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, missing >= 0 ? MC_ERR_NOT_FOUND : 0, missing, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i].attributes = attributes;
	return result;
}

static int do_reserve(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	uint64_t payload = ktest_random_below(t, MC_PT_RESERVED_LIMIT);
	int occupied = first_unit(w, start, count, UNIT_HOLE, false);
	struct mc_conflict conflict;
	int result;

	finish_if_owed(w, start, count);
	result = mc_mapper_reserve(w->space, world_address(w, start), count * w->unit_size, payload,
				   &conflict);
	if (result == MC_ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, occupied >= 0 ? MC_ERR_EXISTS : 0, occupied, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i] = (struct unit){ .kind = UNIT_RESERVED, .value = payload };
	return result;
}

static int do_merge(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	int result =
		mc_mapper_merge(w->space, world_address(w, start), count * w->unit_size, &w->batch);

	EXPECT_EQ(t, result, 0);
	return result;
}

/* What a cursor at the unit reads is what the mapper says, which world_check_unit() holds to the model. */
static void check_reading(struct ktest_run *t, const struct world *w)
{
	const struct mc_space *space = w->space;
	const mc_virt_addr_t address = mc_cursor_address(w->cursor);
	unsigned int level = 1 + (unsigned int)ktest_random_below(t, space->root.levels);
	unsigned int found, found_want;
	mc_pt_entry_t entry, entry_want;
	struct mc_translation got, want;
	int error = mc_mapper_translate(space, address, &want);

	EXPECT_EQ(t, mc_cursor_translate(w->cursor, &got), error);
	if (!error) {
		EXPECT_EQ(t, mc_phys_raw(got.address), mc_phys_raw(want.address));
		EXPECT_EQ(t, got.page_size, want.page_size);
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_WRITE),
			  mc_translation_has(want, MC_RIGHT_WRITE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_USER),
			  mc_translation_has(want, MC_RIGHT_USER));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_EXECUTE),
			  mc_translation_has(want, MC_RIGHT_EXECUTE));
		EXPECT_EQ(t, mc_translation_has(got, MC_RIGHT_GLOBAL),
			  mc_translation_has(want, MC_RIGHT_GLOBAL));
	}
	ASSERT_EQ(t, mc_mapper_read_entry(space, address, level, &entry_want, &found_want), 0);
	ASSERT_EQ(t, mc_cursor_read_entry(w->cursor, level, &entry, &found), 0);
	EXPECT_EQ(t, entry.raw, entry_want.raw);
	EXPECT_EQ(t, found, found_want);
}

/* One unit through the cursor, which stands there; after an error, nothing is different. */
static void step_by_cursor(struct ktest_run *t, struct world *w, unsigned int unit)
{
	const bool starved = w->fixture.failing_after >= 0;
	uint64_t before = 0;
	int result;

	if (starved) {
		world_finish_batch(w);
		before = fixture_fingerprint(&w->fixture);
	}
	switch (ktest_random_below(t, 8)) {
	case 0:
	case 1:
	case 2:
	case 3: result = do_map(t, w, unit, 1); break;
	case 4:
	case 5: result = do_unmap(t, w, unit, 1); break;
	case 6: result = do_protect(t, w, unit, 1); break;
	default: check_reading(t, w); return;
	}
	EXPECT_TRUE(t, result != MC_ERR_NO_MEMORY || starved);
	EXPECT_EQ(t, mc_virt_raw(mc_cursor_address(w->cursor)),
		  mc_virt_raw(world_address(w, result ? unit : unit + 1)));
	if (result && starved)
		EXPECT_EQ(t, fixture_fingerprint(&w->fixture), before);
}

/* A stretch of the range, page by page, with jumps. */
static void do_cursor(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct mc_cursor cursor;

	ASSERT_EQ(t,
		  mc_cursor_open(&cursor, w->space, world_address(w, start), count * w->unit_size),
		  0);
	w->cursor = &cursor;
	for (uint64_t steps = 1 + ktest_random_below(t, 24); steps && !t->nr_failures; steps--) {
		if (!mc_cursor_left(&cursor) || ktest_random_below(t, 6) == 0) {
			unsigned int unit = start + (unsigned int)ktest_random_below(t, count);

			ASSERT_EQ(t, mc_cursor_seek(&cursor, world_address(w, unit)), 0);
		}
		step_by_cursor(t, w,
			       start + count -
				       (unsigned int)(mc_cursor_left(&cursor) / w->unit_size));
	}
	w->cursor = NULL;
	mc_cursor_close(&cursor);
}

/* The next unit at which a page begins that is one size larger than a unit; WORLD_UNITS at the most. */
static unsigned int next_boundary(const struct world *w, unsigned int index)
{
	uint64_t page = w->base / w->unit_size + index;
	uint64_t next = index + (page + 511) / 512 * 512 - page;

	return next < WORLD_UNITS ? (unsigned int)next : WORLD_UNITS;
}

void world_random_range(struct ktest_run *t, const struct world *w, unsigned int *start,
			unsigned int *count)
{
	uint64_t longest = WORLD_UNITS;

	*start = (unsigned int)ktest_random_below(t, WORLD_UNITS);
	if (ktest_random_below(t, 2) == 0 && next_boundary(w, *start) < WORLD_UNITS) {
		*start = next_boundary(w, *start);
		*count = next_boundary(w, *start + 1) - *start;
		if (ktest_random_below(t, 2))
			return;
	}
	if (ktest_random_below(t, 2))
		longest = 4;
	if (longest > WORLD_UNITS - *start)
		longest = WORLD_UNITS - *start;
	*count = 1 + (unsigned int)ktest_random_below(t, longest);
	if (*count > 512 && ktest_random_below(t, 2))
		*count = next_boundary(w, *start + *count - 511) - *start;
}

int world_change(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	switch (ktest_random_below(t, 10)) {
	case 0:
	case 1:
	case 2: return do_map(t, w, start, count);
	case 3:
	case 4: return do_unmap(t, w, start, count);
	case 5: return do_protect(t, w, start, count);
	case 6: return do_merge(t, w, start, count);
	case 7:
	case 8: do_cursor(t, w, start, count); return 0;
	default:
		/* Reserving is by 4 KiB pages: too many tables where a unit is larger. */
		if (w->unit_level > 1)
			return do_merge(t, w, start, count);
		return do_reserve(t, w, start, count);
	}
}

void world_step(struct ktest_run *t, struct world *w)
{
	bool starved = ktest_random_below(t, 8) == 0;
	unsigned int start, count;
	uint64_t before = 0;
	int result;

	world_random_range(t, w, &start, &count);
	if (starved) {
		world_finish_batch(w);
		w->fixture.failing_after = (int)ktest_random_below(t, 4);
		before = fixture_fingerprint(&w->fixture);
	}
	result = world_change(t, w, start, count);
	w->fixture.failing_after = -1;
	if (result == MC_ERR_NO_MEMORY)
		EXPECT_TRUE(t, starved);
	if (result && starved)
		EXPECT_EQ(t, fixture_fingerprint(&w->fixture), before);
	world_check_unit(t, w, start);
	world_check_unit(t, w, start + count - 1);
	if (ktest_random_below(t, 2))
		world_finish_batch(w);
	if (mc_tlb_batch_is_empty(&w->batch))
		EXPECT_STR(t, fixture_check_tlb(), NULL);
}

/* No assignment of a whole: without optimisation, it would be made on the stack first, 50 KB of it. */
void world_clear(struct world *w, unsigned int unit_level, uint64_t base)
{
	memset(w, 0, sizeof(*w));
	w->base = base;
	w->unit_level = unit_level;
	w->unit_size = mc_pt_span(unit_level);
}

bool world_start(struct world *w, struct world_way way, unsigned int levels,
		 unsigned int unit_level, uint64_t base)
{
	world_clear(w, unit_level, base);
	w->space = &w->fixture.space;
	if (way.is_inactive ? !fixture_init_inactive(&w->fixture, way.method, levels)
			    : !fixture_init(&w->fixture, way.method, levels))
		return false;
	if (way.method == MC_ACCESS_GENERIC) /* without a window, other invalidations are due */
		w->space->recursive_slot = MC_SPACE_NOT_RECURSIVE;
	mc_tlb_batch_begin(&w->batch, w->space);
	return true;
}
