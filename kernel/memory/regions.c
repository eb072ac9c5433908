/* SPDX-License-Identifier: MIT */
/* The list of the kernel's regions (mercator/audit.h), from the layout and the linker's symbols. */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/panic.h>
#include <mercator/audit.h>
#include <mercator/recursive.h>

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

	add((struct region){
		.name = guard_name,
		.start = virt_of_ptr(stack->guard),
		.size = STACK_GUARD_SIZE,
		.kind = REGION_GUARD,
	});
	add_image(name, stack->bytes, stack->bytes + STACK_SIZE, RIGHT_WRITE);
}

#ifdef CONFIG_RECURSIVE
static void add_window(const char *name, unsigned int slot, unsigned int levels)
{
	add((struct region){
		.name = name,
		.start = recursive_table_address(slot, levels, virt_addr(0), 1),
		.size = pt_span(levels),
		.kind = REGION_WINDOW,
		.attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK },
	});
}
#endif

static void add_windows(unsigned int levels)
{
	(void)levels;
#ifdef CONFIG_RECURSIVE
	add_window("table window", CONFIG_RECURSIVE_SLOT, levels);
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
	add_window("second table window", CONFIG_RECURSIVE_SECOND_SLOT, levels);
#endif
}

void regions_init(unsigned int levels)
{
	if (IS_ENABLED(CONFIG_PHYSMAP))
		add((struct region){
			.name = "physical map",
			.start = virt_addr(PHYSMAP_BASE),
			.size = PHYSMAP_SIZE,
			.kind = REGION_PHYSMAP,
			.attributes = kernel_rights(RIGHT_WRITE),
		});
	add((struct region){
		.name = "single mappings",
		.start = virt_addr(VMAP_BASE),
		.size = VMAP_SIZE,
		.kind = REGION_SINGLE,
		.attributes = kernel_rights(RIGHT_WRITE),
	});
	add_windows(levels);
	add_image("kernel text", text_start, text_end, RIGHT_EXECUTE);
	add_image("kernel rodata", rodata_start, rodata_end, 0);
	/* The stub's tables, between the two, are no part of the final address space. */
	add_image("kernel data", data_start, boot_tables_start, RIGHT_WRITE);
	add_stack(STACK_BOOT, "kernel stack", "guard of kernel stack");
	add_stack(STACK_DOUBLE_FAULT, "#DF stack", "guard of #DF stack");
	add_stack(STACK_NMI, "NMI stack", "guard of NMI stack");
	add_stack(STACK_MACHINE_CHECK, "#MC stack", "guard of #MC stack");
	add((struct region){
		.name = "temporary pages",
		.start = virt_addr(TEMP_PAGES_BASE),
		.size = TEMP_PAGES * FRAME_SIZE,
		.kind = REGION_TEMP,
		.attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK },
	});
}

const struct region *kernel_regions(size_t *count)
{
	*count = nr_regions;
	return regions;
}
