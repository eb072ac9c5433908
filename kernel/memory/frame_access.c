/* SPDX-License-Identifier: MIT */
/* Any frame's bytes (kernel/memory.h). */
#include <kernel/memory.h>
#include <kernel/string.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

void *frame_access(pfn_t frame)
{
	const phys_addr_t address = phys_of_pfn(frame);

	return physmap_covers(address, FRAME_SIZE) ? physmap_pointer(address)
						   : temp_page_map(frame);
}

/* A part of a frame. What cannot be seen otherwise, and whosever it is, is seen for this moment only. */
static void read_part(void *to, phys_addr_t from, size_t size)
{
	const uint64_t offset = phys_raw(from) % FRAME_SIZE;

	if (physmap_covers(from, size)) {
		memcpy(to, physmap_pointer(from), size);
		return;
	}
	memcpy(to, (const uint8_t *)temp_page_map_read_only(phys_pfn(from)) + offset, size);
	temp_page_unmap();
}

void physical_read(void *to, phys_addr_t from, size_t size)
{
	uint8_t *next = to;

	while (size) {
		const uint64_t room = FRAME_SIZE - phys_raw(from) % FRAME_SIZE;
		const size_t part = size < room ? size : room;

		read_part(next, from, part);
		next += part;
		from = phys_addr(phys_raw(from) + part);
		size -= part;
	}
}
