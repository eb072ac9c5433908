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

static struct mc_region regions[MAX_REGIONS];
static size_t nr_regions;

/* Insert in order: there are few. */
static void add(struct mc_region region)
{
	size_t i = nr_regions++;

	PANIC_UNLESS(nr_regions <= MAX_REGIONS);
	for (; i && mc_virt_raw(regions[i - 1].start) > mc_virt_raw(region.start); i--)
		regions[i] = regions[i - 1];
	regions[i] = region;
}

static struct mc_attributes kernel_rights(unsigned int rights)
{
	if (cpu_features()->global_pages)
		rights |= MC_RIGHT_GLOBAL;
	return (struct mc_attributes){ MC_RIGHT_READ | rights, MC_MEMORY_WRITE_BACK };
}

static void add_image(const char *name, const void *start, const void *end, unsigned int rights)
{
	const uint64_t first = (uint64_t)(uintptr_t)start;

	add((struct mc_region){
		.name = name,
		.start = mc_virt_addr(first),
		.size = (uint64_t)(uintptr_t)end - first,
		.kind = MC_REGION_IMAGE,
		.attributes = kernel_rights(rights),
		.physical = mc_phys_addr(first - KERNEL_BASE),
	});
}

static void add_stack(enum boot_stack_index index, const char *name, const char *guard_name)
{
	const struct stack *stack = &boot_stacks[index];

	add((struct mc_region){
		.name = guard_name,
		.start = mc_virt_of_ptr(stack->guard),
		.size = STACK_GUARD_SIZE,
		.kind = MC_REGION_GUARD,
	});
	add_image(name, stack->bytes, stack->bytes + STACK_SIZE, MC_RIGHT_WRITE);
}

#ifdef CONFIG_RECURSIVE
static void add_window(const char *name, unsigned int slot, unsigned int levels)
{
	add((struct mc_region){
		.name = name,
		.start = mc_recursive_table_address(slot, levels, mc_virt_addr(0), 1),
		.size = mc_pt_span(levels),
		.kind = MC_REGION_WINDOW,
		.attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE, MC_MEMORY_WRITE_BACK },
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
		add((struct mc_region){
			.name = "physical map",
			.start = mc_virt_addr(PHYSMAP_BASE),
			.size = PHYSMAP_SIZE,
			.kind = MC_REGION_PHYSMAP,
			.attributes = kernel_rights(MC_RIGHT_WRITE),
		});
	add((struct mc_region){
		.name = "single mappings",
		.start = mc_virt_addr(VMAP_BASE),
		.size = VMAP_SIZE,
		.kind = MC_REGION_SINGLE,
		.attributes = kernel_rights(MC_RIGHT_WRITE),
	});
	add_windows(levels);
	add_image("kernel text", text_start, text_end, MC_RIGHT_EXECUTE);
	add_image("kernel rodata", rodata_start, rodata_end, 0);
	/* The stub's tables, between the two, are not part of the final address space. */
	add_image("kernel data", data_start, boot_tables_start, MC_RIGHT_WRITE);
	add_stack(STACK_BOOT, "kernel stack", "guard of kernel stack");
	add_stack(STACK_DOUBLE_FAULT, "#DF stack", "guard of #DF stack");
	add_stack(STACK_NMI, "NMI stack", "guard of NMI stack");
	add_stack(STACK_MACHINE_CHECK, "#MC stack", "guard of #MC stack");
	add((struct mc_region){
		.name = "temporary pages",
		.start = mc_virt_addr(TEMP_PAGES_BASE),
		.size = TEMP_PAGES * MC_FRAME_SIZE,
		.kind = MC_REGION_TEMP,
		.attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE, MC_MEMORY_WRITE_BACK },
	});
}

const struct mc_region *kernel_regions(size_t *count)
{
	*count = nr_regions;
	return regions;
}
