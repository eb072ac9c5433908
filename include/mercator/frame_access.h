/* SPDX-License-Identifier: MIT */
/*
 * The bytes of any frame, for a moment: through the physical map where that has the frame, through
 * this CPU's temporary page where it has not (device memory excepted, all of physical memory may be
 * read so: firmware's tables, RAM in a kernel without a physical map). Callers need not know which.
 */
#ifndef MERCATOR_FRAME_ACCESS_H
#define MERCATOR_FRAME_ACCESS_H

#include <mercator/types.h>

/*
 * A pointer to the frame's FRAME_SIZE bytes, writable, write-back; good until the next call on this
 * CPU, of this function, of any operation of a mapper, or of frame_zero() of the kernel's pool; whoever
 * allocates or frees frames of that pool leaves it good. Not for interrupt and exception handlers, who
 * may have interrupted one that uses the pointer: so they must not call frame_zero(). Not for device
 * memory, which needs another memory type (mercator/device_map.h). `frame` must lie below the CPU's
 * physical limit, and be one that may be written: of the kernel's text and read-only data there is no
 * writable alias (invariant 8), and the physical map has them read-only, too.
 */
void *frame_access(pfn_t frame);

/*
 * Copy `size` bytes from physical memory, of any alignment and across frames, whosever they are: nothing
 * is left mapped. Pointers of frame_access() are good no more. The rest as there.
 */
void physical_read(void *to, phys_addr_t from, size_t size);

#endif
