/* SPDX-License-Identifier: MIT */
/*
 * The host's TLB (machine.h). A translation, once in, stays until it is invalidated or has to make
 * room: changes of the tables do not touch it. The CPU fills it whenever it likes, for any address
 * that the tables translate; here: at every event that tests and mm produce, by chance.
 */
#ifndef TESTS_MACHINE_TLB_H
#define TESTS_MACHINE_TLB_H

#include "mmu.h"

/* Forget everything, as at power-up. */
void tlb_reset(void);

/* What the CPU takes for `address`; filled if need be. NULL: a fault, and *why. */
struct mmu_page *tlb_use(uint64_t address, const char **why);

/* The CPU looks ahead, once in so many times, and takes in what it comes across. */
void tlb_speculate(unsigned int times);

/* NULL, or what the TLB holds that the tables do not say: after all that was owed is invalidated. */
const char *tlb_stale(void);

/* A frame goes back, or is given out: nothing may lead to it any more. Else it fails. */
void tlb_check_frame(uint64_t frame, const char *when);

#endif
