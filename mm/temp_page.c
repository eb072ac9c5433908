/* SPDX-License-Identifier: MIT */
/* The temporary page (mercator/temp_page.h). One CPU runs the kernel, so there is one. */
#include <mercator/pagetable.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

static volatile uint64_t *page_entry;
static uint64_t unmapped_entry;
static virt_addr_t page;

int temp_page_init(virt_addr_t address, const struct walk *walk)
{
	const struct walk_step *last = &walk->steps[walk->nr_steps - 1];

	if (!walk->nr_steps || last->level != 1)
		return ERR_NOT_FOUND;
	if (last->kind != PT_ABSENT && last->kind != PT_RESERVED)
		return ERR_EXISTS;
	/* The walk only reads, so its pointer is const; the entry is ours to change from now on. */
	page_entry = (volatile uint64_t *)(uintptr_t)&last->pointer->raw;
	unmapped_entry = last->entry.raw;
	page = address;
	return 0;
}

static void point_at(uint64_t entry)
{
	*page_entry = entry;
	tlb_invalidate_page(page);
}

static void *map(pfn_t frame, unsigned int rights)
{
	const struct attributes attributes = { rights, MEMORY_WRITE_BACK };

	point_at(phys_raw(phys_of_pfn(frame)) | pt_leaf_bits(attributes, 1));
	return own_pointer(page);
}

void *temp_page_map(pfn_t frame)
{
	return map(frame, RIGHT_READ | RIGHT_WRITE);
}

const void *temp_page_map_read_only(pfn_t frame)
{
	return map(frame, RIGHT_READ);
}

void temp_page_unmap(void)
{
	point_at(unmapped_entry);
}

uint64_t temp_page_save(void)
{
	return *page_entry;
}

void temp_page_restore(uint64_t saved)
{
	point_at(saved);
}
