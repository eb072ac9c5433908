/* SPDX-License-Identifier: MIT */
/* Any frame's bytes (mercator/frame_access.h). */
#include <mercator/frame_access.h>
#include <mercator/physmap.h>
#include <mercator/string.h>
#include <mercator/temp_page.h>

void *frame_access(pfn_t frame)
{
	const phys_addr_t address = phys_of_pfn(frame);

	return physmap_covers(address, FRAME_SIZE) ? physmap_pointer(address)
						   : temp_page_map(frame);
}

void physical_read(void *to, phys_addr_t from, size_t size)
{
	uint8_t *next = to;

	while (size) {
		const uint64_t offset = phys_raw(from) % FRAME_SIZE;
		const size_t part = size < FRAME_SIZE - offset ? size : FRAME_SIZE - offset;

		memcpy(next, (const uint8_t *)frame_access(phys_pfn(from)) + offset, part);
		next += part;
		from = phys_addr(phys_raw(from) + part);
		size -= part;
	}
}
