/* SPDX-License-Identifier: MIT */
/* Any frame's bytes (kernel/memory.h). */
#include <kernel/memory.h>
#include <kernel/string.h>
#include <mercator/physmap.h>
#include <mercator/temp_page.h>

void *frame_bytes(mc_pfn_t frame)
{
	const mc_phys_addr_t address = mc_phys_of_pfn(frame);

	return mc_physmap_covers(address, MC_FRAME_SIZE) ? mc_physmap_pointer(address)
							 : mc_temp_page_map(frame);
}

/* Copy a part of a frame. It is mapped only for this copy, unless the physical map covers it. */
static void read_part(void *to, mc_phys_addr_t from, size_t size)
{
	const uint64_t offset = mc_phys_raw(from) % MC_FRAME_SIZE;

	if (mc_physmap_covers(from, size)) {
		memcpy(to, mc_physmap_pointer(from), size);
		return;
	}
	memcpy(to, (const uint8_t *)mc_temp_page_map_read_only(mc_phys_pfn(from)) + offset, size);
	mc_temp_page_unmap();
}

void physical_read(void *to, mc_phys_addr_t from, size_t size)
{
	uint8_t *next = to;

	while (size) {
		const uint64_t room = MC_FRAME_SIZE - mc_phys_raw(from) % MC_FRAME_SIZE;
		const size_t part = size < room ? size : room;

		read_part(next, from, part);
		next += part;
		from = mc_phys_addr(mc_phys_raw(from) + part);
		size -= part;
	}
}
