/* SPDX-License-Identifier: MIT */
/* Making the list of regions, for kernel/memory/paging.c. */
#ifndef KERNEL_REGIONS_H
#define KERNEL_REGIONS_H

/* Fill the list for paging with this many levels. */
void regions_init(unsigned int levels);

#endif
