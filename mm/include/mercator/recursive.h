/* SPDX-License-Identifier: MIT */
/*
 * The table window: the root's entry `slot` points at the root itself, so a walk that takes that
 * entry has come one level less far when the MMU believes it has arrived, and what it finds as
 * "memory" is a table. Taking it n times shows the tables of level n:
 *
 *	PT of an address	slot | idx 4 | idx 3 | idx 2 | 0
 *	PD			slot | slot  | idx 4 | idx 3 | 0
 *	PDPT			slot | slot  | slot  | idx 4 | 0
 *	PML4			slot | slot  | slot  | slot  | 0
 *
 * (4 levels; with 5 there is one index more.)
 *
 * Where a leaf of 2 MiB or 1 GiB ends the way to one of these, the MMU finds that leaf, and takes it for one of so
 * many levels less: what appears is the start of its memory, of 4 KiB or 2 MiB. The rights are the
 * leaf's, but that the slot has neither user nor execute. Nothing of a 4 KiB leaf's memory appears.
 *
 * The second slot of the active root can point at another root, which has its own recursive entry at
 * `slot`. Taking `second` first leads there, and one level is used up; taking `slot` then stays there.
 * So the other space's tables are in a second window, at the same addresses but for the first index:
 *
 *	active root [second] -> other root [slot] -> other root [slot] -> ... [idx 4] -> PDPT
 *
 *	PT of an address	second | idx 4 | idx 3 | idx 2 | 0
 *	PD			second | slot  | idx 4 | idx 3 | 0
 *	PDPT			second | slot  | slot  | idx 4 | 0
 *	PML4			second | slot  | slot  | slot  | 0
 *
 * Nobody asks for the other places at which these tables appear: the first window shows what is below
 * the second slot as well, as slot | second | idx 4 | idx 3 | 0 and so on, with `second` at any of the
 * places that `slot` has above. But a CPU that guesses may come there.
 */
#ifndef MERCATOR_RECURSIVE_H
#define MERCATOR_RECURSIVE_H

#include <mercator/pt_format.h>
#include <mercator/types.h>

/*
 * Where the recursive slot `slot`, in the upper half, of a space with `levels` levels makes the entry
 * appear that translates `address` at `level`: for level == levels, the root's. Inline, because the
 * recursive method asks for every entry: where the compiler knows the numbers, a shift, a mask and a
 * constant are left.
 */
static inline mc_virt_addr_t mc_recursive_entry_address(unsigned int slot, unsigned int levels,
							mc_virt_addr_t address, unsigned int level)
{
	/* A number of 9 bits, so many times: no loop, which compilers would have to unroll. */
	static const uint64_t repeat[MC_PT_LEVELS_MAX + 1] = {
		0, 0x1, 0x201, 0x40201, 0x8040201, 0x1008040201,
	};
	const uint64_t sign = -(UINT64_C(1) << mc_pt_shift(levels + 1));
	/* Below the sign extension, all indices move down `level` places, the last to an entry's ... */
	const uint64_t window = ((mc_virt_raw(address) & ~sign) >> level * MC_PT_INDEX_BITS) &
				~(uint64_t)(MC_PT_ENTRY_SIZE - 1);

	/* ... and the slot takes the places at the top. */
	return mc_virt_addr(sign | slot * repeat[level] << mc_pt_shift(levels + 1 - level) |
			    window);
}

/* Where the table is that this entry is in. */
static inline mc_virt_addr_t mc_recursive_table_address(unsigned int slot, unsigned int levels,
							mc_virt_addr_t address, unsigned int level)
{
	return mc_virt_addr(mc_virt_raw(mc_recursive_entry_address(slot, levels, address, level)) &
			    ~(MC_FRAME_SIZE - 1));
}

/*
 * How far further `second` shows a table if it is taken in the place of `slot`, the n-th time from the
 * first, 0. Both are in the upper half, so that an address stays canonical.
 */
static inline uint64_t mc_second_window_distance(unsigned int slot, unsigned int second,
						 unsigned int levels, unsigned int n)
{
	return ((uint64_t)second - slot) << mc_pt_shift(levels - n);
}

#endif
