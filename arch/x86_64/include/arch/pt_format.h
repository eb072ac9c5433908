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
 * A table is an array of PT_ENTRIES entries. Its level: 1 PT, 2 PD, 3 PDPT, 4 PML4, 5 PML5.
 */
#ifndef ARCH_PT_FORMAT_H
#define ARCH_PT_FORMAT_H

#include <mercator/types.h>

#define PT_LEVELS_MAX   5
#define PT_INDEX_BITS   9
#define PT_ENTRIES      512
#define PT_ENTRY_SIZE   8
#define PT_LEAF_MAX     3 /* the highest level that can hold leaves: 1 GiB */
#define PT_ADDRESS_MASK UINT64_C(0x000ffffffffff000)

#define PT_P        (UINT64_C(1) << 0)
#define PT_W        (UINT64_C(1) << 1)
#define PT_U        (UINT64_C(1) << 2)
#define PT_PWT      (UINT64_C(1) << 3)
#define PT_PCD      (UINT64_C(1) << 4)
#define PT_A        (UINT64_C(1) << 5)
#define PT_D        (UINT64_C(1) << 6)
#define PT_PS       (UINT64_C(1) << 7)
#define PT_PAT_4K   (UINT64_C(1) << 7)
#define PT_G        (UINT64_C(1) << 8)
#define PT_PAT_HUGE (UINT64_C(1) << 12)
#define PT_NX       (UINT64_C(1) << 63)

/*
 * A and D are set from the start, so that the hardware never changes an entry behind our back. D is
 * ignored in a table entry, but the table window reads it there as a leaf's.
 */
#define PT_TABLE_FLAGS     (PT_P | PT_W | PT_A | PT_D)
#define PT_RECURSIVE_FLAGS (PT_TABLE_FLAGS | PT_NX)

typedef struct {
	uint64_t raw;
} pt_entry_t;

enum pt_kind {
	PT_ABSENT,   /* zero: nothing is there */
	PT_RESERVED, /* not present, but not zero: software keeps something there */
	PT_TABLE,    /* points at the table of the level below */
	PT_LEAF,     /* maps memory */
};

/* What is this entry, at this level (1 to 5)? */
static inline enum pt_kind pt_kind(pt_entry_t entry, unsigned int level)
{
	if (!(entry.raw & PT_P))
		return entry.raw ? PT_RESERVED : PT_ABSENT;
	if (level == 1)
		return PT_LEAF;
	return level <= PT_LEAF_MAX && (entry.raw & PT_PS) ? PT_LEAF : PT_TABLE;
}

static inline unsigned int pt_shift(unsigned int level)
{
	return FRAME_SHIFT + (level - 1) * PT_INDEX_BITS;
}

/* Bytes that one entry of a table of this level spans: 4 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB. */
static inline uint64_t pt_span(unsigned int level)
{
	return UINT64_C(1) << pt_shift(level);
}

/* Which entry of a table of this level translates the address. */
static inline unsigned int pt_index(virt_addr_t address, unsigned int level)
{
	return (virt_raw(address) >> pt_shift(level)) % PT_ENTRIES;
}

/* Where the table is that a table entry points at. */
static inline phys_addr_t pt_table_address(pt_entry_t entry)
{
	return phys_addr(entry.raw & PT_ADDRESS_MASK);
}

/* Where the memory begins that a leaf of this level maps: bit 12 is an address bit in a PT only. */
static inline phys_addr_t pt_leaf_address(pt_entry_t entry, unsigned int level)
{
	return phys_addr(entry.raw & PT_ADDRESS_MASK & ~(pt_span(level) - 1));
}

static inline bool pt_is_writable(pt_entry_t entry)
{
	return entry.raw & PT_W;
}

static inline bool pt_is_user(pt_entry_t entry)
{
	return entry.raw & PT_U;
}

static inline bool pt_is_executable(pt_entry_t entry)
{
	return !(entry.raw & PT_NX);
}

static inline bool pt_is_global(pt_entry_t entry)
{
	return entry.raw & PT_G;
}

static inline pt_entry_t pt_make_table(phys_addr_t table)
{
	return (pt_entry_t){ phys_raw(table) | PT_TABLE_FLAGS };
}

/* The table of this level by its usual name. */
static inline const char *pt_level_name(unsigned int level)
{
	static const char *const names[] = { "PT", "PD", "PDPT", "PML4", "PML5" };

	return level >= 1 && level <= PT_LEVELS_MAX ? names[level - 1] : "?";
}

/* The address with all bits above those that `levels` (4 or 5) levels translate made canonical. */
static inline virt_addr_t pt_canonical(virt_addr_t address, unsigned int levels)
{
	unsigned int unused = 64 - (FRAME_SHIFT + levels * PT_INDEX_BITS);

	return virt_addr((uint64_t)((int64_t)(virt_raw(address) << unused) >> unused));
}

/*
 * Whether the address is canonical: all bits above those that `levels` (4 or 5) levels translate
 * equal the highest of these (SDM 1, 3.3.7.1). Any other address faults with #GP or #SS.
 */
static inline bool pt_is_canonical(virt_addr_t address, unsigned int levels)
{
	return virt_raw(pt_canonical(address, levels)) == virt_raw(address);
}

#endif
