/* SPDX-License-Identifier: MIT */
/* Parsing this boot's information (mercator/boot_information.h). */
#include <arch/boot.h>
#include <arch/multiboot2.h>
#include <mercator/boot_information.h>
#include <mercator/panic.h>
#include <mercator/physmap.h>

static struct bootinfo info;

const struct bootinfo *boot_information(void)
{
	return &info;
}

const struct bootinfo *boot_information_init(void)
{
	uint64_t address = boot_handover.information;
	struct multiboot2_error error;
	int result;

	if (!physmap_covers(phys_addr(address), 1))
		panic("boot information at %#lx is out of reach", address);
	result = multiboot2_parse(physmap_pointer(phys_addr(address)), physmap_reach() - address,
				  &info, &error);
	if (!result)
		return &info;
	if (error.tag_type == MULTIBOOT2_NO_TAG)
		panic("boot information: %s at offset %u: %s", error_name(result), error.offset,
		      error.text);
	panic("boot information: %s in tag %u at offset %u: %s", error_name(result), error.tag_type,
	      error.offset, error.text);
}
