/* SPDX-License-Identifier: MIT */
/* The host's stand-in: tests see what is invalidated, and when (tests/host/machine.c). */
#ifndef ARCH_TLB_H
#define ARCH_TLB_H

#include <mercator/types.h>

void tlb_invalidate_page(virt_addr_t address);
void tlb_load_root(phys_addr_t root);
void tlb_flush_all(void);

#endif
