/* SPDX-License-Identifier: MIT */
/*
 * Single mappings: pieces of physical memory, each at whatever virtual address is free in a region
 * that is kept for them. There is no list of what is mapped: the page tables are one.
 */
#ifndef MERCATOR_VMAP_H
#define MERCATOR_VMAP_H

#include <mercator/mapper.h>

/* A region of an address space, both bounds multiples of FRAME_SIZE, that nobody else maps into. */
struct vmap {
	struct space *space;
	virt_addr_t start;
	uint64_t size; /* bytes */
};

/*
 * Map `size` bytes of physical memory from `physical` on, neither aligned, at the lowest address
 * where they fit with an unmapped page of the region before and behind; *address is where `physical`
 * itself then is. Where the piece is large enough for huge pages, the address is chosen so that they fit. Takes
 * time in proportion to the number of leaves in the region below.
 *
 *   ERR_INVALID    size is 0, or attributes make no sense (mapper_map())
 *   ERR_OVERFLOW   physical + size overflows
 *   ERR_RANGE      it reaches beyond the CPU's physical addresses
 *   ERR_NO_SPACE   the region has no such gap
 *   ERR_NO_MEMORY  no frame for a table
 *   ERR_UNSUPPORTED, ERR_BUSY  the space's access method cannot be used: mapper_map()
 */
MUST_CHECK int vmap_map(const struct vmap *vmap, phys_addr_t physical, uint64_t size,
			struct attributes attributes, virt_addr_t *address);

/*
 * Take a mapping away, with the address and the size that it was made with, and invalidate it.
 *
 *   ERR_INVALID    size is 0, or it is not wholly in the region
 *   ERR_NO_MEMORY  it is part of a larger mapping, whose page cannot be split
 *   ERR_UNSUPPORTED, ERR_BUSY  see vmap_map()
 */
MUST_CHECK int vmap_unmap(const struct vmap *vmap, virt_addr_t address, uint64_t size);

#endif
