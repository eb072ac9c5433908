/* SPDX-License-Identifier: MIT */
/*
 * The kernel's address space by its parts: what lies where, with which rights. The kernel builds its
 * tables from this list, and audits them against it.
 */
#ifndef MERCATOR_REGION_H
#define MERCATOR_REGION_H

#include <mercator/attributes.h>
#include <mercator/types.h>

enum region_kind {
	REGION_IMAGE,   /* all mapped, in a row from `physical` on, with these attributes */
	REGION_PHYSMAP, /* RAM, at its distance from `physical`; some of it may be read-only */
	REGION_SINGLE,  /* whatever was mapped there, with at most these rights, of any type */
	REGION_GUARD,   /* reserved: touching it faults */
	REGION_TEMP,    /* temporary pages: reserved, or mapped for a moment */
	REGION_WINDOW,  /* what a recursive slot shows; nothing, while the second one is free */
};

struct region {
	const char *name;
	virt_addr_t start;
	uint64_t size; /* bytes; neither this nor start + size is 0 */
	enum region_kind kind;
	struct attributes attributes; /* rights as the CPU can have them */
	phys_addr_t physical;         /* REGION_IMAGE, REGION_PHYSMAP */
};

/* What a reserved entry of the kernel's says it is for: its payload. */
enum reserved_mark {
	RESERVED_GUARD = 1,
	RESERVED_TEMP,
};

#endif
