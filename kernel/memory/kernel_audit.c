/* SPDX-License-Identifier: MIT */
/* The kernel's rules for audits (kernel/address_space.h). */
#include <arch/boot.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/memory.h>
#include <kernel/panic.h>

/* Enough for most machines; where there are more tables, memory is taken for their numbers. */
#define FEW_TABLES 1024

static pfn_t few[FEW_TABLES];

/* A frame that cannot be had because it is in use: that of a table is. */
static bool is_allocated(void *context, pfn_t frame)
{
	struct frame_pool *pool = context;
	const int error = frame_alloc_at(pool, frame, 1);

	if (error)
		return error == ERR_BUSY;
	PANIC_UNLESS(!frame_free(pool, frame, 0));
	return false;
}

static int audit_with(const struct space *space, struct audit_report *report, pfn_t *tables,
		      size_t max_tables)
{
	struct audit_rules rules = {
		.read_only = { (uint64_t)(uintptr_t)text_start - KERNEL_BASE,
			       (uint64_t)(uintptr_t)rodata_end - KERNEL_BASE, MEMMAP_KERNEL },
		.is_table_frame = is_allocated,
		.context = kernel_frames(),
		.tables = tables,
		.max_tables = max_tables,
	};

	rules.regions = kernel_regions(&rules.nr_regions);
	rules.ram = memory_ram(&rules.nr_ram);
	return audit_space(space, &rules, report);
}

/* The same with memory for the tables of this space, and for those that mapping it may take. */
static int audit_many(const struct space *space, struct audit_report *report)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };
	const uint64_t max_tables = space->nr_tables + kernel_space()->nr_tables + FEW_TABLES;
	const uint64_t size = align_up(max_tables * sizeof(pfn_t), FRAME_SIZE);
	struct frame_pool *pool = kernel_frames();
	virt_addr_t address;
	pfn_t frames;
	int error = frame_alloc_run(pool, size / FRAME_SIZE, 1, UINT64_MAX, &frames);

	if (error)
		return error;
	error = vmap_map(kernel_vmap(), phys_of_pfn(frames), size, attributes, &address);
	if (!error) {
		error = audit_with(space, report, virt_ptr(address), max_tables);
		PANIC_UNLESS(!vmap_unmap(kernel_vmap(), address, size));
	}
	PANIC_UNLESS(!frame_free_run(pool, frames, size / FRAME_SIZE, NULL));
	return error;
}

int kernel_audit(const struct space *space, struct audit_report *report)
{
	const int error = audit_with(space, report, few, FEW_TABLES);

	return error == ERR_NO_SPACE ? audit_many(space, report) : error;
}

void kernel_audit_or_panic(void)
{
	struct audit_report report;
	const int error = kernel_audit(kernel_space(), &report);

	if (error == ERR_FORMAT)
		panic("audit: %s: level %u at %#lx: %#lx", report.broken, report.level,
		      virt_raw(report.address), report.entry.raw);
	if (error)
		panic("audit: %s", error_text(error));
}
