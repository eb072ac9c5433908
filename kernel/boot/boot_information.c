/* SPDX-License-Identifier: MIT */
/* Parsing this boot's information (kernel/boot_information.h). */
#include <arch/boot.h>
#include <arch/multiboot2.h>
#include <kernel/boot_information.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include <mercator/physmap.h>

static struct bootinfo info;

const struct bootinfo *boot_information(void)
{
	return &info;
}

static void warn(const struct multiboot2_error *what)
{
	log_warn("boot information: tag %u (%s)%s%s at offset %u: %s; it is left out",
		 what->tag_type, what->tag_name, *what->field ? ", " : "", what->field,
		 what->offset, what->text);
}

static void parse(const void *data, uint64_t available, multiboot2_left_out left_out)
{
	struct multiboot2_error error;
	const int result = multiboot2_parse(data, available, &info, &error, left_out);

	if (!result)
		return;
	if (error.tag_type == MULTIBOOT2_NO_TAG)
		panic("boot information: %s at offset %u: %s", mc_error_name(result), error.offset,
		      error.text);
	panic("boot information: %s in tag %u at offset %u: %s", mc_error_name(result),
	      error.tag_type, error.offset, error.text);
}

const struct bootinfo *boot_information_init(void)
{
	const uint64_t address = boot_handover.information;

	if (!mc_physmap_covers(mc_phys_addr(address), 1))
		panic("boot information at %#lx is out of reach", address);
	parse(mc_physmap_pointer(mc_phys_addr(address)), mc_physmap_reach() - address, warn);
	return &info;
}

/*
 * Parse again, because *info has pointers into the information. The total size may be more than is
 * mapped here, so use the known end of the tags. What is left out was reported before.
 */
void boot_information_remap(const void *data)
{
	parse(data, SIZE_MAX, NULL);
}
