/* SPDX-License-Identifier: MIT */
/*
 * The physical map: physical memory at one virtual offset, PHYSMAP_BASE. At start, the stub's
 * tables map everything up to a bound, the reach, that depends on the CPU's page sizes. The
 * kernel's own tables map only RAM, or have no physical map (CONFIG_PHYSMAP).
 */
#ifndef MERCATOR_PHYSMAP_H
#define MERCATOR_PHYSMAP_H

#include <mercator/mapper.h>
#include <mercator/memmap.h>
#include <mercator/platform.h>
#include <mercator/types.h>

/* From now on, all physical addresses below `reach` are mapped, as far as the window goes. */
void mc_physmap_set_reach(uint64_t reach);

/*
 * From now on, these ranges are mapped, as far as the window goes, and nothing else. They are
 * sorted and disjoint. The array is not copied. Without any, nothing is mapped.
 */
void mc_physmap_set_ranges(const struct mc_memmap_range *ranges, size_t count);

/* The end of what is mapped. */
uint64_t mc_physmap_reach(void);

/* Whether all of [address, address + size) is mapped. */
bool mc_physmap_covers(mc_phys_addr_t address, uint64_t size);

/* A pointer to physical memory that mc_physmap_covers(). */
static inline void *mc_physmap_pointer(mc_phys_addr_t address)
{
	return mc_virt_ptr(mc_virt_addr(mc_physmap_base() + mc_phys_raw(address)));
}

/* Building the physical map in an address space. */

/*
 * The part of an address space for the physical map. Physical address 0 is at `base`, a multiple of
 * the largest page; physical addresses from `size` on are not in it.
 */
struct mc_physmap_window {
	mc_virt_addr_t base;
	uint64_t size;
};

/*
 * Map RAM in the window: readable, global, not executable, and writable except [read_only.start,
 * read_only.end). That is whole frames in one of the ranges, or empty. `ram` are `count` sorted,
 * disjoint ranges of whole frames, none adjacent. Nothing else is mapped. Uses the fewest entries
 * that the CPU's page sizes allow; the time and the memory for tables are proportional to their
 * number. The window must be empty.
 *
 *   MC_ERR_EXISTS     it is not
 *   MC_ERR_NO_MEMORY  no frames for tables: nothing is mapped
 *   MC_ERR_RANGE      RAM beyond the CPU's physical addresses: nothing is mapped
 */
MC_MUST_CHECK int mc_physmap_map(struct mc_space *space, const struct mc_physmap_window *window,
				 const struct mc_memmap_range *ram, size_t count,
				 struct mc_memmap_range read_only);

/* The size of a map. */
struct mc_physmap_size {
	uint64_t nr_leaves[MC_PT_LEAF_MAX + 1]; /* by level */
	uint64_t nr_tables;                     /* below the root */
};

/* Count it in a space's tables. Errors: those of mc_mapper_visit(). */
MC_MUST_CHECK int mc_physmap_measure(const struct mc_space *space,
				     const struct mc_physmap_window *window,
				     struct mc_physmap_size *size);

#endif
