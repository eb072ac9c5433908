/* SPDX-License-Identifier: MIT */
/*
 * Address types. A physical and a virtual address are different C types, each a struct of one
 * member, so that mixing the two does not compile; the generated code is that of a plain integer.
 * They are made and read only through the helpers below.
 *
 * There is no "invalid address" value: 0 and ~0 are addresses. Functions that may have no address
 * to return give a status and an out-parameter.
 */
#ifndef MERCATOR_TYPES_H
#define MERCATOR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)

/* A frame is a 4 KiB unit of physical memory; a 4 KiB page has the same size. */
#define FRAME_SHIFT 12
#define FRAME_SIZE  (UINT64_C(1) << FRAME_SHIFT)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

typedef struct {
	uint64_t raw;
} phys_addr_t;

typedef struct {
	uint64_t raw;
} virt_addr_t;

/* A frame number: a physical address divided by FRAME_SIZE. */
typedef uint64_t pfn_t;

static inline phys_addr_t phys_addr(uint64_t raw)
{
	return (phys_addr_t){ raw };
}

static inline uint64_t phys_raw(phys_addr_t addr)
{
	return addr.raw;
}

static inline phys_addr_t phys_of_pfn(pfn_t pfn)
{
	return phys_addr(pfn << FRAME_SHIFT);
}

static inline pfn_t phys_pfn(phys_addr_t addr)
{
	return addr.raw >> FRAME_SHIFT;
}

static inline virt_addr_t virt_addr(uint64_t raw)
{
	return (virt_addr_t){ raw };
}

static inline uint64_t virt_raw(virt_addr_t addr)
{
	return addr.raw;
}

static inline virt_addr_t virt_of_ptr(const volatile void *pointer)
{
	return virt_addr((uint64_t)(uintptr_t)pointer);
}

static inline void *virt_ptr(virt_addr_t addr)
{
	return (void *)(uintptr_t)addr.raw;
}

/* `align` must be a power of two. align_up() wraps to 0 past the last multiple of `align`. */
static inline uint64_t align_down(uint64_t value, uint64_t align)
{
	return value & ~(align - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

static inline bool is_aligned(uint64_t value, uint64_t align)
{
	return (value & (align - 1)) == 0;
}

/*
 * What a mapping may be used for, and how its memory is cached: in words that every architecture
 * has. Callers never see a bit of a page-table entry.
 */
/* Rights, to be or-ed. */
#define RIGHT_READ    (1u << 0) /* must be there: x86 cannot forbid reading what it can write */
#define RIGHT_WRITE   (1u << 1)
#define RIGHT_EXECUTE (1u << 2) /* never together with RIGHT_WRITE */
#define RIGHT_USER    (1u << 3) /* only in the lower half of the address space */
#define RIGHT_GLOBAL  (1u << 4) /* stays in the TLB when the root changes; only in the upper half */
#define RIGHTS_ALL    0x1fu

enum memory_type {
	MEMORY_WRITE_BACK,
	MEMORY_WRITE_THROUGH,
	MEMORY_WRITE_COMBINING,
	MEMORY_UNCACHED,
};

struct attributes {
	unsigned int rights;
	enum memory_type type;
};

#endif
