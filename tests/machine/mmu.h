/* SPDX-License-Identifier: MIT */
/*
 * The host's MMU (machine.h): translation as the hardware does it, and its paging-structure caches.
 */
#ifndef TESTS_MACHINE_MMU_H
#define TESTS_MACHINE_MMU_H

#include <mercator/types.h>

#define MMU_LEVELS_MAX 5

/* A translation, as the TLB keeps it. */
struct mmu_page {
	uint64_t address, size, physical; /* of the page's first byte */
	uint64_t rights;                  /* MMU_*: what all levels together leave */
	uint64_t tables[MMU_LEVELS_MAX];  /* those that the walk came through */
	unsigned int nr_tables;
	bool visible; /* window.c has memory there */
};

/* Rights, at the place that they have in entries (SDM 3, 4.5). */
#define MMU_WRITE      (UINT64_C(1) << 1)
#define MMU_USER       (UINT64_C(1) << 2)
#define MMU_TYPE       (UINT64_C(3) << 3)
#define MMU_GLOBAL     (UINT64_C(1) << 8)
#define MMU_NO_EXECUTE (UINT64_C(1) << 63)

/* CR3 and CR4.LA57. With 0 levels there is no address space, and nothing happens. */
void mmu_load(uint64_t root, unsigned int levels);
uint64_t mmu_root(void);
unsigned int mmu_levels(void);

/*
 * Translate by the tables alone. NULL, or why there is a fault: then *page has the address and the
 * tables only.
 */
const char *mmu_walk(uint64_t address, struct mmu_page *page);

/*
 * The same as the hardware may do it: from what the paging-structure caches have, which this also
 * fills (SDM 3, 4.10.3).
 */
const char *mmu_walk_cached(uint64_t address, struct mmu_page *page);

/* Every INVLPG does this, whatever its address (SDM 3, 4.10.4.1). */
void mmu_forget_tables(void);

/* NULL, or what is wrong with a cached table entry: it leads to `table`, or differs from the tables. */
const char *mmu_cache_leads_to(uint64_t table, uint64_t *address);
const char *mmu_cache_is_stale(uint64_t *address);

/* The CPU's speculation is random, and repeatable from the seed (xorshift64*). */
void mmu_seed(uint64_t seed);
uint64_t mmu_random_below(uint64_t bound);

#endif
