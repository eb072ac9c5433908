/* SPDX-License-Identifier: MIT */
/* Virtual addresses that mm made for itself: the table window and temporary pages. */
#ifndef ARCH_OWN_POINTER_H
#define ARCH_OWN_POINTER_H

#include <mercator/types.h>

/* How to dereference such an address in the active space. (A host build has another place for it.) */
static inline void *own_pointer(virt_addr_t address)
{
	return virt_ptr(address);
}

#endif
