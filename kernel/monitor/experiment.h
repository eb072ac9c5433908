/* SPDX-License-Identifier: MIT */
/*
 * Experiments at the prompt, and their bounds: they map only memory that `alloc` gave out, only
 * into the lower half of an address space, and write only there. So they cannot change anything of
 * the kernel's.
 */
#ifndef KERNEL_MONITOR_EXPERIMENT_H
#define KERNEL_MONITOR_EXPERIMENT_H

#include <mercator/space.h>

/* The lowest address for experiments: null pointers still fault. */
#define EXPERIMENTS_START UINT64_C(0x10000)

/* Physical memory that `alloc` gave out: frames [start, start + count). */
struct own_block {
	mc_pfn_t start;
	uint64_t count;
};

#define OWN_BLOCKS_MAX 64

/* The block with all of [physical, physical + size), or NULL. */
const struct own_block *own_find(mc_phys_addr_t physical, uint64_t size);

/* The same, among these blocks. */
const struct own_block *own_find_in(const struct own_block *blocks, size_t nr_blocks,
				    mc_phys_addr_t physical, uint64_t size);

/*
 * Parse a physical address: a number, or `last` for the block that `alloc` gave out last. If it is
 * neither, false and a message.
 */
bool own_parse(const char *text, mc_phys_addr_t *physical);

/* Whether all of [address, address + size) is for experiments, in a space with this many levels. */
bool experiment_allows(mc_virt_addr_t address, uint64_t size, unsigned int levels);

/*
 * Whether a leaf of the space's lower half maps any of these frames; *address is where. Also true,
 * with `error` on the log, if the tables cannot be read.
 */
bool experiment_maps(const struct mc_space *space, const struct own_block *block,
		     mc_virt_addr_t *address);

/* The address space that commands use: the active one. */
struct mc_space *monitor_space(void);

/* The spaces by number; NULL if there is none. Number 0 is the kernel's. */
#define SPACES_MAX 8
struct mc_space *monitor_space_number(unsigned int number);

#endif
