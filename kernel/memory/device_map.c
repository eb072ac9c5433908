/* SPDX-License-Identifier: MIT */
/* Device memory (kernel/address_space.h). */
#include <kernel/address_space.h>
#include <kernel/memory.h>

static bool is_ram(uint64_t start, uint64_t size)
{
	size_t count;
	const struct memmap_range *ram = memory_ram(&count);

	for (size_t i = 0; i < count; i++)
		if (start < ram[i].end && ram[i].start < start + size)
			return true;
	return false;
}

int device_map(phys_addr_t physical, uint64_t size, enum memory_type type, void **pointer)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE | RIGHT_GLOBAL, type };
	virt_addr_t address;
	int error;

	if (is_ram(phys_raw(physical), size))
		return ERR_INVALID;
	error = vmap_map(kernel_vmap(), physical, size, attributes, &address);
	if (!error)
		*pointer = virt_ptr(address);
	return error;
}

int device_unmap(volatile void *pointer, uint64_t size)
{
	return vmap_unmap(kernel_vmap(), virt_of_ptr(pointer), size);
}
