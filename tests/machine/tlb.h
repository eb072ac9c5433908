/* SPDX-License-Identifier: MIT */
/*
 * The host's TLB (machine.h). A translation stays until it is invalidated or replaced, even if the
 * tables change. The CPU may fill it at any time, for any address that the tables translate; here,
 * at random, at every event of tests and mm.
 */
#ifndef TESTS_MACHINE_TLB_H
#define TESTS_MACHINE_TLB_H

#include "mmu.h"

/* Forget everything, as at power-up. */
void tlb_reset(void);

/* What the CPU takes for `address`; filled if need be. NULL: a fault, and *why. */
struct mmu_page *tlb_use(uint64_t address, const char **why);

/* Speculation: once in `times`, the CPU caches translations at random. */
void tlb_speculate(unsigned int times);

/* NULL, or what is stale in the TLB. To be called when no invalidations are pending. */
const char *tlb_stale(void);

/* A frame is freed or allocated: fails if the TLB still leads to it. */
void tlb_check_frame(uint64_t frame, const char *when);

#endif
