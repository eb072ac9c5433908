/* SPDX-License-Identifier: MIT */
/* The machine's ACPI tables (kernel/kernel_acpi.h). */
#include <arch/cpu_features.h>
#include <kernel/boot_information.h>
#include <kernel/kernel_acpi.h>
#include <kernel/memory.h>
#include <kernel/units.h>

static bool read_physical(void *to, mc_phys_addr_t from, size_t size)
{
	if (mc_phys_raw(from) >= cpu_physical_limit() ||
	    size > cpu_physical_limit() - mc_phys_raw(from))
		return false;
	physical_read(to, from, size);
	return true;
}

int kernel_acpi(struct acpi *acpi)
{
	const struct bootinfo *info = boot_information();
	const struct bootinfo_rsdp *const pointers[] = { &info->rsdp_new, &info->rsdp_old };
	int result = MC_ERR_NOT_FOUND;

	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		if (!pointers[i]->size)
			continue;
		result = acpi_open(acpi, pointers[i]->data, pointers[i]->size, read_physical);
		if (!result)
			return 0;
	}
	return result;
}
