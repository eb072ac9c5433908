/* SPDX-License-Identifier: MIT */
/* Dumping the live page tables. */
#include <kernel/log.h>
#include <kernel/panic.h>
#include <mercator/mapper.h>

#include "steps.h"

static int dump_entry(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	(void)context;
	log_result("entry %u %016lx %016lx", level, mc_virt_raw(first), entry.raw);
	return 0;
}

void dump_tables(void)
{
	const struct mc_space *space = mc_space_active();

	log_result("root %lx %u %d", mc_phys_raw(space->root.table), space->root.levels,
		   space->recursive_slot);
	if (mc_mapper_visit_all(space, MC_VISIT_ENTRIES, dump_entry, NULL))
		panic("dump of the tables");
	log_result("end");
}
