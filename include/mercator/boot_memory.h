/* SPDX-License-Identifier: MIT */
/*
 * Boot memory: the stub, its tables, the loader's copy of the boot information, modules. It is in use at
 * start and need not stay. Its frames are in the frame allocator from the start, allocated, and so leave
 * no seam between ranges when they are given back.
 *
 * Whole frames are given back. One that several pieces are in is given back with the last of them; one
 * that something else is in too, or that is not RAM as a whole, never is.
 */
#ifndef MERCATOR_BOOT_MEMORY_H
#define MERCATOR_BOOT_MEMORY_H

#include <mercator/error.h>
#include <mercator/types.h>

/* Allocate what boot memory is in; it is all in the pool. To be called once, before anybody allocates. */
void boot_memory_take(void);

/*
 * Give a piece back (enum memory_boot_piece). Nobody may use it, or map it, any more. *bytes, if not
 * NULL, is how much memory is free now that was not.
 *
 * ERR_NOT_FOUND	there is no such piece
 * ERR_DOUBLE_FREE	it was given back before
 */
MUST_CHECK int boot_memory_release(size_t piece, uint64_t *bytes);

/*
 * Give a module back when its user is done with it: the number `index` of bootinfo_next_module()'s, from
 * 0. The same errors. It stays in the list of modules, where it tells what was there.
 */
MUST_CHECK int boot_module_release(size_t index, uint64_t *bytes);

/* Give all modules back that have not been. */
void boot_modules_release(void);

/* Log how much was given back, of what. */
void boot_memory_describe(void);

/* How many bytes of all pieces were given back. */
uint64_t boot_memory_given_back(void);

#endif
