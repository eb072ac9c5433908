/* SPDX-License-Identifier: MIT */
/* The temporary page (mercator/temp_page.h). One CPU runs the kernel, so there is one. */
#include <mercator/pagetable.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

static volatile uint64_t *page_entry;
static uint64_t unmapped_entry;
static mc_virt_addr_t page;

int mc_temp_page_init(mc_virt_addr_t address, const struct mc_walk *walk)
{
	const struct mc_walk_step *last = &walk->steps[walk->nr_steps - 1];

	if (!walk->nr_steps || last->level != 1)
		return MC_ERR_NOT_FOUND;
	if (last->kind != MC_PT_ABSENT && last->kind != MC_PT_MARKER)
		return MC_ERR_EXISTS;
	/* The walk only reads, so its pointer is const; but this file owns the entry now. */
	page_entry = (volatile uint64_t *)(uintptr_t)&last->pointer->raw;
	unmapped_entry = last->entry.raw;
	page = address;
	return 0;
}

static void point_at(uint64_t entry)
{
	*page_entry = entry;
	mc_tlb_invalidate_page(page);
}

static void *map(mc_pfn_t frame, unsigned int rights)
{
	const struct mc_attributes attributes = { rights, MC_MEMORY_WRITE_BACK };

	point_at(mc_pt_make_leaf(mc_phys_of_pfn(frame), mc_pt_leaf_bits(attributes, 1)).raw);
	return mc_own_pointer(page);
}

void *mc_temp_page_map(mc_pfn_t frame)
{
	return map(frame, MC_RIGHT_READ | MC_RIGHT_WRITE);
}

const void *mc_temp_page_map_read_only(mc_pfn_t frame)
{
	return map(frame, MC_RIGHT_READ);
}

void mc_temp_page_unmap(void)
{
	point_at(unmapped_entry);
}

uint64_t mc_temp_page_save(void)
{
	return *page_entry;
}

void mc_temp_page_restore(uint64_t saved)
{
	point_at(saved);
}
