/* SPDX-License-Identifier: MIT */
/* Looking at all of an address space. */
#ifndef KERNEL_MONITOR_VISIT_H
#define KERNEL_MONITOR_VISIT_H

#include <mercator/mapper.h>

/*
 * Visit every leaf and reserved entry of the space, in ascending order, as mapper_visit() does for a
 * range. The recursive slot is not entered: `window` is called for it, with its first address, where
 * it stands in the order.
 */
MUST_CHECK int visit_space(const struct space *space, mapper_visit_leaf visit,
			   void (*window)(void *context, virt_addr_t start), void *context);

#endif
