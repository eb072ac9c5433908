/* SPDX-License-Identifier: MIT */
/* The bounds of experiments (experiment.h). Independent of the machine: the host tests them too. */
#include "experiment.h"

bool experiment_allows(mc_virt_addr_t address, uint64_t size, unsigned int levels)
{
	const uint64_t start = mc_virt_raw(address), end = mc_pt_span(levels) * MC_PT_ENTRIES / 2;

	return start >= EXPERIMENTS_START && start < end && size <= end - start;
}

const struct own_block *own_find_in(const struct own_block *blocks, size_t nr_blocks,
				    mc_phys_addr_t physical, uint64_t size)
{
	const uint64_t address = mc_phys_raw(physical);

	for (size_t i = 0; i < nr_blocks; i++) {
		const uint64_t start = blocks[i].start * MC_FRAME_SIZE;
		const uint64_t block_size = blocks[i].count * MC_FRAME_SIZE;

		if (address >= start && address - start < block_size &&
		    size <= block_size - (address - start))
			return &blocks[i];
	}
	return NULL;
}
