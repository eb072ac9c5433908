/* SPDX-License-Identifier: MIT */
/* Names of the parts of the address space: the one place that knows them. */
#ifndef KERNEL_MONITOR_REGIONS_H
#define KERNEL_MONITOR_REGIONS_H

#include <mercator/space.h>

/* The region that holds an address: from `start` to `last`, both included. */
struct region {
	uint64_t start, last;
	const char *name;
};

/* Addresses between named regions have a region too, without a name (""). */
struct region region_of(const struct space *space, virt_addr_t address);

#endif
