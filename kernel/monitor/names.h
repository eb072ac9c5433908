/* SPDX-License-Identifier: MIT */
/* Names for what is mapped where. */
#ifndef KERNEL_MONITOR_NAMES_H
#define KERNEL_MONITOR_NAMES_H

#include <mercator/types.h>

/* A part of the address space with one name: [start, last], both included. */
struct named {
	uint64_t start, last;
	const char *name;
};

/* The part that holds an address; a name of "" where the kernel has no region. */
struct named named_of(mc_virt_addr_t address);

/*
 * A better name for what is mapped at one of the kernel's single mappings, by its physical address;
 * NULL if it is nothing special.
 */
const char *name_of_single(mc_phys_addr_t physical);

#endif
