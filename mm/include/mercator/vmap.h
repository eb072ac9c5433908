/* SPDX-License-Identifier: MIT */
/*
 * Single mappings: pieces of physical memory, each at any free virtual address of a region that is
 * kept for them. There is no list of them besides the page tables.
 */
#ifndef MERCATOR_VMAP_H
#define MERCATOR_VMAP_H

#include <mercator/mapper.h>

/* A region of an address space, with no other user; both bounds are multiples of MC_FRAME_SIZE. */
struct mc_vmap {
	struct mc_space *space;
	mc_virt_addr_t start;
	uint64_t size; /* bytes */
};

/*
 * Map `size` bytes of physical memory from `physical` on, of any alignment, at the lowest address
 * where they fit with an unmapped page of the region before and after. *address is where `physical`
 * is mapped. If the piece is large enough for huge pages, the address is aligned for them. The time
 * is proportional to the number of leaves in the region below.
 *
 *   MC_ERR_INVALID    size is 0, or attributes make no sense (mc_mapper_map())
 *   MC_ERR_OVERFLOW   physical + size overflows
 *   MC_ERR_RANGE      it reaches beyond the CPU's physical addresses
 *   MC_ERR_NO_SPACE   the region has no such gap
 *   MC_ERR_NO_MEMORY  no frame for a table
 *   MC_ERR_UNSUPPORTED, MC_ERR_BUSY  the space's access method cannot be used: mc_mapper_map()
 */
MC_MUST_CHECK int mc_vmap_map(const struct mc_vmap *vmap, mc_phys_addr_t physical, uint64_t size,
			      struct mc_attributes attributes, mc_virt_addr_t *address);

/*
 * Remove a mapping, with the address and size of mc_vmap_map(), and invalidate it.
 *
 *   MC_ERR_INVALID    size is 0, or it is not wholly in the region
 *   MC_ERR_NO_MEMORY  it is part of a larger mapping, whose page cannot be split
 *   MC_ERR_UNSUPPORTED, MC_ERR_BUSY  see mc_vmap_map()
 */
MC_MUST_CHECK int mc_vmap_unmap(const struct mc_vmap *vmap, mc_virt_addr_t address, uint64_t size);

#endif
