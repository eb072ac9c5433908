/* SPDX-License-Identifier: MIT */
/* Several address spaces for tests (space_rig.h), in the kernel: they share the kernel's own half. */
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/string.h>

#include "space_rig.h"

struct mc_space *rig_kernel(unsigned int levels)
{
	struct mc_space *kernel = kernel_space();

	return levels == kernel->root.levels && !mc_space_activate(kernel) ? kernel : NULL;
}

void rig_kernel_done(void)
{
}

void rig_read_table(mc_phys_addr_t table, uint64_t entries[MC_PT_ENTRIES])
{
	memcpy(entries, frame_bytes(mc_phys_pfn(table)), MC_FRAME_SIZE);
}

void rig_write_table(mc_phys_addr_t table, const uint64_t entries[MC_PT_ENTRIES])
{
	memcpy(frame_bytes(mc_phys_pfn(table)), entries, MC_FRAME_SIZE);
}
