/* SPDX-License-Identifier: MIT */
/* Device memory (kernel/address_space.h). */
#include <kernel/address_space.h>
#include <kernel/memory.h>

static bool is_ram(uint64_t start, uint64_t size)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);

	for (size_t i = 0; i < count; i++)
		if (start < ram[i].end && ram[i].start < start + size)
			return true;
	return false;
}

int device_map(mc_phys_addr_t physical, uint64_t size, enum mc_memory_type type, void **pointer)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_GLOBAL,
						  type };
	mc_virt_addr_t address;
	int error;

	if (is_ram(mc_phys_raw(physical), size))
		return MC_ERR_INVALID;
	error = mc_vmap_map(kernel_vmap(), physical, size, attributes, &address);
	if (!error)
		*pointer = mc_virt_ptr(address);
	return error;
}

int device_unmap(volatile void *pointer, uint64_t size)
{
	return mc_vmap_unmap(kernel_vmap(), mc_virt_of_ptr(pointer), size);
}
