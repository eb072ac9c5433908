/* SPDX-License-Identifier: MIT */
/* The list of the kernel's regions (mercator/region.h), from the layout and the linker's symbols. */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <mercator/layout.h>
#include <mercator/panic.h>
#include <mercator/region.h>
#include <mercator/table_window.h>

#include "regions.h"

#define MAX_REGIONS 20

static struct region regions[MAX_REGIONS];
static size_t nr_regions;

/* Kept in order as they come: there are few. */
static void add(struct region region)
{
	size_t i = nr_regions++;

	PANIC_UNLESS(nr_regions <= MAX_REGIONS);
	for (; i && virt_raw(regions[i - 1].start) > virt_raw(region.start); i--)
		regions[i] = regions[i - 1];
	regions[i] = region;
}

static struct attributes kernel_rights(unsigned int rights)
{
	if (cpu_features()->global_pages)
		rights |= RIGHT_GLOBAL;
	return (struct attributes){ RIGHT_READ | rights, MEMORY_WRITE_BACK };
}

static void add_image(const char *name, const void *start, const void *end, unsigned int rights)
{
	const uint64_t first = (uint64_t)(uintptr_t)start;

	add((struct region){
		.name = name,
		.start = virt_addr(first),
		.size = (uint64_t)(uintptr_t)end - first,
		.kind = REGION_IMAGE,
		.attributes = kernel_rights(rights),
		.physical = phys_addr(first - KERNEL_BASE),
	});
}

static void add_stack(enum boot_stack_index index, const char *name, const char *guard_name)
{
	const struct stack *stack = &boot_stacks[index];

	add((struct region){ guard_name,
			     virt_of_ptr(stack->guard),
			     STACK_GUARD_SIZE,
			     REGION_GUARD,
			     { 0 },
			     { 0 } });
	add_image(name, stack->bytes, stack->bytes + STACK_SIZE, RIGHT_WRITE);
}

static void add_window(unsigned int levels)
{
#ifdef CONFIG_RECURSIVE
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };

	add((struct region){
		"table window",
		recursive_table_address(CONFIG_RECURSIVE_SLOT, levels, virt_addr(0), 1),
		pt_span(levels),
		REGION_WINDOW,
		attributes,
		{ 0 } });
#else
	(void)levels;
#endif
}

void regions_init(unsigned int levels)
{
	const struct attributes page = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };

	if (IS_ENABLED(CONFIG_PHYSMAP))
		add((struct region){ "physical map", virt_addr(PHYSMAP_BASE), PHYSMAP_SIZE,
				     REGION_PHYSMAP, kernel_rights(RIGHT_WRITE), phys_addr(0) });
	add((struct region){ "single mappings",
			     virt_addr(VMAP_BASE),
			     VMAP_SIZE,
			     REGION_SINGLE,
			     kernel_rights(RIGHT_WRITE),
			     { 0 } });
	add_window(levels);
	add_image("kernel text", text_start, text_end, RIGHT_EXECUTE);
	add_image("kernel rodata", rodata_start, rodata_end, 0);
	/* The stub's tables, between the two, are no part of the final address space. */
	add_image("kernel data", data_start, boot_tables_start, RIGHT_WRITE);
	add_stack(STACK_BOOT, "kernel stack", "guard of kernel stack");
	add_stack(STACK_DOUBLE_FAULT, "#DF stack", "guard of #DF stack");
	add_stack(STACK_NMI, "NMI stack", "guard of NMI stack");
	add_stack(STACK_MACHINE_CHECK, "#MC stack", "guard of #MC stack");
	add((struct region){ "temporary pages",
			     virt_addr(TEMP_PAGES_BASE),
			     TEMP_PAGES * FRAME_SIZE,
			     REGION_TEMP,
			     page,
			     { 0 } });
}

const struct region *kernel_regions(size_t *count)
{
	*count = nr_regions;
	return regions;
}
