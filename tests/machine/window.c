/* SPDX-License-Identifier: MIT */
/*
 * mc_own_pointer() on the host: memory at the addresses of the table windows and of the temporary
 * page. Two ways, both through the TLB (tlb.h), both with 4 KiB of physical memory behind each
 * page:
 *
 * - As memory, for 4 levels. Both ranges are reserved, and nothing is there at first. An access
 *   faults; the handler asks the TLB, maps the very frame that it names there, and the access goes
 *   on. It stays mapped until the TLB loses the page. Each load and store is translated, so a pointer
 *   that is kept too long is seen too; but a fault costs microseconds.
 * - As a pointer into physical memory, for 5 levels, whose window is larger than a host's address
 *   space, and for many operations. Translated when mc_own_pointer() is called, and only then.
 */
#define _GNU_SOURCE /* REG_ERR */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <arch/layout.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "../mm/mapper_fixture.h"
#include "machine.h"
#include "tlb.h"
#include "window.h"

#define WINDOW_BASE        SLOT_BASE(FIXTURE_RECURSIVE_SLOT)
#define SECOND_WINDOW_BASE SLOT_BASE(FIXTURE_SECOND_SLOT)
#define WRITE_FAULT        2 /* in the error code (SDM 3, 4.7) */

/* Ranges of mm's addresses that are reserved on the host. */
static struct {
	uint64_t base, size;
	uint8_t *host;
} ranges[] = {
	{ .base = WINDOW_BASE, .size = SLOT_SIZE },
	{ .base = SECOND_WINDOW_BASE, .size = SLOT_SIZE },
	{ .base = TEMP_PAGES_BASE, .size = TEMP_PAGES * MC_FRAME_SIZE },
};

static void *nothing_at(void *where, uint64_t size)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (where ? MAP_FIXED : 0);
	void *got = mmap(where, size, PROT_NONE, flags, -1, 0);

	if (got == MAP_FAILED) {
		perror("mmap");
		abort();
	}
	return got;
}

void window_hide(uint64_t address, uint64_t size)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (address - ranges[i].base >= ranges[i].size)
			continue;
		nothing_at(ranges[i].host + (address - ranges[i].base), size);
	}
}

bool window_has(uint64_t address)
{
	unsigned int shift = 12 + 9 * (mmu_levels() - 1);

	return (address >> shift & 511) == FIXTURE_RECURSIVE_SLOT ||
	       (address >> shift & 511) == FIXTURE_SECOND_SLOT;
}

/* What the CPU takes for the page at `address`; it fails where the CPU would fault. */
static struct mmu_page *translate(uint64_t address, bool writes, void **memory)
{
	const char *why = NULL;
	struct mmu_page *page = tlb_use(address, &why);

	if (!page)
		machine_fail(address, "page fault: %s", why);
	if (writes && !(page->rights & MMU_WRITE))
		machine_fail(address, "page fault: a write to what is read-only");
	*memory = machine_memory(page->physical + (address - page->address));
	if (!*memory)
		machine_fail(address, "an access to %#lx, where no memory is",
			     page->physical + (address - page->address));
	return page;
}

static void make_visible(unsigned int range, uint64_t address, bool writes)
{
	void *memory;
	struct mmu_page *page = translate(address, writes, &memory);
	int protection = PROT_READ | (page->rights & MMU_WRITE ? PROT_WRITE : 0);
	int64_t offset;
	int file = machine_memory_file(page->physical + (address - page->address), &offset);
	void *where = ranges[range].host + (address - ranges[range].base);

	if (mmap(where, MC_FRAME_SIZE, protection, MAP_SHARED | MAP_FIXED, file, offset) != where) {
		perror("mmap");
		abort();
	}
	page->visible = true;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	const ucontext_t *interrupted = context;
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	bool writes = interrupted->uc_mcontext.gregs[REG_ERR] & WRITE_FAULT;

	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++) {
		uint64_t offset =
			(uint64_t)(uintptr_t)info->si_addr - (uint64_t)(uintptr_t)ranges[i].host;

		if (offset >= ranges[i].size)
			continue;
		make_visible(i, ranges[i].base + (offset & ~(uint64_t)(MC_FRAME_SIZE - 1)), writes);
		return;
	}
	/* Not ours: returning repeats the fault, which then ends the program. */
	sigaction(number, &by_default, NULL);
}

__attribute__((constructor)) static void reserve_ranges(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++)
		ranges[i].host = nothing_at(NULL, ranges[i].size);
	sigaction(SIGSEGV, &action, NULL);
}

void *mc_own_pointer(mc_virt_addr_t address)
{
	void *memory;

	tlb_speculate(64);
	if (!machine_window_is_memory || mmu_levels() != 4) {
		translate(mc_virt_raw(address), false, &memory);
		return memory;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++)
		if (mc_virt_raw(address) - ranges[i].base < ranges[i].size)
			return ranges[i].host + (mc_virt_raw(address) - ranges[i].base);
	machine_fail(mc_virt_raw(address), "neither in the table window nor the temporary page");
}
