/* SPDX-License-Identifier: MIT */
/* Dumping the live page tables (mercator/dump.h). */
#include <arch/active_root.h>
#include <mercator/dump.h>
#include <mercator/kernel_walk.h>
#include <mercator/log.h>
#include <mercator/mapper.h>
#include <mercator/panic.h>

static int dump_entry(void *context, virt_addr_t address, unsigned int level, pt_entry_t entry)
{
	(void)context;
	log_result("entry %u %016lx %016lx", level, virt_raw(address), entry.raw);
	return 0;
}

/* A visit of a table tells the table's level; the entry stands one level above. */
static int dump_table_entry(void *context, virt_addr_t first, unsigned int level, pt_entry_t entry)
{
	return dump_entry(context, first, level + 1, entry);
}

static void dump_range(const struct space *space, uint64_t start, uint64_t size)
{
	int error = mapper_visit(space, virt_addr(start), size, dump_entry, NULL);

	if (error)
		panic("dump of %#lx: %s", start, error_name(error));
}

/* The halves, without the recursive slots, which are no range of anybody's. */
static void dump_leaves(const struct space *space)
{
	const uint64_t span = pt_span(space->root.levels);

	dump_range(space, 0, span * PT_ENTRIES / 2);
	for (unsigned int slot = PT_ENTRIES / 2; slot < PT_ENTRIES; slot++) {
		if ((int)slot == space->recursive_slot)
			continue;
#ifdef CONFIG_MAPPER_RECURSIVE
		if (slot == CONFIG_RECURSIVE_SECOND_SLOT)
			continue;
#endif
		dump_range(space, -(PT_ENTRIES - slot) * span, span);
	}
}

void dump_tables(void)
{
	struct space space = {
		.root = active_root(),
		.method = KERNEL_METHOD,
		.recursive_slot = SPACE_NOT_RECURSIVE,
	};

	space.root.pointer_to = physmap_function;
#ifdef CONFIG_RECURSIVE
	space.recursive_slot = CONFIG_RECURSIVE_SLOT;
#endif
	log_result("root %lx %u %d", phys_raw(space.root.table), space.root.levels,
		   space.recursive_slot);
	if (mapper_visit_tables(&space, dump_table_entry, NULL))
		panic("dump of the tables");
	dump_leaves(&space);
	log_result("end");
}
