/* SPDX-License-Identifier: MIT */
/*
 * The regions of the kernel's address space, with their rights. The kernel builds its tables from
 * this list, and audits them against it.
 */
#ifndef MERCATOR_AUDIT_H
#define MERCATOR_AUDIT_H

#include <mercator/memmap.h>
#include <mercator/pagetable.h>
#include <mercator/space.h>
#include <mercator/types.h>

enum mc_region_kind {
	MC_REGION_IMAGE,   /* all mapped, contiguously from `physical` on, with these attributes */
	MC_REGION_PHYSMAP, /* RAM, at its offset from `physical`; some of it may be read-only */
	MC_REGION_SINGLE,  /* single mappings, with at most these rights, of any type */
	MC_REGION_GUARD,   /* reserved: touching it faults */
	MC_REGION_TEMP,    /* temporary pages: reserved, or mapped for a moment */
	MC_REGION_WINDOW,  /* of a recursive slot; empty while the second one is free */
};

struct mc_region {
	const char *name;
	mc_virt_addr_t start;
	uint64_t size; /* bytes; neither this nor start + size is 0 */
	enum mc_region_kind kind;
	struct mc_attributes attributes; /* rights that the CPU supports */
	mc_phys_addr_t physical;         /* MC_REGION_IMAGE, MC_REGION_PHYSMAP */
};

/* The payload of the kernel's markers. */
enum mc_marker {
	MC_MARKER_GUARD = 1,
	MC_MARKER_TEMP,
};

/*
 * Auditing an address space: its tables are read through its own access method and checked against
 * the invariants of docs/paging.md and the regions of the kernel half.
 */

/* What the audit checks the tables against. */
struct mc_audit_rules {
	/* All of the kernel half, in ascending order; everything else there is empty. */
	const struct mc_region *regions;
	size_t nr_regions;

	struct mc_memmap_range
		read_only; /* physical: the kernel's text and read-only data, whole frames */
	const struct mc_memmap_range
		*ram; /* sorted, disjoint: exactly what MC_REGION_PHYSMAP maps */
	size_t nr_ram;

	/* Whether a table's frame has no other user; NULL: not checked. */
	bool (*is_table_frame)(void *context, mc_pfn_t frame);
	void *context;

	/* Room for the frame numbers of all tables, and two numbers for each contiguous mapping. */
	mc_pfn_t *tables;
	size_t max_tables;
};

/* The result: what is broken, and at which entry; or, if nothing is, the counts. */
struct mc_audit_report {
	const char *broken; /* a sentence, or NULL */
	mc_virt_addr_t address;
	unsigned int level;
	mc_pt_entry_t entry;

	uint64_t nr_tables[MC_PT_LEVELS_MAX + 1]; /* by level, the root included */
	uint64_t nr_leaves[MC_PT_LEAF_MAX + 1];   /* by level */
	uint64_t nr_markers;
};

/*
 * Audit a space. Nobody may change it meanwhile. Checked, by the invariants' numbers:
 *
 *	1  entries that are not present are zero or well-formed markers
 *	2  no table has two parents; nothing but the physical map and temporary pages maps a table
 *	3  no table but the shared ones is empty, and each count of live entries is right
 *	4  table entries grant all rights; recursive slots all but execution
 *	6  frames of tables have no other user
 *	8  nothing is writable and executable; no alias of `read_only` is writable. Not the table
 *	   window: there, tables and the start of large pages are writable, but never executable
 *	9  no frame beyond the CPU's physical addresses, no bit or page size that it lacks
 *
 * and the layout: each region has exactly its mappings, and there is nothing outside of them. 5
 * (operations that fail) and 7 (what the MMU does) cannot be seen in the tables. For 10, compare
 * the results of mc_audit_digest().
 *
 *   MC_ERR_FORMAT    something is broken: report->broken says what
 *   MC_ERR_NO_SPACE  max_tables is too small
 *   MC_ERR_UNSUPPORTED, MC_ERR_BUSY  the space's access method cannot be used: mercator/mapper.h
 */
MC_MUST_CHECK int mc_audit_space(const struct mc_space *space, const struct mc_audit_rules *rules,
				 struct mc_audit_report *report);

/*
 * A hash of all entries of the space except its recursive slots, the same for every access method
 * (invariant 10). Errors: those of mc_mapper_visit_all().
 */
MC_MUST_CHECK int mc_audit_digest(const struct mc_space *space, uint64_t *digest);

#endif
