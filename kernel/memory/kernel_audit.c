/* SPDX-License-Identifier: MIT */
/* The kernel's rules for audits (kernel/address_space.h). */
#include <arch/boot.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <kernel/units.h>

/* Enough for most machines; for more tables, memory is allocated. */
#define FEW_TABLES 1024

static mc_pfn_t few[FEW_TABLES];

/* A table's frame must be in use: allocating it fails. */
static bool is_allocated(void *context, mc_pfn_t frame)
{
	struct mc_frame_pool *pool = context;
	const int error = mc_frame_alloc_at(pool, frame, 1);

	if (error)
		return error == MC_ERR_BUSY;
	PANIC_UNLESS(!mc_frame_free(pool, frame, 0));
	return false;
}

static int audit_with(const struct mc_space *space, struct mc_audit_report *report,
		      mc_pfn_t *tables, size_t max_tables)
{
	struct mc_audit_rules rules = {
		.read_only = { (uint64_t)(uintptr_t)text_start - KERNEL_BASE,
			       (uint64_t)(uintptr_t)rodata_end - KERNEL_BASE, MC_MEMMAP_KERNEL },
		.is_table_frame = is_allocated,
		.context = kernel_frames(),
		.tables = tables,
		.max_tables = max_tables,
	};

	rules.regions = kernel_regions(&rules.nr_regions);
	rules.ram = memory_ram(&rules.nr_ram);
	return mc_audit_space(space, &rules, report);
}

/* The same with memory for the tables of this space, and those that mapping that memory may add. */
static int audit_many(const struct mc_space *space, struct mc_audit_report *report)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	const uint64_t max_tables = space->nr_tables + kernel_space()->nr_tables + FEW_TABLES;
	const uint64_t size = align_up(max_tables * sizeof(mc_pfn_t), MC_FRAME_SIZE);
	struct mc_frame_pool *pool = kernel_frames();
	mc_virt_addr_t address;
	mc_pfn_t frames;
	int error = mc_frame_alloc_run(pool, size / MC_FRAME_SIZE, 1, UINT64_MAX, &frames);

	if (error)
		return error;
	error = mc_vmap_map(kernel_vmap(), mc_phys_of_pfn(frames), size, attributes, &address);
	if (!error) {
		error = audit_with(space, report, mc_virt_ptr(address), max_tables);
		PANIC_UNLESS(!mc_vmap_unmap(kernel_vmap(), address, size));
	}
	PANIC_UNLESS(!mc_frame_free_run(pool, frames, size / MC_FRAME_SIZE, NULL));
	return error;
}

int kernel_audit(const struct mc_space *space, struct mc_audit_report *report)
{
	const int error = audit_with(space, report, few, FEW_TABLES);

	return error == MC_ERR_NO_SPACE ? audit_many(space, report) : error;
}
