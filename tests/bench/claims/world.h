/* SPDX-License-Identifier: MIT */
/*
 * A machine in which everything can be counted: 16 GiB of physical memory, allocated by the host
 * when touched; tables scattered all over it, as after a long uptime; a kernel's address space with
 * a physical map and recursive slots, made by mm/ itself; and an MMU that walks the tables for each
 * address, without a TLB, and reports the entries that it reads.
 */
#ifndef CLAIMS_WORLD_H
#define CLAIMS_WORLD_H

#include <kernel/units.h>
#include <mercator/mapper.h>
#include <mercator/physmap.h>

#define WORLD_MEMORY GIB(16)

/* A function of its own in callgrind's profile; what is counted there is named measured_*. */
#define MEASURED __attribute__((noinline))

extern struct mc_space world_kernel; /* the active one */
extern const struct mc_physmap_window world_window;

/* The invalidations by mm/ since this was last set to zero. */
struct invalidations {
	unsigned int pages, everything, roots; /* INVLPG; all with global pages; CR3 loaded */
};
extern struct invalidations world_invalidations;

/* Start over: an empty memory, the kernel's space active. */
void world_start(unsigned int levels, unsigned int largest_leaf, enum mc_access_method method);

/* For the kernel's space with the generic method: a function for all memory; the temporary page. */
void world_go_by_pointer(void);
void world_go_by_temp_page(void);

/*
 * Start over with only an empty space of 4 levels, with leaves up to this level, to build in. And
 * the RAM of a PC with this size: a hole below 1 MiB, and one below 4 GiB for devices; a kernel's
 * text and read-only data.
 */
struct mc_space world_empty_space(unsigned int largest_leaf);
size_t world_ram(uint64_t size, struct mc_memmap_range ram[3]);
extern const struct mc_memmap_range world_read_only;

/* Where a physical address is on the host. */
void *world_memory(uint64_t physical);

/* A translation, and the entries that the MMU reads on its way. */
struct world_walk {
	uint64_t page, size;                /* virtual, of the TLB's entry */
	uint64_t physical;                  /* where the address leads */
	uint64_t entries[MC_PT_LEVELS_MAX]; /* physical addresses */
	unsigned int nr_entries;
};
struct world_walk world_translate(uint64_t address);

/* How many tables the temporary page needed, in a kernel half that had only the physical map. */
extern uint64_t world_temp_page_tables;

/* The temporary page: point it at a frame, as mm/temp_page.c does. Physical address of its entry. */
uint64_t world_temp_page_entry(void);

/* An error here is one of this program. */
void must(int error);

#endif
