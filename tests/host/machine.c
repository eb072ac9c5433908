/* SPDX-License-Identifier: MIT */
/* The host's stand-in for a machine (machine.h): physical memory is an array. */
#include <arch/physmap_base.h>
#include <arch/tlb.h>
#include <mercator/physmap.h>

#include "../kernel/mapper_fixture.h"
#include "machine.h"

/* Not 0, so that a physical address used as a pointer, or the reverse, goes wrong at once. */
#define MEMORY_START UINT64_C(0x40000000)

static uint8_t memory[FIXTURE_FRAMES][FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));

uint64_t host_physmap_base;
void (*host_tlb_watch)(bool whole, uint64_t address);

__attribute__((constructor)) static void start_machine(void)
{
	host_physmap_base = (uint64_t)(uintptr_t)memory - MEMORY_START;
	physmap_set_reach(MEMORY_START + sizeof(memory));
}

phys_addr_t fixture_memory(void)
{
	return phys_addr(MEMORY_START);
}

void tlb_invalidate_page(virt_addr_t address)
{
	if (host_tlb_watch)
		host_tlb_watch(false, virt_raw(address));
}

void tlb_flush_all(void)
{
	if (host_tlb_watch)
		host_tlb_watch(true, 0);
}

/* There is no MMU here: only tables that are reached without one can be worked on. */
unsigned int fixture_live_levels(void)
{
	return 4;
}

bool fixture_activate(struct fixture *fixture)
{
	(void)fixture;
	return false;
}

void fixture_deactivate(struct fixture *fixture)
{
	(void)fixture;
}
