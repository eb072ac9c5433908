/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_random": random operations on a space, held against a plain model, an array with
 * what each unit of a stretch of addresses should be. The unit is 4 KiB, 2 MiB or 1 GiB, so that
 * each page size is mapped, split and merged; the stretches lie across every kind of boundary. Some
 * operations run out of frames, and must then have changed nothing.
 */
#include "mapper_fixture.h"

#define UNITS 1536

enum unit_kind {
	UNIT_HOLE,
	UNIT_MAPPED,
	UNIT_RESERVED,
};

struct unit {
	enum unit_kind kind;
	struct attributes attributes;
	uint64_t value; /* physical address, or payload */
};

struct world {
	struct fixture fixture;
	struct unit units[UNITS];
	uint64_t base;
	uint64_t unit_size;
	unsigned int unit_level;
	uint64_t fingerprint; /* after all operations */
};

/* Large, and one test runs at a time. */
static struct world world;

static virt_addr_t unit_address(const struct world *w, unsigned int index)
{
	return virt_addr(w->base + index * w->unit_size);
}

static struct attributes random_attributes(struct ktest_run *t, const struct world *w)
{
	static const unsigned int rights[] = {
		RIGHT_READ,
		RIGHT_READ | RIGHT_WRITE,
		RIGHT_READ | RIGHT_EXECUTE,
		RIGHT_READ | RIGHT_GLOBAL,
		RIGHT_READ | RIGHT_WRITE | RIGHT_GLOBAL,
		RIGHT_READ | RIGHT_USER,
		RIGHT_READ | RIGHT_WRITE | RIGHT_USER,
	};
	bool upper = w->base >> 63;

	return (struct attributes){
		.rights = rights[ktest_random_below(t, ARRAY_SIZE(rights) - (upper ? 2 : 0))],
		.type = (enum memory_type)ktest_random_below(t, 4),
	};
}

/* Often as far from the virtual address as lets huge pages be used, sometimes not. */
static uint64_t random_physical(struct ktest_run *t, const struct world *w, unsigned int start)
{
	uint64_t offset = virt_raw(unit_address(w, start)) % GIB(1);
	uint64_t physical = ktest_random_below(t, 1024) * GIB(1) + offset;

	if (ktest_random_below(t, 4) == 0)
		physical += (1 + ktest_random_below(t, 511)) * w->unit_size;
	return physical;
}

static void check_unit(struct ktest_run *t, const struct world *w, unsigned int index)
{
	const struct unit *unit = &w->units[index];
	uint64_t offset = ktest_random_below(t, w->unit_size);
	virt_addr_t address = virt_addr(virt_raw(unit_address(w, index)) + offset);
	const struct space *space = &w->fixture.space;
	struct translation got;
	unsigned int level;
	pt_entry_t entry;
	int error = mapper_translate(space, address, &got);

	if (unit->kind == UNIT_MAPPED) {
		if (!EXPECT_EQ(t, error, 0))
			return;
		EXPECT_EQ(t, phys_raw(got.address), unit->value + offset);
		EXPECT_EQ(t, got.writable, !!(unit->attributes.rights & RIGHT_WRITE));
		EXPECT_EQ(t, got.executable, !!(unit->attributes.rights & RIGHT_EXECUTE));
		EXPECT_EQ(t, got.user, !!(unit->attributes.rights & RIGHT_USER));
		EXPECT_EQ(t, got.global, !!(unit->attributes.rights & RIGHT_GLOBAL));
	} else {
		EXPECT_EQ(t, error, ERR_NOT_FOUND);
	}
	ASSERT_EQ(t, mapper_read_entry(space, address, 1, &entry, &level), 0);
	if (unit->kind == UNIT_MAPPED)
		EXPECT_EQ(t, pt_memory_type(entry), unit->attributes.type);
	else if (unit->kind == UNIT_RESERVED)
		EXPECT_EQ(t, pt_reserved_payload(entry), unit->value);
	else
		EXPECT_EQ(t, entry.raw, 0);
}

static void check_all(struct ktest_run *t, const struct world *w)
{
	for (unsigned int i = 0; i < UNITS; i++)
		check_unit(t, w, i);
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
			 int conflicting, const struct conflict *conflict)
{
	EXPECT_EQ(t, result, want);
	if (conflicting >= 0 && result == want)
		EXPECT_EQ(t, virt_raw(conflict->address),
			  virt_raw(unit_address(w, (unsigned int)conflicting)));
}

static int do_map(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct attributes attributes = random_attributes(t, w);
	uint64_t physical = random_physical(t, w, start);
	int occupied = first_unit(w, start, count, UNIT_HOLE, false);
	struct conflict conflict;
	int result = mapper_map(&w->fixture.space, unit_address(w, start), phys_addr(physical),
				count * w->unit_size, attributes, &conflict);

	if (result == ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, occupied >= 0 ? ERR_EXISTS : 0, occupied, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i] =
			(struct unit){ UNIT_MAPPED, attributes, physical + i * w->unit_size };
	return result;
}

static int do_unmap(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct tlb_batch batch;
	int result;

	tlb_batch_begin(&batch, &w->fixture.space);
	result = mapper_unmap(&w->fixture.space, unit_address(w, start), count * w->unit_size,
			      &batch);
	if (result)
		EXPECT_TRUE(t, tlb_batch_is_empty(&batch));
	tlb_batch_finish(&batch);
	if (result == ERR_NO_MEMORY)
		return result;
	EXPECT_EQ(t, result, 0);
	for (unsigned int i = 0; i < count; i++)
		w->units[start + i] = (struct unit){ .kind = UNIT_HOLE };
	return result;
}

static int do_protect(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct attributes attributes = random_attributes(t, w);
	int missing = first_unit(w, start, count, UNIT_MAPPED, false);
	struct conflict conflict;
	struct tlb_batch batch;
	int result;

	tlb_batch_begin(&batch, &w->fixture.space);
	result = mapper_protect(&w->fixture.space, unit_address(w, start), count * w->unit_size,
				attributes, &batch, &conflict);
	if (result)
		EXPECT_TRUE(t, tlb_batch_is_empty(&batch));
	tlb_batch_finish(&batch);
	if (result == ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, missing >= 0 ? ERR_NOT_FOUND : 0, missing, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i].attributes = attributes;
	return result;
}

static int do_reserve(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	uint64_t payload = ktest_random_below(t, PT_RESERVED_LIMIT);
	int occupied = first_unit(w, start, count, UNIT_HOLE, false);
	struct conflict conflict;
	int result = mapper_reserve(&w->fixture.space, unit_address(w, start), count * w->unit_size,
				    payload, &conflict);

	if (result == ERR_NO_MEMORY)
		return result;
	check_result(t, w, result, occupied >= 0 ? ERR_EXISTS : 0, occupied, &conflict);
	for (unsigned int i = 0; !result && i < count; i++)
		w->units[start + i] = (struct unit){ .kind = UNIT_RESERVED, .value = payload };
	return result;
}

static int do_merge(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	struct tlb_batch batch;
	int result;

	tlb_batch_begin(&batch, &w->fixture.space);
	result = mapper_merge(&w->fixture.space, unit_address(w, start), count * w->unit_size,
			      &batch);
	tlb_batch_finish(&batch);
	EXPECT_EQ(t, result, 0);
	return result;
}

static int do_random(struct ktest_run *t, struct world *w, unsigned int start, unsigned int count)
{
	switch (ktest_random_below(t, 8)) {
	case 0:
	case 1:
	case 2: return do_map(t, w, start, count);
	case 3:
	case 4: return do_unmap(t, w, start, count);
	case 5: return do_protect(t, w, start, count);
	case 6: return do_merge(t, w, start, count);
	default:
		/* Reserving is by 4 KiB pages: too many tables where a unit is larger. */
		if (w->unit_level > 1)
			return do_merge(t, w, start, count);
		return do_reserve(t, w, start, count);
	}
}

/* The next unit at which a page begins that is one size larger than a unit; UNITS at the most. */
static unsigned int next_boundary(const struct world *w, unsigned int index)
{
	uint64_t page = w->base / w->unit_size + index;
	uint64_t next = index + (page + 511) / 512 * 512 - page;

	return next < UNITS ? (unsigned int)next : UNITS;
}

/* Short ranges, long ones, ranges that begin or end on a huge page's boundary, and such pages. */
static void random_range(struct ktest_run *t, const struct world *w, unsigned int *start,
			 unsigned int *count)
{
	uint64_t longest = UNITS;

	*start = (unsigned int)ktest_random_below(t, UNITS);
	if (ktest_random_below(t, 2) == 0 && next_boundary(w, *start) < UNITS) {
		*start = next_boundary(w, *start);
		*count = next_boundary(w, *start + 1) - *start;
		if (ktest_random_below(t, 2))
			return;
	}
	if (ktest_random_below(t, 2))
		longest = 4;
	if (longest > UNITS - *start)
		longest = UNITS - *start;
	*count = 1 + (unsigned int)ktest_random_below(t, longest);
	if (*count > 512 && ktest_random_below(t, 2))
		*count = next_boundary(w, *start + *count - 511) - *start;
}

static void step(struct ktest_run *t, struct world *w)
{
	bool starved = ktest_random_below(t, 8) == 0;
	unsigned int start, count;
	uint64_t before = 0;
	int result;

	random_range(t, w, &start, &count);
	if (starved) {
		w->fixture.failing_after = (int)ktest_random_below(t, 4);
		before = fixture_fingerprint(&w->fixture);
	}
	result = do_random(t, w, start, count);
	w->fixture.failing_after = -1;
	if (result == ERR_NO_MEMORY)
		EXPECT_TRUE(t, starved);
	if (result && starved)
		EXPECT_EQ(t, fixture_fingerprint(&w->fixture), before);
	check_unit(t, w, start);
	check_unit(t, w, start + count - 1);
	EXPECT_STR(t, fixture_check_tlb(), NULL);
}

static void run_world(struct ktest_run *t, enum access_method method, unsigned int levels,
		      unsigned int unit_level, uint64_t base, unsigned int *nr_worlds)
{
	const unsigned int nr_operations = fixture_random_operations();
	unsigned int next_check = 0;
	uint64_t root_span, pinned;
	struct tlb_batch batch;

	world = (struct world){
		.base = base,
		.unit_level = unit_level,
		.unit_size = pt_span(unit_level),
	};
	if (!fixture_init(&world.fixture, method, levels))
		return;
	if (method == ACCESS_GENERIC) /* without a window, other invalidations are due */
		world.fixture.space.recursive_slot = SPACE_NOT_RECURSIVE;
	for (unsigned int i = 0; i < nr_operations && !t->nr_failures; i++) {
		step(t, &world);
		if (i < next_check)
			continue;
		check_all(t, &world);
		next_check += 64 + next_check / 32; /* long runs are for what is rare */
	}
	check_all(t, &world);
	world.fingerprint = fixture_fingerprint(&world.fixture);

	/* Everything away: no table is left but those that are shared. */
	tlb_batch_begin(&batch, &world.fixture.space);
	EXPECT_EQ(t,
		  mapper_unmap(&world.fixture.space, unit_address(&world, 0),
			       UNITS * world.unit_size, &batch),
		  0);
	tlb_batch_finish(&batch);
	EXPECT_STR(t, fixture_audit(&world.fixture), NULL);
	root_span = pt_span(levels);
	pinned = base >> 63
			 ? (base + (UNITS * world.unit_size - 1)) / root_span - base / root_span + 1
			 : 0;
	EXPECT_TRUE(t, world.fixture.space.nr_tables <= pinned);
	fixture_finish(&world.fixture);
	*nr_worlds += 1;
}

/*
 * Stretches of UNITS units: across boundaries of every level, and at the edges of both halves. In a
 * live space, the kernel itself is at the upper half's end, and with 5 levels in all of its last
 * root entry.
 */
static const struct {
	unsigned int levels, unit_level;
	uint64_t base;
	bool kernel_is_there;
} stretches[] = {
	{ 4, 1, GIB(512) - MIB(3), false },
	{ 4, 1, GIB(7) - MIB(3), false },
	{ 4, 1, 0, false },
	{ 4, 1, TIB(128) - UNITS *KIB(4), false },
	{ 4, 1, UINT64_C(0xffff800000000000), false },
	{ 4, 1, -(uint64_t)UNITS *KIB(4), true },
	{ 4, 2, GIB(512) - GIB(1) - MIB(256), false },
	{ 4, 2, 0, false },
	{ 4, 2, TIB(128) - UNITS *MIB(2), false },
	{ 4, 2, UINT64_C(0xffff800000000000), false },
	{ 4, 2, -(uint64_t)UNITS *MIB(2), true },
	{ 4, 3, GIB(256), false },
	{ 4, 3, TIB(128) - UNITS *GIB(1), false },
	{ 4, 3, UINT64_C(0xffff800000000000), false },
	{ 5, 1, TIB(256) - MIB(3), false },
	{ 5, 1, UINT64_C(0x0100000000000000) - UNITS *KIB(4), false },
	{ 5, 1, UINT64_C(0xff00000000000000), false },
	{ 5, 1, -(uint64_t)UNITS *KIB(4), true },
	{ 5, 2, TIB(256) - GIB(1) - MIB(512), false },
	{ 5, 3, TIB(256) - GIB(700), false },
};

static void run_stretches(struct ktest_run *t, enum access_method method, unsigned int unit_level)
{
	unsigned int nr_worlds = 0;

	for (size_t i = 0; i < ARRAY_SIZE(stretches) && !t->nr_failures; i++)
		if (stretches[i].unit_level == unit_level &&
		    !(method == ACCESS_RECURSIVE && stretches[i].kernel_is_there))
			run_world(t, method, stretches[i].levels, unit_level, stretches[i].base,
				  &nr_worlds);
	if (!nr_worlds)
		ktest_skip(t, "no space of this method can be had here");
}

/* The same operations by one method more: the tables must be those that `want` was made of. */
static void check_same_tables(struct ktest_run *t, enum access_method method, uint64_t state,
			      unsigned int unit_level, uint64_t *want)
{
	unsigned int nr_worlds = 0;

	t->random_state = state;
	run_world(t, method, fixture_live_levels(), unit_level,
		  GIB(512) - 512 * pt_span(unit_level), &nr_worlds);
	EXPECT_EQ(t, nr_worlds, 1);
	if (*want)
		EXPECT_EQ(t, world.fingerprint, *want);
	*want = world.fingerprint;
}

KTEST(mapper_random, all_methods_leave_identical_tables)
{
	for (unsigned int unit_level = 1; unit_level <= 2; unit_level++) {
		uint64_t state = ktest_random(t), want = 0;

		IF_OFFSET(check_same_tables(t, ACCESS_OFFSET, state, unit_level, &want);)
		IF_RECURSIVE(check_same_tables(t, ACCESS_RECURSIVE, state, unit_level, &want);)
		IF_GENERIC(check_same_tables(t, ACCESS_GENERIC, state, unit_level, &want);)
		EXPECT_TRUE(t, want != 0);
	}
}

#define RANDOM_TESTS(method, METHOD)                                                               \
	KTEST(mapper_random, method##_pages_of_4k)                                                 \
	{                                                                                          \
		run_stretches(t, METHOD, 1);                                                       \
	}                                                                                          \
	KTEST(mapper_random, method##_pages_of_2m)                                                 \
	{                                                                                          \
		run_stretches(t, METHOD, 2);                                                       \
	}                                                                                          \
	KTEST(mapper_random, method##_pages_of_1g)                                                 \
	{                                                                                          \
		run_stretches(t, METHOD, 3);                                                       \
	}

IF_OFFSET(RANDOM_TESTS(offset, ACCESS_OFFSET))
IF_RECURSIVE(RANDOM_TESTS(recursive, ACCESS_RECURSIVE))
IF_GENERIC(RANDOM_TESTS(generic, ACCESS_GENERIC))
