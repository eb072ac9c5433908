/* SPDX-License-Identifier: MIT */
/* The host's stand-in for a machine: what mm sees of memory and of the TLB. */
#ifndef TESTS_HOST_MACHINE_H
#define TESTS_HOST_MACHINE_H

#include <mercator/types.h>

/* Called at each invalidation, if set: `whole` for everything, else the page at `address`. */
extern void (*host_tlb_watch)(bool whole, uint64_t address);

#endif
