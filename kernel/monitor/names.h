/* SPDX-License-Identifier: MIT */
/* Names for addresses. */
#ifndef KERNEL_MONITOR_NAMES_H
#define KERNEL_MONITOR_NAMES_H

#include <mercator/types.h>

/* A part of the address space with one name: [start, last], both included. */
struct named {
	uint64_t start, last;
	const char *name;
};

/* The part with an address; its name is "" if the kernel has no region there. */
struct named named_of(mc_virt_addr_t address);

/* The name of a single mapping of the kernel's, by its physical address; NULL if it has none. */
const char *name_of_single(mc_phys_addr_t physical);

#endif
