/* SPDX-License-Identifier: MIT */
/*
 * The temporary page: one page of virtual address space per CPU, whose entry is pointed at whatever
 * frame is needed for a moment. The third way to reach memory that is mapped nowhere, beside the
 * physical map and the recursive slot; the recursive method needs it, because it cannot see a table
 * before that is linked.
 */
#ifndef MERCATOR_TEMP_PAGE_H
#define MERCATOR_TEMP_PAGE_H

#include <mercator/error.h>
#include <mercator/pagetable.h>

/*
 * Use the page at `address` as this CPU's. `walk` is a walk of the active space for it, made by an
 * access method whose pointers stay good (walk->steps[].pointer): it must end in an absent or reserved
 * entry of a PT, whose table stays. A page that was reserved (mc_mapper_reserve()) is live for the mapper
 * whether a frame is mapped there or not, so that its table stays by itself; an absent one relies on
 * others in the same table. May be called again, when the page's entry is to be found elsewhere.
 *   MC_ERR_EXISTS     something is mapped there
 *   MC_ERR_NOT_FOUND  the walk ends above a PT
 */
MC_MUST_CHECK int mc_temp_page_init(mc_virt_addr_t address, const struct mc_walk *walk);

/*
 * Map a frame, writable, write-back; the pointer is good until the next call on this CPU, unless what it
 * showed is restored (below). Without that, not for interrupt and exception handlers: whoever they
 * interrupt may be using the page.
 */
void *mc_temp_page_map(mc_pfn_t frame);

/* The same, not writable: for frames of which there must be no writable alias. */
const void *mc_temp_page_map_read_only(mc_pfn_t frame);

/* Map nothing, so that a stale pointer faults. */
void mc_temp_page_unmap(void);

/*
 * For code that comes in between and wants the page, too: save() returns what it shows, restore() has it
 * show that again, and a pointer from before is as good as it was. Such pairs may lie one within another.
 */
MC_MUST_CHECK uint64_t mc_temp_page_save(void);
void mc_temp_page_restore(uint64_t saved);

#endif
