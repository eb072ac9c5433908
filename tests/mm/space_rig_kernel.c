/* SPDX-License-Identifier: MIT */
/* Several address spaces for tests (space_rig.h), in the kernel: they share the kernel's own half. */
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/string.h>

#include "space_rig.h"

struct space *rig_kernel(unsigned int levels)
{
	struct space *kernel = kernel_space();

	return levels == kernel->root.levels && !space_activate(kernel) ? kernel : NULL;
}

void rig_kernel_done(void)
{
}

void rig_read_table(phys_addr_t table, uint64_t entries[PT_ENTRIES])
{
	memcpy(entries, frame_access(phys_pfn(table)), FRAME_SIZE);
}

void rig_write_table(phys_addr_t table, const uint64_t entries[PT_ENTRIES])
{
	memcpy(frame_access(phys_pfn(table)), entries, FRAME_SIZE);
}
