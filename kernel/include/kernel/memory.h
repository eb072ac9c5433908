/* SPDX-License-Identifier: MIT */
/* The machine's usable memory, found once at start. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <kernel/boot_information.h>
#include <mercator/error.h>
#include <mercator/frame.h>
#include <mercator/memmap.h>
#include <mercator/space.h>
#include <mercator/types.h>

/*
 * Before memory_init(): `size` bytes from `start` on are the screen's video memory, even if the memory
 * map calls them free. From then on they are no RAM.
 *
 * MC_ERR_BUSY		something is there that is in use: the kernel, page 0, what the loader put there,
 *			ACPI's tables, persistent memory
 * MC_ERR_NO_MEMORY	it would be more than half of the memory
 */
MC_MUST_CHECK int memory_claim_screen(const struct bootinfo *info, mc_phys_addr_t start,
				      uint64_t size);

/* What was claimed; empty if nothing was. */
struct mc_memmap_range memory_screen(void);

/*
 * Take the memory map from the boot information: remove what is no RAM (arch/memory_hole.h, the screen)
 * and what is in use (page 0, the kernel image with the stub's tables, the boot information, modules,
 * the arrays themselves), normalise it, and log what is found and what is left out. The boot information
 * is copied, so that the loader's place can be given back. The physical map's reach must be set. Panics
 * if there is no usable memory at all.
 */
void memory_init(const struct bootinfo *info);

/* Frames [start, end), none if equal. */
struct pfn_range {
	mc_pfn_t start, end;
};

/*
 * All ranges of whole frames that are RAM, ours and others' use of it included, but no device memory,
 * below the CPU's physical limit; sorted, disjoint, no two touching.
 */
const struct mc_memmap_range *memory_ram(size_t *count);

/*
 * Boot memory: what is in use at start and need not stay (kernel/memory.h). Bytes, of any
 * alignment; pieces may touch, overlap and be empty. Modules come last, in the loader's order.
 */
enum memory_boot_piece {
	BOOT_STUB,
	BOOT_STUB_TABLES,
	BOOT_INFORMATION, /* where the loader put it */
	BOOT_MODULES,     /* the first, if there is one */
};

const struct mc_memmap_range *memory_boot(size_t *count);

/* Whether a piece of boot memory has been released, and that it has. After memory_remap(). */
bool memory_boot_is_released(size_t piece);
void memory_boot_set_released(size_t piece);

/*
 * The ranges of memory_ranges() and the frames that boot memory alone is in; sorted, disjoint, no two
 * touching. What the frame allocator is to have.
 */
const struct mc_memmap_range *memory_allocatable(size_t *count);

/*
 * The physical memory, in bytes, in which all of these arrays are, that of memory_ranges() first; and
 * that in which the copy of the boot information is, in frames of its own.
 */
struct mc_memmap_range memory_arrays(void);
struct mc_memmap_range memory_information(void);

/* The arrays are mapped at `start`, read-only, from now on. */
void memory_remap(const void *start);

/*
 * Usable ranges of whole frames, sorted and disjoint, none of them in use by anybody. All lie below
 * the CPU's physical limit, but some may lie beyond the physical map's reach. Read-only after
 * memory_init().
 */
const struct mc_memmap_range *memory_ranges(size_t *count);

/*
 * Boot memory: the stub, its tables, the loader's copy of the boot information, modules. It is in use at
 * start and need not stay. Its frames are in the frame allocator from the start, allocated, and so leave
 * no seam between ranges when they are given back.
 *
 * Whole frames are given back. One that several pieces are in is given back with the last of them; one
 * that something else is in too, or that is not RAM as a whole, never is.
 */

/* Allocate what boot memory is in; it is all in the pool. To be called once, before anybody allocates. */
void boot_memory_take(void);

/*
 * Give a piece back (enum memory_boot_piece). Nobody may use it, or map it, any more. *bytes, if not
 * NULL, is how much memory is free now that was not.
 *
 * MC_ERR_NOT_FOUND	there is no such piece
 * MC_ERR_DOUBLE_FREE	it was given back before
 */
MC_MUST_CHECK int boot_memory_release(size_t piece, uint64_t *bytes);

/*
 * Give a module back when its user is done with it: the number `index` of bootinfo_next_module()'s, from
 * 0. The same errors. It stays in the list of modules, where it tells what was there.
 */
MC_MUST_CHECK int boot_module_release(size_t index, uint64_t *bytes);

/* Give all modules back that have not been. */
void boot_modules_release(void);

/* Log how much was given back, of what. */
void boot_memory_describe(void);

/* How many bytes of all pieces were given back. */
uint64_t boot_memory_given_back(void);

/*
 * The kernel's own pool of frames (mercator/frame.h has the operations), and where frames come from
 * before it is up: the kernel's page tables are built first, as the pool's metadata live in them.
 */

/*
 * Choose where the metadata of all usable memory go, and which frames are taken before frames_init():
 * these must be reached by the stub's tables. memory_init() must have been called. Panics if there is
 * no room.
 */
void frames_plan(void);

/* The metadata's place: physical, in bytes, whole frames. */
struct mc_memmap_range frames_metadata(void);

/*
 * Frames for the tables of page tables, before and after frames_init(). Before, they are taken in a
 * row, and none can be released.
 */
const struct mc_frame_source *kernel_frame_source(void);

/*
 * Hand all usable memory and boot memory to the pool, as far as the physical map's window goes, if there
 * is one. The metadata's place is mapped at `metadata`. Frames that were taken before are in the pool,
 * allocated, and so is boot memory (kernel/memory.h).
 */
void frames_init(void *metadata);

struct mc_frame_pool *kernel_frames(void);

/*
 * The bytes of any frame, for a moment: through the physical map where that has the frame, through
 * this CPU's temporary page where it has not (device memory excepted, all of physical memory may be
 * read so: firmware's tables, RAM in a kernel without a physical map). Callers need not know which.
 */

/*
 * A pointer to the frame's MC_FRAME_SIZE bytes, writable, write-back; good until the next call on this
 * CPU, of this function, of any operation of a mapper, or of mc_frame_zero() of the kernel's pool; whoever
 * allocates or frees frames of that pool leaves it good. Not for interrupt and exception handlers, who
 * may have interrupted one that uses the pointer: so they must not call mc_frame_zero(). Not for device
 * memory, which needs another memory type (kernel/address_space.h). `frame` must lie below the CPU's
 * physical limit, and be one that may be written: of the kernel's text and read-only data there is no
 * writable alias (invariant 8), and the physical map has them read-only, too.
 */
void *frame_bytes(mc_pfn_t frame);

/*
 * Copy `size` bytes from physical memory, of any alignment and across frames, whoever uses them: nothing
 * is left mapped. Pointers of frame_bytes() are good no more. The rest as there.
 */
void physical_read(void *to, mc_phys_addr_t from, size_t size);

#endif
