/* SPDX-License-Identifier: MIT */
/* The machine's memory: what is usable, boot memory, the frame pool, access to any frame. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <kernel/boot_information.h>
#include <mercator/error.h>
#include <mercator/frame.h>
#include <mercator/memmap.h>
#include <mercator/space.h>
#include <mercator/types.h>

/*
 * `size` bytes from `start` on are the screen's video memory, even if the memory map calls them
 * free. Call it before memory_init(), which then does not treat them as RAM.
 *
 * MC_ERR_BUSY		something there is in use: the kernel, page 0, what the loader put there,
 *			ACPI's tables, persistent memory
 * MC_ERR_NO_MEMORY	it would be more than half of the memory
 */
MC_MUST_CHECK int memory_claim_screen(const struct bootinfo *info, mc_phys_addr_t start,
				      uint64_t size);

/* The claimed range; empty if there is none. */
struct mc_memmap_range memory_screen(void);

/*
 * Take the memory map from the boot information: remove what is not RAM (arch/memory_hole.h, the
 * screen) and what is in use (page 0, the kernel image with the stub's tables, the boot
 * information, modules, the arrays themselves), normalise it, and log the result. The boot
 * information is copied, so that the loader's can be freed. The physical map's reach must be set.
 * Panics if there is no usable memory.
 */
void memory_init(const struct bootinfo *info);

/* Frames [start, end), none if equal. */
struct pfn_range {
	mc_pfn_t start, end;
};

/*
 * All RAM, in use or not, as ranges of whole frames below the CPU's physical limit, without device
 * memory; sorted, disjoint, none adjacent.
 */
const struct mc_memmap_range *memory_ram(size_t *count);

/*
 * Boot memory: in use only at start. Bytes, of any alignment; pieces may be adjacent, overlap and
 * be empty. Modules come last, in the loader's order.
 */
enum memory_boot_piece {
	BOOT_STUB,
	BOOT_STUB_TABLES,
	BOOT_INFORMATION, /* where the loader put it */
	BOOT_MODULES,     /* the first, if there is one */
};

const struct mc_memmap_range *memory_boot(size_t *count);

/* Whether a piece of boot memory has been released; and mark it so. After memory_remap(). */
bool memory_boot_is_released(size_t piece);
void memory_boot_set_released(size_t piece);

/*
 * All memory for the frame allocator: memory_ranges() and the frames that only boot memory uses;
 * sorted, disjoint, none adjacent.
 */
const struct mc_memmap_range *memory_allocatable(size_t *count);

/*
 * Where all of these arrays are, that of memory_ranges() first; and where the copy of the boot
 * information is, in its own frames. Physical, in bytes.
 */
struct mc_memmap_range memory_arrays(void);
struct mc_memmap_range memory_information(void);

/* The arrays are mapped at `start`, read-only, from now on. */
void memory_remap(const void *start);

/*
 * Usable ranges of whole frames, sorted and disjoint, not in use. All lie below the CPU's physical
 * limit, but some may lie beyond the physical map's reach. Read-only after memory_init().
 */
const struct mc_memmap_range *memory_ranges(size_t *count);

/*
 * Boot memory: the stub, its tables, the loader's copy of the boot information, modules. It is in
 * use only at start. Its frames are in the frame allocator from the beginning, as allocated ones,
 * and so do not split ranges when they are freed.
 *
 * Whole frames are freed. A frame of several pieces is freed with the last of them. A frame that
 * has something else in it too, or is not all RAM, is never freed.
 */

/* Allocate the frames of boot memory. Call it once, before any other allocation. */
void boot_memory_take(void);

/*
 * Free a piece (enum memory_boot_piece). It must not be used or mapped any more. *bytes, if not
 * NULL, is how much memory was freed.
 *
 * MC_ERR_NOT_FOUND	there is no such piece
 * MC_ERR_DOUBLE_FREE	it was freed before
 */
MC_MUST_CHECK int boot_memory_release(size_t piece, uint64_t *bytes);

/*
 * Free module number `index` (from 0, in the order of bootinfo_next_module()) when its user is done
 * with it. The same errors. It stays in the list of modules.
 */
MC_MUST_CHECK int boot_module_release(size_t index, uint64_t *bytes);

/* Free all modules that are not free yet. */
void boot_modules_release(void);

/* Log how much was freed of which pieces. */
void boot_memory_describe(void);

/* The bytes that were freed, of all pieces. */
uint64_t boot_memory_given_back(void);

/*
 * The kernel's pool of frames (mercator/frame.h has the operations), and the source of frames
 * before it is up: the kernel's page tables are built first, as they map the pool's metadata.
 */

/*
 * Choose the place of all metadata, and the frames that are taken before frames_init(): the stub's
 * tables must reach these. Call it after memory_init(). Panics if there is no room.
 */
void frames_plan(void);

/* The metadata's place: physical, in bytes, whole frames. */
struct mc_memmap_range frames_metadata(void);

/*
 * Frames for page tables, before and after frames_init(). Before, they are taken in ascending
 * order, and none can be freed.
 */
const struct mc_frame_source *kernel_frame_source(void);

/*
 * Give all usable memory and boot memory to the pool, up to the end of the physical map's window,
 * if there is one. The metadata's place is mapped at `metadata`. Frames that were taken before, and
 * boot memory, are in the pool as allocated frames.
 */
void frames_init(void *metadata);

struct mc_frame_pool *kernel_frames(void);

/*
 * The bytes of any frame, for a moment: through the physical map if it covers the frame, else
 * through this CPU's temporary page. All of physical memory except device memory may be read so:
 * firmware's tables, RAM in a kernel without a physical map.
 */

/*
 * A pointer to the frame's MC_FRAME_SIZE bytes, writable, write-back. It is valid until the next
 * call, on this CPU, of this function, of any operation of a mapper, or of mc_frame_zero() of the
 * kernel's pool; allocating and freeing frames does not invalidate it. Not for interrupt and
 * exception handlers, because the code that they interrupt may use the pointer; so they must not
 * call mc_frame_zero() either. Not for device memory, which needs another memory type
 * (kernel/address_space.h). `frame` must lie below the CPU's physical limit, and must not be the
 * kernel's text or read-only data: there is no writable alias of these (invariant 8), and the
 * physical map has them read-only, too.
 */
void *frame_bytes(mc_pfn_t frame);

/*
 * Copy `size` bytes from physical memory, of any alignment and across frames; nothing stays mapped.
 * Invalidates pointers of frame_bytes(). The other rules are the same as there.
 */
void physical_read(void *to, mc_phys_addr_t from, size_t size);

#endif
