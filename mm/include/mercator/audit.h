/* SPDX-License-Identifier: MIT */
/*
 * The kernel's address space by its parts: what lies where, with which rights. The kernel builds its
 * tables from this list, and audits them against it.
 */
#ifndef MERCATOR_AUDIT_H
#define MERCATOR_AUDIT_H

#include <mercator/memmap.h>
#include <mercator/pagetable.h>
#include <mercator/space.h>
#include <mercator/types.h>

enum mc_region_kind {
	MC_REGION_IMAGE,   /* all mapped, in a row from `physical` on, with these attributes */
	MC_REGION_PHYSMAP, /* RAM, at its distance from `physical`; some of it may be read-only */
	MC_REGION_SINGLE,  /* whatever was mapped there, with at most these rights, of any type */
	MC_REGION_GUARD,   /* reserved: touching it faults */
	MC_REGION_TEMP,    /* temporary pages: reserved, or mapped for a moment */
	MC_REGION_WINDOW,  /* what a recursive slot shows; nothing, while the second one is free */
};

struct mc_region {
	const char *name;
	mc_virt_addr_t start;
	uint64_t size; /* bytes; neither this nor start + size is 0 */
	enum mc_region_kind kind;
	struct mc_attributes attributes; /* rights as the CPU can have them */
	mc_phys_addr_t physical;         /* MC_REGION_IMAGE, MC_REGION_PHYSMAP */
};

/* What a marker of the kernel's says it is for: its payload. */
enum mc_marker {
	MC_MARKER_GUARD = 1,
	MC_MARKER_TEMP,
};

/*
 * Auditing an address space: its tables are read through its own access method and held against the
 * invariants of docs/paging.md, and against the list of regions that the kernel half is to consist of.
 */

/* What is true of the machine, for the audit to hold the tables against. */
struct mc_audit_rules {
	/* What the kernel half consists of, in ascending order; everything else there is empty. */
	const struct mc_region *regions;
	size_t nr_regions;

	struct mc_memmap_range
		read_only; /* physical: the kernel's text and read-only data, whole frames */
	const struct mc_memmap_range
		*ram; /* sorted, disjoint: what MC_REGION_PHYSMAP has, all of it */
	size_t nr_ram;

	/* Whether the frame of a table is in nobody else's hands; NULL: not asked. */
	bool (*is_table_frame)(void *context, mc_pfn_t frame);
	void *context;

	/* Room to remember all tables in, and two numbers for each piece that pages map in a row. */
	mc_pfn_t *tables;
	size_t max_tables;
};

/* What was found: what is broken, and at which entry; or, if all is well, how much there is. */
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
 * Audit a space. Nobody may change it meanwhile. What is checked, by the invariants' numbers:
 *
 *	1  entries that are not present are zero or well-formed markers
 *	2  no table has two parents; nothing but the physical map and temporary pages maps a table
 *	3  no table but the shared ones is empty, and each count of live entries is right
 *	4  table entries grant all rights; recursive slots, these and no execution
 *	6  frames of tables are in nobody else's hands
 *	8  nothing is writable and executable; no alias of `read_only` is writable. The table window is
 *	   left out: it shows what leads to any page, and the start of large ones where these may be
 *	   written, but cannot be executed
 *	9  no frame beyond the CPU's physical addresses, no bit or page size that it lacks
 *
 * and the layout: each region has exactly its mappings, and there is nothing outside of them. 5 speaks
 * of operations that fail, and 7 of what the MMU does, which tables alone do not show; for 10, the
 * digests of mc_audit_digest() are compared.
 *
 *   MC_ERR_FORMAT    something is broken: report->broken says what
 *   MC_ERR_NO_SPACE  max_tables is too small
 *   MC_ERR_UNSUPPORTED, MC_ERR_BUSY  the space's access method cannot be used: mercator/mapper.h
 */
MC_MUST_CHECK int mc_audit_space(const struct mc_space *space, const struct mc_audit_rules *rules,
				 struct mc_audit_report *report);

/*
 * A number that depends on every entry of the space but its recursive slots', the same for every access
 * method (invariant 10). Errors: those of mc_mapper_visit_all().
 */
MC_MUST_CHECK int mc_audit_digest(const struct mc_space *space, uint64_t *digest);

#endif
