/* SPDX-License-Identifier: MIT */
/*
 * Address types. Physical and virtual addresses are different C types, each a struct of one member,
 * so that mixing them does not compile; the generated code is that of a plain integer. Use only the
 * helpers below to make and read them.
 *
 * There is no "invalid address" value: 0 and ~0 are addresses. Functions that may have no address
 * to return have a status and an out-parameter.
 */
#ifndef MERCATOR_TYPES_H
#define MERCATOR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame is a 4 KiB unit of physical memory; a 4 KiB page has the same size. */
#define MC_FRAME_SHIFT 12
#define MC_FRAME_SIZE  (UINT64_C(1) << MC_FRAME_SHIFT)

typedef struct {
	uint64_t raw;
} mc_phys_addr_t;

typedef struct {
	uint64_t raw;
} mc_virt_addr_t;

/* A frame number: a physical address divided by MC_FRAME_SIZE. */
typedef uint64_t mc_pfn_t;

static inline mc_phys_addr_t mc_phys_addr(uint64_t raw)
{
	return (mc_phys_addr_t){ raw };
}

static inline uint64_t mc_phys_raw(mc_phys_addr_t addr)
{
	return addr.raw;
}

static inline mc_phys_addr_t mc_phys_of_pfn(mc_pfn_t pfn)
{
	return mc_phys_addr(pfn << MC_FRAME_SHIFT);
}

static inline mc_pfn_t mc_phys_pfn(mc_phys_addr_t addr)
{
	return addr.raw >> MC_FRAME_SHIFT;
}

static inline mc_virt_addr_t mc_virt_addr(uint64_t raw)
{
	return (mc_virt_addr_t){ raw };
}

static inline uint64_t mc_virt_raw(mc_virt_addr_t addr)
{
	return addr.raw;
}

static inline mc_virt_addr_t mc_virt_of_ptr(const volatile void *pointer)
{
	return mc_virt_addr((uint64_t)(uintptr_t)pointer);
}

static inline void *mc_virt_ptr(mc_virt_addr_t addr)
{
	return (void *)(uintptr_t)addr.raw;
}

/*
 * Rights and memory type of a mapping, independent of the architecture: callers never see a bit of
 * a page-table entry.
 */
/* Rights, to be or-ed. */
#define MC_RIGHT_READ    (1u << 0) /* must be there: x86 cannot forbid reading what it can write */
#define MC_RIGHT_WRITE   (1u << 1)
#define MC_RIGHT_EXECUTE (1u << 2) /* never together with MC_RIGHT_WRITE */
#define MC_RIGHT_USER    (1u << 3) /* only in the lower half of the address space */
#define MC_RIGHT_GLOBAL                                                                            \
	(1u << 4) /* stays in the TLB when the root changes; only in the upper half */
#define MC_RIGHTS_ALL 0x1fu

enum mc_memory_type {
	MC_MEMORY_WRITE_BACK,
	MC_MEMORY_WRITE_THROUGH,
	MC_MEMORY_WRITE_COMBINING,
	MC_MEMORY_UNCACHED,
};

struct mc_attributes {
	unsigned int rights;
	enum mc_memory_type type;
};

#endif
