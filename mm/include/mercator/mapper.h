/* SPDX-License-Identifier: MIT */
/*
 * The mapper: map, unmap, protect, translate and the rest, on any range of an address space.
 *
 * Ranges are [address, address + size), both multiples of MC_FRAME_SIZE, size not 0, wholly in one
 * canonical half. The last page of the address space is allowed.
 *
 * All or nothing: an operation that returns an error has changed nothing, neither a table nor the
 * number of free frames.
 *
 * Page sizes: each operation works on pages of 4 KiB, 2 MiB and 1 GiB alike. Mapping uses the
 * largest pages that the addresses' alignment and the CPU allow (space->largest_leaf); where a
 * range begins or ends inside a huge page, that page is split first.
 *
 * Ownership: the frames that are mapped are the caller's; the mapper never looks at them, allocates
 * or frees them. Tables are the mapper's: they come from space->frames and go back there when they
 * become empty, after invalidation. A table directly below the root in the upper half is shared by
 * all address spaces: once made, it stays.
 *
 * Other spaces (mercator/space.h): all operations work on the active space and on others. In the kernel
 * half, which spaces share, it does not matter through which of them it is changed.
 *
 * Who may call what:
 *
 *	call                       exception handler  visit  interrupts off  the space's lock
 *	translate, read an entry   yes (1)            yes    yes             not taken (2)
 *	visit                      yes (1)            yes    yes             not taken (2)
 *	map, reserve, unmap,       yes (3)            no     yes             held from the first look to
 *	protect, merge                                                       the last write
 *	a cursor                   yes (3)            no     yes             held from opening to closing
 *	finish a batch             yes (3)            no     yes             not taken
 *
 *	(1) by pointers that are brief (root.pointers_are_brief), not where it may interrupt an operation
 *	(2) with several CPUs, not while another gives back tables on the way
 *	(3) where it cannot interrupt an operation that changes the space, an open cursor in it, or a
 *	    batch of this CPU that owes for it. A page fault's handler can: mm touches nothing that may
 *	    fault, so only callers' own functions, visitors and frame sources, must not fault there
 *
 * By the recursive method on a space that is not active, see also MC_ERR_BUSY. The kernel half that
 * spaces share has the lock of the space that it came from. An operation on a batch is one of a single
 * CPU, and invalidates there only: telling other CPUs is the caller's (mercator/tlb.h). Frames are asked
 * for under the lock, but released when a batch is finished: a source that several CPUs share has a lock
 * of its own.
 */
#ifndef MERCATOR_MAPPER_H
#define MERCATOR_MAPPER_H

#include <mercator/error.h>
#include <mercator/pagetable.h>
#include <mercator/space.h>
#include <mercator/tlb.h>

/* Where a range holds what it should not, or lacks what it should have. */
struct mc_conflict {
	mc_virt_addr_t address; /* the first page of the range at which it is so */
	unsigned int level;     /* of the entry there */
	mc_pt_entry_t entry;
};

/*
 * Errors that every operation can return:
 *   MC_ERR_UNSUPPORTED  the space's access method is not built in; or it is the recursive one, and the
 *                       space, or the active space if that is another, has no recursive slot
 *   MC_ERR_BUSY         the recursive method, a space that is not active: an operation on another such
 *                       space is under way, whose visitor, frame source or interrupter this is
 * and every operation on a range also:
 *   MC_ERR_MISALIGNED  address, physical address or size is not a multiple of MC_FRAME_SIZE
 *   MC_ERR_INVALID     size is 0; the address is not canonical; attributes make no sense: without
 *                      MC_RIGHT_READ, writable and executable, MC_RIGHT_USER in the upper half, MC_RIGHT_GLOBAL
 *                      in the lower one, an unknown bit or memory type
 *   MC_ERR_RANGE       the range leaves its canonical half, or touches a recursive slot
 */

/*
 * Map `size` bytes of physical memory at `physical` to `address`. Nothing may be there yet.
 * `conflict` may be NULL.
 *   MC_ERR_RANGE      also: the physical range does not end below the CPU's MAXPHYADDR
 *   MC_ERR_EXISTS     something is mapped or reserved in the range; *conflict says where and what
 *   MC_ERR_NO_MEMORY  no frames for the tables
 */
MC_MUST_CHECK int mc_mapper_map(struct mc_space *space, mc_virt_addr_t address,
				mc_phys_addr_t physical, uint64_t size,
				struct mc_attributes attributes, struct mc_conflict *conflict);

/*
 * Take away what is mapped or reserved in the range; holes are no error. Until the batch is
 * finished, the CPU may still use the translations: the range must not be mapped again before.
 *   MC_ERR_NO_MEMORY  no frames to split a huge page at an edge of the range
 */
MC_MUST_CHECK int mc_mapper_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				  struct mc_tlb_batch *batch);

/*
 * Give every page in the range these attributes. All of it must be mapped.
 *   MC_ERR_NOT_FOUND  a page is not mapped; *conflict (which may be NULL) says where, and what is there
 *   MC_ERR_NO_MEMORY  no frames to split a huge page at an edge of the range
 */
MC_MUST_CHECK int mc_mapper_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				    struct mc_attributes attributes, struct mc_tlb_batch *batch,
				    struct mc_conflict *conflict);

/*
 * Keep a number of the caller's own (a guard page's mark, a swap slot) at every 4 KiB page of the
 * range, where nothing may be yet. Touching such a page faults like any other that is not present;
 * mc_mapper_read_entry() gives the entry, mc_pt_marker_payload() the number. mc_mapper_unmap() removes it.
 *   MC_ERR_INVALID    also: payload is not below MC_PT_RESERVED_LIMIT (2^22)
 *   MC_ERR_EXISTS, MC_ERR_NO_MEMORY  as mc_mapper_map()
 */
MC_MUST_CHECK int mc_mapper_reserve(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				    uint64_t payload, struct mc_conflict *conflict);

/*
 * Turn tables that lie wholly in the range, and are full of leaves which continue each other with
 * the same attributes, into one huge leaf each, as far as the CPU has such pages. What cannot be
 * merged stays as it is. Whatever the batch owes is paid here. No errors but those of every range.
 */
MC_MUST_CHECK int mc_mapper_merge(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
				  struct mc_tlb_batch *batch);

/*
 * Where `address` leads, with the rights that all levels together leave.
 *   MC_ERR_INVALID    it is not canonical
 *   MC_ERR_NOT_FOUND  nothing is mapped there
 */
MC_MUST_CHECK int mc_mapper_translate(const struct mc_space *space, mc_virt_addr_t address,
				      struct mc_translation *translation);

/* The same, but only the physical address. */
MC_MUST_CHECK int mc_mapper_translate_address(const struct mc_space *space, mc_virt_addr_t address,
					      mc_phys_addr_t *physical);

/*
 * The entry that decides about `address`, at level `level` or above it, where the walk ends earlier;
 * *found gives its level. Errors: MC_ERR_INVALID: not canonical, or no such level.
 */
MC_MUST_CHECK int mc_mapper_read_entry(const struct mc_space *space, mc_virt_addr_t address,
				       unsigned int level, mc_pt_entry_t *entry,
				       unsigned int *found);

/*
 * Visits: every entry of the kinds that are asked for and at least partly in a range, or in the whole
 * space, in ascending order, each that points at a table before those of that table. `first` is the first
 * address that the entry translates, `level` that of the table it stands in. What is in a recursive slot
 * is not shown. A visit that returns anything but 0 ends it all, and that is what is returned. The visitor
 * must not change the space; in a visit by pointers that are brief, it must not use the mapper at all.
 */
typedef int (*mc_visit)(void *context, mc_virt_addr_t first, unsigned int level,
			mc_pt_entry_t entry);

#define MC_VISIT_LEAVES  (1u << MC_PT_LEAF)
#define MC_VISIT_MARKERS (1u << MC_PT_MARKER)
#define MC_VISIT_TABLES  (1u << MC_PT_TABLE)
#define MC_VISIT_PAGES   (MC_VISIT_LEAVES | MC_VISIT_MARKERS)
#define MC_VISIT_ENTRIES (MC_VISIT_PAGES | MC_VISIT_TABLES)

MC_MUST_CHECK int mc_mapper_visit(const struct mc_space *space, mc_virt_addr_t address,
				  uint64_t size, unsigned int kinds, mc_visit visit, void *context);
MC_MUST_CHECK int mc_mapper_visit_all(const struct mc_space *space, unsigned int kinds,
				      mc_visit visit, void *context);

#endif
