/* SPDX-License-Identifier: MIT */
/*
 * The format of page-table entries: the only place that knows which bit means what (SDM 3, 4.5).
 *
 *	63 62      52 51                            12 11   9 8 7 6 5 4 3 2 1 0
 *	+--+---------+--------------------------------+------+-+-+-+-+-+-+-+-+-+
 *	|NX| ignored | address of a table or frame    | ign. |G|S|D|A|C|T|U|W|P|
 *	+--+---------+--------------------------------+------+-+-+-+-+-+-+-+-+-+
 *
 * S (bit 7) is PS in a PD and PDPT, where it makes the entry a leaf; in a PT it is the PAT bit; in a
 * PML4 and PML5 it is reserved. In a huge leaf, PAT is bit 12. T and C are PWT and PCD.
 *
 * A table is an array of MC_PT_ENTRIES entries. Its level: 1 PT, 2 PD, 3 PDPT, 4 PML4, 5 PML5.
 */
#ifndef MERCATOR_PT_FORMAT_H
#define MERCATOR_PT_FORMAT_H

#include <mercator/types.h>

#define MC_PT_LEVELS_MAX   5
#define MC_PT_INDEX_BITS   9
#define MC_PT_ENTRIES      512
#define MC_PT_ENTRY_SIZE   8
#define MC_PT_LEAF_MAX     3 /* the highest level that can hold leaves: 1 GiB */
#define MC_PT_ADDRESS_MASK UINT64_C(0x000ffffffffff000)

#define MC_PT_P        (UINT64_C(1) << 0)
#define MC_PT_W        (UINT64_C(1) << 1)
#define MC_PT_U        (UINT64_C(1) << 2)
#define MC_PT_PWT      (UINT64_C(1) << 3)
#define MC_PT_PCD      (UINT64_C(1) << 4)
#define MC_PT_A        (UINT64_C(1) << 5)
#define MC_PT_D        (UINT64_C(1) << 6)
#define MC_PT_PS       (UINT64_C(1) << 7)
#define MC_PT_PAT_4K   (UINT64_C(1) << 7)
#define MC_PT_G        (UINT64_C(1) << 8)
#define MC_PT_PAT_HUGE (UINT64_C(1) << 12)
#define MC_PT_NX       (UINT64_C(1) << 63)

/*
 * A and D are set from the start, so that the hardware never changes an entry behind our back. D is
 * ignored in a table entry, but the table window reads it there as a leaf's.
 */
#define MC_PT_TABLE_FLAGS     (MC_PT_P | MC_PT_W | MC_PT_A | MC_PT_D)
#define MC_PT_RECURSIVE_FLAGS (MC_PT_TABLE_FLAGS | MC_PT_NX)

typedef struct {
	uint64_t raw;
} mc_pt_entry_t;

enum mc_pt_kind {
	MC_PT_ABSENT, /* zero: nothing is there */
	MC_PT_MARKER, /* not present, but not zero: software keeps something there */
	MC_PT_TABLE,  /* points at the table of the level below */
	MC_PT_LEAF,   /* maps memory */
};

/* What is this entry, at this level (1 to 5)? */
static inline enum mc_pt_kind mc_pt_kind(mc_pt_entry_t entry, unsigned int level)
{
	if (!(entry.raw & MC_PT_P))
		return entry.raw ? MC_PT_MARKER : MC_PT_ABSENT;
	if (level == 1)
		return MC_PT_LEAF;
	return level <= MC_PT_LEAF_MAX && (entry.raw & MC_PT_PS) ? MC_PT_LEAF : MC_PT_TABLE;
}

/*
 * Whether mc_pt_kind() is MC_PT_TABLE. P and PS are tested at once: PS is the sign of the lowest byte, so the two
 * alone are positive if P is set and PS is not.
 */
static inline bool mc_pt_is_table(mc_pt_entry_t entry, unsigned int level)
{
	if (level > MC_PT_LEAF_MAX)
		return entry.raw & MC_PT_P;
	return level > 1 && (int8_t)(entry.raw & (MC_PT_P | MC_PT_PS)) > 0;
}

/* Whether mc_pt_kind() is MC_PT_LEAF, for a level that can hold leaves: quick in a loop over a table. */
static inline bool mc_pt_is_leaf(mc_pt_entry_t entry, unsigned int level)
{
	const uint64_t must = level == 1 ? MC_PT_P : MC_PT_P | MC_PT_PS;

	return (entry.raw & must) == must;
}

static inline unsigned int mc_pt_shift(unsigned int level)
{
	return MC_FRAME_SHIFT + (level - 1) * MC_PT_INDEX_BITS;
}

/* Bytes that one entry of a table of this level spans: 4 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB. */
static inline uint64_t mc_pt_span(unsigned int level)
{
	return UINT64_C(1) << mc_pt_shift(level);
}

/* Which entry of a table of this level translates the address. */
static inline unsigned int mc_pt_index(mc_virt_addr_t address, unsigned int level)
{
	return (mc_virt_raw(address) >> mc_pt_shift(level)) % MC_PT_ENTRIES;
}

/* Where the table is that a table entry points at. */
static inline mc_phys_addr_t mc_pt_table_address(mc_pt_entry_t entry)
{
	return mc_phys_addr(entry.raw & MC_PT_ADDRESS_MASK);
}

/* The bits of a leaf of this level that say where its memory is: bit 12 is one of them in a PT only. */
static inline uint64_t mc_pt_leaf_address_mask(unsigned int level)
{
	return MC_PT_ADDRESS_MASK & ~(mc_pt_span(level) - 1);
}

static inline mc_phys_addr_t mc_pt_leaf_address(mc_pt_entry_t entry, unsigned int level)
{
	return mc_phys_addr(entry.raw & mc_pt_leaf_address_mask(level));
}

/* Where a leaf of this level leads `address`. The size that is usual has constants of its own. */
static inline mc_phys_addr_t mc_pt_leaf_translate(mc_pt_entry_t leaf, unsigned int level,
						  mc_virt_addr_t address)
{
	uint64_t offset = mc_virt_raw(address) & (mc_pt_span(level) - 1);

	if (level == 1)
		return mc_phys_addr((leaf.raw & MC_PT_ADDRESS_MASK) |
				    mc_virt_raw(address) % MC_FRAME_SIZE);
	return mc_phys_addr(mc_phys_raw(mc_pt_leaf_address(leaf, level)) | offset);
}

/*
 * A leaf's memory type. The PAT has the four types in entries 0 to 3: see mc_pt_pat_fits(). So PWT and PCD
 * say all, and the PAT bit, wherever it is, is never set.
 */
static inline enum mc_memory_type mc_pt_memory_type(mc_pt_entry_t entry)
{
	switch (entry.raw & (MC_PT_PWT | MC_PT_PCD)) {
	case 0: return MC_MEMORY_WRITE_BACK;
	case MC_PT_PWT: return MC_MEMORY_WRITE_THROUGH;
	case MC_PT_PCD: return MC_MEMORY_WRITE_COMBINING;
	default: return MC_MEMORY_UNCACHED;
	}
}

/*
 * Whether a PAT (SDM 3, 12.12) has the types where the bits of an entry look for them: in entries 0 to 3.
 * Where a table window shows a huge leaf, the CPU takes its PS for the PAT bit, so that with a recursive
 * slot entries 4 to 7 must say the same.
 */
static inline bool mc_pt_pat_fits(uint64_t pat, bool is_recursive)
{
	static const uint8_t types[] = {
		[MC_MEMORY_WRITE_BACK] = 6,
		[MC_MEMORY_WRITE_THROUGH] = 4,
		[MC_MEMORY_WRITE_COMBINING] = 1,
		[MC_MEMORY_UNCACHED] = 0,
	};

	for (unsigned int i = 0; i < sizeof(types); i++)
		if ((pat >> 8 * i & 7) != types[i] ||
		    (is_recursive && (pat >> (32 + 8 * i) & 7) != types[i]))
			return false;
	return true;
}

static inline uint64_t mc_pt_memory_type_bits(enum mc_memory_type type)
{
	_Static_assert(MC_PT_PCD == 2 * MC_PT_PWT, "PWT and PCD are the type, as a number");
	return (uint64_t)type * MC_PT_PWT;
}

/*
 * What a leaf of any level says for each set of rights: looked up with one load, where testing them one
 * by one costs as much as half a walk. P is set where the rights make sense at any address, with any CPU:
 * with read, not with write and execute, nor with user (lower half) or global (upper half, CR4.PGE).
 */
#define MC_PT_RIGHTS(rights)                                                                       \
	(((rights) & (MC_RIGHT_READ | MC_RIGHT_USER | MC_RIGHT_GLOBAL)) != MC_RIGHT_READ ||        \
			 ((rights)&MC_RIGHT_WRITE && (rights)&MC_RIGHT_EXECUTE)                    \
		 ? 0                                                                               \
		 : MC_PT_P) |                                                                      \
		(MC_PT_A | (MC_RIGHT_WRITE & (rights) ? MC_PT_W | MC_PT_D : 0) |                   \
		 (MC_RIGHT_EXECUTE & (rights) ? 0 : MC_PT_NX) |                                    \
		 (MC_RIGHT_USER & (rights) ? MC_PT_U : 0) |                                        \
		 (MC_RIGHT_GLOBAL & (rights) ? MC_PT_G : 0))
#define MC_PT_RIGHTS_4(rights)                                                                     \
	MC_PT_RIGHTS(rights), MC_PT_RIGHTS((rights) + 1), MC_PT_RIGHTS((rights) + 2),              \
		MC_PT_RIGHTS((rights) + 3)

static const uint64_t mc_pt_rights[MC_RIGHTS_ALL + 1] = {
	MC_PT_RIGHTS_4(0),  MC_PT_RIGHTS_4(4),  MC_PT_RIGHTS_4(8),  MC_PT_RIGHTS_4(12),
	MC_PT_RIGHTS_4(16), MC_PT_RIGHTS_4(20), MC_PT_RIGHTS_4(24), MC_PT_RIGHTS_4(28),
};

/* The bits of a leaf of this level that say all but where its memory is. */
static inline uint64_t mc_pt_leaf_bits(struct mc_attributes attributes, unsigned int level)
{
	return mc_pt_rights[attributes.rights] | MC_PT_P | mc_pt_memory_type_bits(attributes.type) |
	       (level > 1 ? MC_PT_PS : 0);
}

/*
 * The same for a 4 KiB leaf of write-back memory, with one load; false if the memory is of another type, or
 * a right is unknown. mc_pt_bits_are_usual() says whether the rights make sense at any address with any
 * CPU. Where they do not, but have been found to make sense, mc_pt_bits_found() gives the bits.
 */
static inline bool mc_pt_look_up_bits(struct mc_attributes attributes, uint64_t *bits)
{
	uint64_t row;

	_Static_assert(sizeof(attributes) == sizeof(row) && MC_MEMORY_WRITE_BACK == 0,
		       "write-back attributes, as one number, are their rights");
	__builtin_memcpy(&row, &attributes, sizeof(row));
	if (__builtin_expect(row > MC_RIGHTS_ALL, false))
		return false;
	*bits = mc_pt_rights[row];
	return true;
}

static inline bool mc_pt_bits_are_usual(uint64_t bits)
{
	return __builtin_expect(bits & MC_PT_P, true);
}

static inline uint64_t mc_pt_bits_found(uint64_t bits)
{
	return bits | MC_PT_P;
}

/* The bits of a leaf of this level, made of those of a 4 KiB leaf that says the same. */
static inline uint64_t mc_pt_bits_of_level(uint64_t bits, unsigned int level)
{
	return bits | (level > 1 ? MC_PT_PS : 0);
}

/* The leaf for memory at `physical`, of the level that these are the bits of. */
static inline mc_pt_entry_t mc_pt_make_leaf(mc_phys_addr_t physical, uint64_t bits)
{
	return (mc_pt_entry_t){ mc_phys_raw(physical) | bits };
}

/* The same `distance` bytes further. */
static inline mc_pt_entry_t mc_pt_next_leaf(mc_pt_entry_t leaf, uint64_t distance)
{
	return (mc_pt_entry_t){ leaf.raw + distance };
}

/* Whether a leaf of this level was made of these bits. */
static inline bool mc_pt_has_leaf_bits(mc_pt_entry_t leaf, uint64_t bits, unsigned int level)
{
	return (leaf.raw & ~mc_pt_leaf_address_mask(level)) == bits;
}

/*
 * What a way to a leaf allows, whose entries, and-ed and or-ed, are `all` and `any`: write and user need
 * every level's consent, and one level's no-execute is enough. The leaf alone says the rest.
 */
static inline struct mc_attributes mc_pt_path_attributes(mc_pt_entry_t leaf, mc_pt_entry_t all,
							 mc_pt_entry_t any)
{
	unsigned int rights = MC_RIGHT_READ;

	if (all.raw & MC_PT_W)
		rights |= MC_RIGHT_WRITE;
	if (!(any.raw & MC_PT_NX))
		rights |= MC_RIGHT_EXECUTE;
	if (all.raw & MC_PT_U)
		rights |= MC_RIGHT_USER;
	if (leaf.raw & MC_PT_G)
		rights |= MC_RIGHT_GLOBAL;
	return (struct mc_attributes){ .rights = rights, .type = mc_pt_memory_type(leaf) };
}

/* What mc_pt_leaf_bits() was made from. */
static inline struct mc_attributes mc_pt_leaf_attributes(mc_pt_entry_t leaf)
{
	return mc_pt_path_attributes(leaf, leaf, leaf);
}

/* The leaf that maps part `index` of a huge leaf's memory, one level down: PS goes with level 1. */
static inline mc_pt_entry_t mc_pt_split_leaf(mc_pt_entry_t huge, unsigned int level,
					     unsigned int index)
{
	uint64_t part = (huge.raw & ~MC_PT_PS) | (level > 2 ? MC_PT_PS : 0);

	return (mc_pt_entry_t){ part + index * mc_pt_span(level - 1) };
}

/* The huge leaf of which `first`, a leaf one level below it, would be part 0. */
static inline mc_pt_entry_t mc_pt_merge_leaf(mc_pt_entry_t first)
{
	return (mc_pt_entry_t){ first.raw | MC_PT_PS };
}

static inline bool mc_pt_is_writable(mc_pt_entry_t entry)
{
	return entry.raw & MC_PT_W;
}

static inline bool mc_pt_is_user(mc_pt_entry_t entry)
{
	return entry.raw & MC_PT_U;
}

static inline bool mc_pt_is_executable(mc_pt_entry_t entry)
{
	return !(entry.raw & MC_PT_NX);
}

static inline bool mc_pt_is_global(mc_pt_entry_t entry)
{
	return entry.raw & MC_PT_G;
}

/*
 * A table entry: as permissive as any leaf below it can be, so that it never has to change with
 * one; `user` where leaves below may have MC_RIGHT_USER. It says 1 live entry: see mc_pt_live().
 */
static inline mc_pt_entry_t mc_pt_make_table(mc_phys_addr_t table, bool user)
{
	return (mc_pt_entry_t){ mc_phys_raw(table) | MC_PT_TABLE_FLAGS | (user ? MC_PT_U : 0) };
}

/* The recursive entry of a root: it points at the root itself, or, in the second slot, at another. */
static inline mc_pt_entry_t mc_pt_make_recursive(mc_phys_addr_t root)
{
	return (mc_pt_entry_t){ mc_phys_raw(root) | MC_PT_RECURSIVE_FLAGS };
}

/*
 * How many entries of a table are live (not MC_PT_ABSENT) is kept in the entry that points at it, in
 * bits that the CPU ignores: the number less 1, its low 7 bits in bits 52 to 58, the others in bits
 * 9 and 10 (SDM 3, tables 4-14 to 4-20; AMD APM 2, 5.3). A table without live entries is not
 * linked, so 1 to 512 is all there is to tell. Bits 59 to 62 must stay clear: where the table
 * window shows the entry as a leaf, they would be a protection key.
 */
#define MC_PT_LIVE_LOW_SHIFT  52
#define MC_PT_LIVE_LOW_MASK   (UINT64_C(0x7f) << MC_PT_LIVE_LOW_SHIFT)
#define MC_PT_LIVE_HIGH_SHIFT 9
#define MC_PT_LIVE_HIGH_MASK  (UINT64_C(3) << MC_PT_LIVE_HIGH_SHIFT)

static inline unsigned int mc_pt_live(mc_pt_entry_t entry)
{
	return (unsigned int)((entry.raw & MC_PT_LIVE_LOW_MASK) >> MC_PT_LIVE_LOW_SHIFT |
			      (entry.raw & MC_PT_LIVE_HIGH_MASK) >> MC_PT_LIVE_HIGH_SHIFT << 7) +
	       1;
}

/* The same entry with another number of live entries, 1 to 512. */
static inline mc_pt_entry_t mc_pt_with_live(mc_pt_entry_t entry, unsigned int live)
{
	uint64_t number = live - 1;

	entry.raw &= ~(MC_PT_LIVE_LOW_MASK | MC_PT_LIVE_HIGH_MASK);
	entry.raw |= (number & 0x7f) << MC_PT_LIVE_LOW_SHIFT | number >> 7 << MC_PT_LIVE_HIGH_SHIFT;
	return entry;
}

/*
 * One more, or one less, quickly: bit 59 catches what the low bits carry or borrow. There were fewer than
 * 512; for one less, false if it is the last, which the entry then still counts.
 */
#define MC_PT_LIVE_ONE   (UINT64_C(1) << MC_PT_LIVE_LOW_SHIFT)
#define MC_PT_LIVE_CARRY (UINT64_C(1) << (MC_PT_LIVE_LOW_SHIFT + 7))

static inline mc_pt_entry_t mc_pt_add_live(mc_pt_entry_t entry)
{
	entry.raw += MC_PT_LIVE_ONE;
	if (__builtin_expect(entry.raw & MC_PT_LIVE_CARRY, false))
		entry.raw += (UINT64_C(1) << MC_PT_LIVE_HIGH_SHIFT) - MC_PT_LIVE_CARRY;
	return entry;
}

static inline bool mc_pt_remove_live(mc_pt_entry_t *entry)
{
	const uint64_t less = entry->raw - MC_PT_LIVE_ONE;

	if (__builtin_expect(!(less & MC_PT_LIVE_CARRY), true))
		entry->raw = less;
	else if (entry->raw & MC_PT_LIVE_HIGH_MASK)
		entry->raw += MC_PT_LIVE_LOW_MASK - (UINT64_C(1) << MC_PT_LIVE_HIGH_SHIFT);
	else
		return false;
	return true;
}

/* Whether one entry is all that is live. */
static inline bool mc_pt_is_last_live(mc_pt_entry_t entry)
{
	return !(entry.raw & (MC_PT_LIVE_LOW_MASK | MC_PT_LIVE_HIGH_MASK));
}

/*
 * Whether an entry of a root leads to mappings: it is a table's. Besides, there are the recursive ones,
 * which alone forbid execution, and absent ones; no markers.
 */
static inline bool mc_pt_leads_to_mappings(mc_pt_entry_t root_entry)
{
	_Static_assert(MC_PT_NX == UINT64_C(1) << 63, "NX is the sign");
	return (int64_t)root_entry.raw > 0;
}

/*
 * A marker keeps a number of software's own where nothing is mapped. Bit 1 tells it from an
 * absent one, even if the number is 0. The number's bits stand above bit 52 and below bit 12 only;
 * the address bits between are all ones, so that a CPU which speculates with the address of an entry
 * that is not present (L1TF, CVE-2018-3620) finds no memory there.
 */
#define MC_PT_RESERVED_MARK  (UINT64_C(1) << 1)
#define MC_PT_RESERVED_LOW   10 /* bits 2 to 11 */
#define MC_PT_RESERVED_HIGH  12 /* bits 52 to 63 */
#define MC_PT_RESERVED_LIMIT (UINT64_C(1) << (MC_PT_RESERVED_LOW + MC_PT_RESERVED_HIGH))

/* `payload` < MC_PT_RESERVED_LIMIT. */
static inline mc_pt_entry_t mc_pt_make_marker(uint64_t payload)
{
	uint64_t low = payload % (UINT64_C(1) << MC_PT_RESERVED_LOW);

	return (mc_pt_entry_t){ payload >> MC_PT_RESERVED_LOW << 52 | MC_PT_ADDRESS_MASK |
				low << 2 | MC_PT_RESERVED_MARK };
}

static inline uint64_t mc_pt_marker_payload(mc_pt_entry_t entry)
{
	return entry.raw >> 52 << MC_PT_RESERVED_LOW |
	       (entry.raw >> 2) % (UINT64_C(1) << MC_PT_RESERVED_LOW);
}

/* The table of this level by its usual name. */
static inline const char *mc_pt_level_name(unsigned int level)
{
	static const char *const names[] = { "PT", "PD", "PDPT", "PML4", "PML5" };

	return level >= 1 && level <= MC_PT_LEVELS_MAX ? names[level - 1] : "?";
}

/* The address with all bits above those that `levels` (4 or 5) levels translate made canonical. */
static inline mc_virt_addr_t mc_pt_canonical(mc_virt_addr_t address, unsigned int levels)
{
	unsigned int unused = 64 - (MC_FRAME_SHIFT + levels * MC_PT_INDEX_BITS);

	return mc_virt_addr((uint64_t)((int64_t)(mc_virt_raw(address) << unused) >> unused));
}

/*
 * Whether the address is canonical: all bits above those that `levels` (4 or 5) levels translate
 * equal the highest of these (SDM 1, 3.3.7.1). Any other address faults with #GP or #SS.
 */
static inline bool mc_pt_is_canonical(mc_virt_addr_t address, unsigned int levels)
{
	return mc_virt_raw(mc_pt_canonical(address, levels)) == mc_virt_raw(address);
}

/* Whether a canonical address is in the upper half, the kernel's, which spaces share. */
static inline bool mc_pt_is_upper_half(mc_virt_addr_t address)
{
	return mc_virt_raw(address) >> 63;
}

#endif
