/* SPDX-License-Identifier: MIT */
/*
 * The host's simulated machine, as far as mm can see one: physical memory, an MMU with a TLB, and
 * addresses that it translates.
 *
 *	machine.c	physical memory; the kernel's own tables; the environment that tests need
 *	mmu.c		walks the tables as the hardware does, with paging-structure caches
 *	tlb.c		what the CPU caches: filled at any moment, emptied only on request
 *	window.c	memory at the addresses that mm makes for itself, backed by way of the TLB
 */
#ifndef TESTS_MACHINE_MACHINE_H
#define TESTS_MACHINE_MACHINE_H

#include <mercator/types.h>

/* Set by main() before the first test. */
extern uint64_t machine_seed;           /* of the CPU's speculation */
extern unsigned int machine_operations; /* random operations a test's stretch of addresses */
extern bool machine_window_is_memory;   /* 4 levels only: see window.c */

/* Called at each invalidation, if set: `whole` for everything, else the page at `address`. */
extern void (*host_tlb_watch)(bool whole, uint64_t address);

/* Called when CR3 is loaded, if set. */
extern void (*host_root_watch)(uint64_t root);

/* Where the frame with this physical address is on the host; NULL: there is no memory there. */
void *machine_memory(uint64_t physical);

/* The file that physical memory is in, and the offset of this address. */
int machine_memory_file(uint64_t physical, int64_t *offset);

/* A fatal error of a test: print the reason and the walk of `address`, and exit. */
__attribute__((format(printf, 2, 3), noreturn)) void machine_fail(uint64_t address,
								  const char *format, ...);

#endif
