/* SPDX-License-Identifier: MIT */
/* Device memory in the kernel's address space: what other kernels call ioremap. */
#ifndef MERCATOR_DEVICE_MAP_H
#define MERCATOR_DEVICE_MAP_H

#include <mercator/attributes.h>
#include <mercator/error.h>
#include <mercator/types.h>

/*
 * Map `size` bytes of device memory, of any alignment, writable, with this memory type; *pointer is
 * where `physical` then is. RAM is refused, as it is mapped write-back elsewhere and the CPU must not
 * see it under two types (SDM 3, 12.12.4).
 *
 *   ERR_INVALID  size is 0, no such type, or some of it is RAM
 *   and those of vmap_map() (mercator/vmap.h)
 */
MUST_CHECK int device_map(phys_addr_t physical, uint64_t size, enum memory_type type,
			  void **pointer);

/* Take it away again, with the same pointer and size. Errors: those of vmap_unmap(). */
MUST_CHECK int device_unmap(volatile void *pointer, uint64_t size);

#endif
