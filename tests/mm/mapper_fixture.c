/* SPDX-License-Identifier: MIT */
/* The mapper's test fixture and audit (mapper_fixture.h). */
#include <kernel/address_space.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "../../mm/pagetable/second_slot.h"
#include "mapper_fixture.h"

void *(*fixture_pointer_to)(void *context, mc_phys_addr_t frame);

static unsigned int frame_index(mc_pfn_t frame)
{
	return (unsigned int)(frame - mc_phys_pfn(fixture_memory()));
}

static mc_pfn_t frame_at(unsigned int index)
{
	return mc_phys_pfn(fixture_memory()) + index;
}

/* Frames come with junk in them: nobody promises more. */
static void fill_with_junk(mc_pfn_t frame)
{
	uint64_t *words = fixture_pointer(mc_phys_of_pfn(frame));

	for (unsigned int i = 0; i < MC_FRAME_SIZE / sizeof(*words); i++)
		words[i] = UINT64_C(0xdeadbeefdeadbeef);
}

static int take_frame(struct fixture *fixture, mc_pfn_t *frame)
{
	if (fixture->failing_after == 0)
		return MC_ERR_NO_MEMORY;
	for (unsigned int i = 0; i < FIXTURE_FRAMES - FIXTURE_DATA_FRAMES; i++) {
		if (fixture->is_allocated[i])
			continue;
		fixture->failing_after -= fixture->failing_after > 0;
		fixture->is_allocated[i] = true;
		fixture->nr_allocated++;
		*frame = frame_at(i);
		fill_with_junk(*frame);
		return 0;
	}
	return MC_ERR_NO_MEMORY;
}

static int allocate(void *context, mc_pfn_t *frame)
{
	int error = take_frame(context, frame);

	if (!error)
		fixture_frame_changes_hands(context, *frame, false);
	return error;
}

static void release(void *context, mc_pfn_t frame)
{
	struct fixture *fixture = context;
	unsigned int index = frame_index(frame);

	if (index >= FIXTURE_FRAMES || !fixture->is_allocated[index]) {
		fixture->misuse = "a frame is released that is not allocated";
		return;
	}
	fixture_frame_changes_hands(fixture, frame, true);
	fixture->is_allocated[index] = false;
	fixture->nr_allocated--;
	fill_with_junk(frame);
}

mc_pfn_t fixture_data_frame(unsigned int index)
{
	return frame_at(FIXTURE_FRAMES - FIXTURE_DATA_FRAMES + index);
}

static void init_space(struct fixture *fixture, enum mc_access_method method, unsigned int levels)
{
	mc_pfn_t root;

	mc_tlb_check_paid(&fixture->space, "is left");
	*fixture = (struct fixture){
		.source = { .allocate = allocate, .release = release, .context = fixture },
		.failing_after = -1,
	};
	(void)take_frame(fixture, &root);
	memset(fixture_pointer(mc_phys_of_pfn(root)), 0, MC_FRAME_SIZE);
	fixture->space = (struct mc_space){
		.root = {
			.table = mc_phys_of_pfn(root),
			.levels = levels,
			.method = method,
			.pointer_to = fixture_pointer_to ? fixture_pointer_to : physmap_function,
			.pointers_are_brief = fixture_pointer_to != NULL,
			.table_pointer = fixture_pointer_to ? NULL : fixture_pointer(mc_phys_of_pfn(root)),
		},
		.frames = &fixture->source,
		.largest_leaf = 3,
		.physical_limit = TIB(256),
		.recursive_slot = FIXTURE_RECURSIVE_SLOT,
		.global_pages = true,
	};
	fixture_begin(fixture);
}

bool fixture_init(struct fixture *fixture, enum mc_access_method method, unsigned int levels)
{
	init_space(fixture, method, levels);
	return method != MC_ACCESS_RECURSIVE || fixture_activate(fixture);
}

bool fixture_init_live(struct fixture *fixture, enum mc_access_method method)
{
	init_space(fixture, method, fixture_live_levels());
	return fixture_activate(fixture);
}

bool fixture_init_inactive(struct fixture *fixture, enum mc_access_method method,
			   unsigned int levels)
{
	struct mc_space *space = &fixture->space;
	mc_pt_entry_t *entries;

	init_space(fixture, method, levels);
	entries = fixture_pointer(space->root.table);
	entries[FIXTURE_RECURSIVE_SLOT].raw =
		mc_phys_raw(space->root.table) | MC_PT_RECURSIVE_FLAGS;
	fixture->has_slot = true;
	space->is_inactive = true;
	if (method == MC_ACCESS_RECURSIVE)
		space->root.method = ACCESS_SECOND_SLOT;
	return fixture_stand_by(fixture);
}

void fixture_finish(struct fixture *fixture)
{
	mc_tlb_check_paid(&fixture->space, "is left");
	if (IS_ENABLED(CONFIG_MAPPER_RECURSIVE) && fixture->space.is_inactive)
		second_slot_release();
	if (fixture->is_live || fixture->space.is_inactive)
		fixture_deactivate(fixture);
	fixture->is_live = false;
}

/* The audit knows the format from the manual, not from pt_format.h: bit by bit, on purpose. */
#define BIT(n)       (UINT64_C(1) << (n))
#define ADDRESS_BITS (BIT(52) - BIT(12))

struct audit {
	const struct fixture *fixture;
	bool seen[FIXTURE_FRAMES];
	unsigned int nr_tables;
};

static const char *audit_leaf(const struct fixture *fixture, uint64_t entry, unsigned int level,
			      bool upper)
{
	uint64_t size = UINT64_C(4096) << (9 * (level - 1));
	uint64_t address = entry & ADDRESS_BITS;

	if (level > fixture->space.largest_leaf)
		return "a leaf is larger than the CPU's pages";
	if (address & (size - 1))
		return "a leaf's address is not aligned, or its PAT bit is set";
	if (address + size > fixture->space.physical_limit)
		return "a leaf leads beyond MAXPHYADDR";
	if ((entry & BIT(1)) && !(entry & BIT(63)))
		return "a leaf is writable and executable";
	if (!(entry & BIT(5)) || !(entry & BIT(6)) != !(entry & BIT(1)))
		return "a leaf's A is clear, or its D does not go with W";
	if (level == 1 && (entry & BIT(7)))
		return "a 4 KiB leaf's PAT bit is set";
	if ((entry & BIT(2)) && (upper || (entry & BIT(8))))
		return "a leaf for the user is in the upper half, or global";
	if (entry & (BIT(63) - BIT(52)))
		return "a leaf has bits set that it should not use";
	return NULL;
}

static const char *audit_table(struct audit *audit, uint64_t table, unsigned int level, bool upper,
			       unsigned int *live);

static const char *audit_table_entry(struct audit *audit, uint64_t entry, unsigned int level,
				     bool upper)
{
	bool pinned = upper && level == audit->fixture->space.root.levels;
	unsigned int count = (unsigned int)((entry >> 52 & 0x7f) | (entry >> 9 & 3) << 7) + 1;
	unsigned int index = frame_index((entry & ADDRESS_BITS) >> 12);
	unsigned int live = 0;
	const char *broken;

	if ((entry & (BIT(9) - 1) & ~BIT(2)) != (BIT(0) | BIT(1) | BIT(5) | BIT(6)))
		return "a table entry is not present, writable, accessed and dirty alone";
	if (!(entry & BIT(2)) != upper)
		return "a table entry's U does not go with its half";
	if (entry & (BIT(11) | BIT(59) | BIT(60) | BIT(61) | BIT(62) | BIT(63)))
		return "a table entry has a bit set that must stay clear";
	if (index >= FIXTURE_FRAMES || !audit->fixture->is_allocated[index])
		return "a table entry points at a frame that is not allocated";
	if (audit->seen[index])
		return "a table has two parents";
	audit->seen[index] = true;
	audit->nr_tables++;
	broken = audit_table(audit, entry & ADDRESS_BITS, level - 1, upper, &live);
	if (broken)
		return broken;
	if (pinned)
		return count == 1 ? NULL : "a shared table's live entries are counted";
	if (!live)
		return "an empty table is linked";
	return live == count ? NULL : "a table's count of live entries is wrong";
}

static const char *audit_entry(struct audit *audit, uint64_t entry, unsigned int level, bool upper)
{
	if (entry & BIT(0)) {
		if (level == 1 || (level <= 3 && (entry & BIT(7))))
			return audit_leaf(audit->fixture, entry, level, upper);
		return audit_table_entry(audit, entry, level, upper);
	}
	if (entry == 0)
		return NULL;
	if (level != 1 || (entry & ADDRESS_BITS) != ADDRESS_BITS || !(entry & BIT(1)))
		return "an entry that is not present is neither zero nor reserved";
	return NULL;
}

/* The recursive slot; and in a live space, what the kernel runs on. */
static bool is_borrowed(const struct fixture *fixture, unsigned int level, unsigned int index)
{
	if (level != fixture->space.root.levels)
		return false;
	if (fixture->has_slot && index == FIXTURE_RECURSIVE_SLOT)
		return true;
	return fixture->is_live &&
	       ((int)index == fixture->space.recursive_slot || fixture->borrows[index]);
}

static const char *audit_table(struct audit *audit, uint64_t table, unsigned int level, bool upper,
			       unsigned int *live)
{
	const uint64_t *entries = fixture_pointer(mc_phys_addr(table));

	for (unsigned int i = 0; i < 512; i++) {
		bool below_upper = level == audit->fixture->space.root.levels ? i >= 256 : upper;
		const char *broken;

		if (is_borrowed(audit->fixture, level, i))
			continue;
		broken = audit_entry(audit, entries[i], level, below_upper);
		if (broken)
			return broken;
		*live += entries[i] != 0;
	}
	return NULL;
}

const char *fixture_audit(const struct fixture *fixture)
{
	const struct mc_root *root = &fixture->space.root;
	struct audit audit = { .fixture = fixture };
	unsigned int live = 0;
	const char *broken;

	audit.seen[frame_index(mc_phys_pfn(root->table))] = true;
	broken = audit_table(&audit, mc_phys_raw(root->table), root->levels, false, &live);
	if (broken)
		return broken;
	if (fixture->misuse)
		return fixture->misuse;
	if (audit.nr_tables != fixture->space.nr_tables)
		return "the space's number of tables is wrong";
	if (audit.nr_tables + 1 != fixture->nr_allocated)
		return "a frame is allocated and no table: it leaked";
	return fixture_check_tlb();
}

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * UINT64_C(0x100000001b3);
}

static uint64_t hash_frame(const struct fixture *fixture, uint64_t hash, mc_pfn_t frame)
{
	const struct mc_root *root = &fixture->space.root;
	const uint64_t *words = fixture_pointer(mc_phys_of_pfn(frame));
	bool is_root = frame == mc_phys_pfn(root->table);

	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		hash = hash_word(hash,
				 is_root && is_borrowed(fixture, root->levels, i) ? 0 : words[i]);
	return hash;
}

uint64_t fixture_fingerprint(const struct fixture *fixture)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + fixture->space.nr_tables;

	for (unsigned int i = 0; i < FIXTURE_FRAMES; i++) {
		hash = hash_word(hash, fixture->is_allocated[i]);
		if (fixture->is_allocated[i])
			hash = hash_frame(fixture, hash, frame_at(i));
	}
	return hash;
}
