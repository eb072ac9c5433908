/* SPDX-License-Identifier: MIT */
/* Start-up of paging (mercator/paging.h). */
#include <arch/active_root.h>
#include <arch/boot.h>
#include <mercator/kernel_walk.h>
#include <mercator/layout.h>
#include <mercator/paging.h>
#include <mercator/panic.h>
#include <mercator/temp_page.h>

_Static_assert(TEMP_PAGES_BASE + TEMP_PAGES * FRAME_SIZE == KERNEL_BASE + BOOT_KERNEL_REACH,
	       "the temporary pages need the last of the stub's page tables");

/*
 * The walk goes through the table window wherever there is one, as that is where the page's entry
 * stays reachable when the address space changes.
 */
void paging_init(void)
{
	const virt_addr_t page = virt_addr(TEMP_PAGES_BASE);
	struct root root = active_root();
	struct walk walk;
	int error;

	if (!IS_ENABLED(CONFIG_MAPPER_RECURSIVE))
		return;
	error = recursive_walk(&root, page, &walk);
	if (!error)
		error = temp_page_init(page, &walk);
	if (error)
		panic("no temporary page at %#lx: %s", virt_raw(page), error_name(error));
}
