/* SPDX-License-Identifier: MIT */
/*
 * The temporary page: one page of virtual address space per CPU, whose entry maps any frame for a
 * moment. It is the third way to reach memory, besides the physical map and the recursive slot. The
 * recursive method needs it, because it cannot reach a table that is not linked yet.
 */
#ifndef MERCATOR_TEMP_PAGE_H
#define MERCATOR_TEMP_PAGE_H

#include <mercator/error.h>
#include <mercator/pagetable.h>

/*
 * Use the page at `address` as this CPU's. `walk` is a walk of the active space for it, by an
 * access method whose pointers stay valid (walk->steps[].pointer). It must end in an absent or
 * reserved entry of a PT that is never freed. A reserved page (mc_mapper_reserve()) keeps its PT:
 * it is always live for the mapper. An absent one relies on other entries of the PT. May be called
 * again if the page's entry is elsewhere.
 *   MC_ERR_EXISTS     something is mapped there
 *   MC_ERR_NOT_FOUND  the walk ends above a PT
 */
MC_MUST_CHECK int mc_temp_page_init(mc_virt_addr_t address, const struct mc_walk *walk);

/*
 * Map a frame, writable, write-back. The pointer is valid until the next call on this CPU, or again
 * after mc_temp_page_restore(). Interrupt and exception handlers must save and restore: the code
 * that they interrupt may use the page.
 */
void *mc_temp_page_map(mc_pfn_t frame);

/* The same, not writable: for frames that must have no writable alias. */
const void *mc_temp_page_map_read_only(mc_pfn_t frame);

/* Map nothing, so that a stale pointer faults. */
void mc_temp_page_unmap(void);

/*
 * For code that interrupts another user of the page: save() returns what is mapped, restore() maps
 * it again, so that the other user's pointer is valid again. Such pairs may nest.
 */
MC_MUST_CHECK uint64_t mc_temp_page_save(void);
void mc_temp_page_restore(uint64_t saved);

#endif
