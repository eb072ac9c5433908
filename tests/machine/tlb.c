/* SPDX-License-Identifier: MIT */
/*
 * The host's TLB (tlb.h), and INVLPG, loading CR3 and the full flush for mm (mercator/platform.h).
 */
#include <stdio.h>

#include <arch/layout.h>
#include <mercator/platform.h>

#include "../mm/mapper_fixture.h"
#include "machine.h"
#include "tlb.h"
#include "window.h"

#define TLB_SIZE    64
#define NR_RECENT   16
#define HINTS       64
#define ENTRY_COUNT 512

static struct mmu_page pages[TLB_SIZE];
static unsigned int nr_pages;
static uint8_t hints[HINTS]; /* by page number: where in pages[] it may be */

/* Addresses that were used lately: the CPU speculates around them. */
static uint64_t recent[NR_RECENT];
static unsigned int next_recent;

void (*host_tlb_watch)(bool whole, uint64_t address);
void (*host_root_watch)(uint64_t root);

static bool covers(const struct mmu_page *page, uint64_t address)
{
	return address - page->address < page->size;
}

static void drop(unsigned int index)
{
	if (pages[index].visible)
		window_hide(pages[index].address, pages[index].size);
	pages[index] = pages[--nr_pages];
}

void tlb_reset(void)
{
	while (nr_pages)
		drop(nr_pages - 1);
	mmu_forget_tables();
	for (unsigned int i = 0; i < NR_RECENT; i++)
		recent[i] = 0;
	for (unsigned int i = 0; i < HINTS; i++)
		hints[i] = 0;
	next_recent = 0;
}

static void note_recent(uint64_t address)
{
	recent[next_recent++ % NR_RECENT] = address;
}

/*
 * A CPU that has two sizes of a translation, with different contents, may do anything (Intel's
 * erratum on ITLB multihit, AMD erratum 383). The window is an exception: when pages of 2 MiB
 * become one of 1 GiB, so do their first 4 KiB each, until the batch is finished.
 */
static void check_sizes(const struct mmu_page *new)
{
	for (unsigned int i = 0; i < nr_pages && !window_has(new->address); i++) {
		const struct mmu_page *old = &pages[i];
		uint64_t start = old->address > new->address ? old->address : new->address;

		if (!covers(old, start) || !covers(new, start))
			continue;
		if (old->physical + (start - old->address) !=
			    new->physical + (start - new->address) ||
		    old->rights != new->rights)
			machine_fail(start,
				     "the TLB has pages of %#lx and %#lx bytes that disagree",
				     old->size, new->size);
	}
}

static unsigned int insert(const struct mmu_page *page)
{
	check_sizes(page);
	if (nr_pages == TLB_SIZE)
		drop((unsigned int)mmu_random_below(TLB_SIZE));
	pages[nr_pages] = *page;
	return nr_pages++;
}

struct mmu_page *tlb_use(uint64_t address, const char **why)
{
	uint8_t *hint = &hints[address / MC_FRAME_SIZE % HINTS];
	struct mmu_page page;
	unsigned int at;

	if (*hint < nr_pages && covers(&pages[*hint], address))
		return &pages[*hint];
	note_recent(address);
	for (at = 0; at < nr_pages && !covers(&pages[at], address); at++)
		;
	if (at == nr_pages) {
		*why = mmu_walk_cached(address, &page);
		if (*why)
			return NULL;
		at = insert(&page);
	}
	*hint = (uint8_t)at;
	return &pages[at];
}

void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	if (host_tlb_watch)
		host_tlb_watch(false, mc_virt_raw(address));
	tlb_speculate(8);
	for (unsigned int i = nr_pages; i-- > 0;)
		if (covers(&pages[i], mc_virt_raw(address)))
			drop(i);
	mmu_forget_tables();
	note_recent(mc_virt_raw(address));
	tlb_speculate(8);
}

void mc_tlb_load_root(mc_phys_addr_t root)
{
	if (host_root_watch)
		host_root_watch(mc_phys_raw(root));
	tlb_speculate(8);
	for (unsigned int i = nr_pages; i-- > 0;)
		if (!(pages[i].rights & MMU_GLOBAL))
			drop(i);
	mmu_load(mc_phys_raw(root), mmu_levels());
	tlb_speculate(8);
}

void mc_tlb_flush_all(void)
{
	if (host_tlb_watch)
		host_tlb_watch(true, 0);
	tlb_speculate(8);
	while (nr_pages)
		drop(nr_pages - 1);
	mmu_forget_tables();
}

static uint64_t canonical(uint64_t address)
{
	unsigned int unused = 64 - (12 + 9 * mmu_levels());

	return (uint64_t)((int64_t)(address << unused) >> unused);
}

/*
 * Where the recursive slot shows a table on the way to the address: indices, some places down. If the
 * second slot leads anywhere, it is often taken once on the way.
 */
static uint64_t window_near(uint64_t address)
{
	unsigned int levels = mmu_levels(), times = 1 + (unsigned int)mmu_random_below(levels);
	uint64_t window = (address & ((UINT64_C(1) << (12 + 9 * levels)) - 1)) >> 9 * times;
	const uint64_t *root = machine_memory(mmu_root());
	unsigned int second = (unsigned int)mmu_random_below(2 * times);

	for (unsigned int i = 0; i < times; i++) {
		const bool is_second = root && root[FIXTURE_SECOND_SLOT] && i == second;

		window |= (uint64_t)(is_second ? FIXTURE_SECOND_SLOT : FIXTURE_RECURSIVE_SLOT)
			  << (12 + 9 * (levels - 1 - i));
	}
	return canonical(window);
}

/* Some entry of the table that is present, from a random one on; ENTRY_COUNT if there is none. */
static unsigned int present_entry(const uint64_t *table)
{
	unsigned int first = (unsigned int)mmu_random_below(ENTRY_COUNT);

	for (unsigned int i = 0; i < ENTRY_COUNT; i++)
		if (table[(first + i) % ENTRY_COUNT] & 1)
			return (first + i) % ENTRY_COUNT;
	return ENTRY_COUNT;
}

/* Any address at all that the tables translate, those in the window as likely as the others. */
static uint64_t random_translated(void)
{
	uint64_t address = 0, table_address = mmu_root();

	for (unsigned int level = mmu_levels(); level >= 1; level--) {
		const uint64_t *table = machine_memory(table_address);
		unsigned int index;
		uint64_t entry;

		if (!table)
			break;
		index = present_entry(table);
		if (table_address == mmu_root() && table[FIXTURE_RECURSIVE_SLOT] &&
		    mmu_random_below(2))
			index = FIXTURE_RECURSIVE_SLOT;
		if (table_address == mmu_root() && table[FIXTURE_SECOND_SLOT] &&
		    mmu_random_below(2))
			index = FIXTURE_SECOND_SLOT;
		if (index == ENTRY_COUNT)
			break;
		entry = table[index];
		address |= (uint64_t)index << (12 + 9 * (level - 1));
		if (level == 1 || (level < 4 && (entry & 0x80)))
			return canonical(address +
					 mmu_random_below(UINT64_C(1) << 9 * (level - 1)) *
						 MC_FRAME_SIZE);
		table_address = entry & (UINT64_C(0x000ffffffffff000));
	}
	return canonical(address);
}

void tlb_speculate(unsigned int times)
{
	uint64_t address;
	const char *why;

	if (!mmu_levels() || mmu_random_below(times))
		return;
	address = recent[mmu_random_below(NR_RECENT)];
	switch (mmu_random_below(4)) {
	case 0: break;
	case 1: address = window_near(address); break;
	default: address = random_translated();
	}
	(void)tlb_use(address, &why); /* where it leads nowhere, nothing is seen of it */
}

static unsigned int index_at(uint64_t address, unsigned int step)
{
	return address >> (12 + 9 * (mmu_levels() - 1 - step)) & 511;
}

/* Whether the walk's n-th table is a root: the first is, and whatever the slots of a root lead to. */
static bool is_root_table(uint64_t address, unsigned int n)
{
	for (unsigned int step = 0; step < n; step++)
		if (index_at(address, step) != FIXTURE_RECURSIVE_SLOT &&
		    index_at(address, step) != FIXTURE_SECOND_SLOT)
			return false;
	return true;
}

/*
 * What the second slot has shown of global huge pages stays in the TLB when the slot is emptied. They
 * are in the kernel half, so that any slot shows the same: the walk goes by the recursive slot instead.
 */
static uint64_t without_second_slot(const struct mmu_page *page)
{
	const uint64_t *root = machine_memory(mmu_root());
	uint64_t address = page->address;

	if (!(page->rights & MMU_GLOBAL) || root[FIXTURE_SECOND_SLOT])
		return address;
	for (unsigned int step = 0; is_root_table(address, step) && step < mmu_levels(); step++)
		if (index_at(address, step) == FIXTURE_SECOND_SLOT)
			address += ((uint64_t)FIXTURE_RECURSIVE_SLOT - FIXTURE_SECOND_SLOT)
				   << (12 + 9 * (mmu_levels() - 1 - step));
	return address;
}

const char *tlb_stale(void)
{
	static char text[160];
	uint64_t address;
	const char *why;

	if (!mmu_levels())
		return NULL;
	why = mmu_cache_is_stale(&address);
	if (why) {
		snprintf(text, sizeof(text), "%s, for %#lx", why, address);
		return text;
	}
	for (unsigned int i = 0; i < nr_pages; i++) {
		const struct mmu_page *had = &pages[i];
		const uint64_t shown_at = without_second_slot(had);
		struct mmu_page now;

		why = mmu_walk(shown_at, &now);
		if (!why && now.address == shown_at && now.size == had->size &&
		    now.physical == had->physical && now.rights == had->rights)
			continue;
		snprintf(text, sizeof(text),
			 "the TLB leads %#lx to %#lx, rights %#lx, size %#lx; the tables: %s",
			 had->address, had->physical, had->rights, had->size,
			 why ? why : "elsewhere");
		return text;
	}
	return NULL;
}

void tlb_check_frame(uint64_t frame, const char *when)
{
	uint64_t address;
	const char *why = mmu_cache_leads_to(frame, &address);

	if (why)
		machine_fail(address, "frame %#lx is %s: %s", frame, when, why);
	for (unsigned int i = 0; i < nr_pages; i++) {
		const struct mmu_page *page = &pages[i];

		if (page->address == TEMP_PAGES_BASE)
			continue; /* which leads to where it was last used */
		if (frame - page->physical < page->size)
			machine_fail(page->address, "frame %#lx is %s: the TLB still leads to it",
				     frame, when);
		/* A global page outlives the root that it was found by. */
		for (unsigned int j = 0; j < page->nr_tables; j++)
			if (page->tables[j] == frame &&
			    !((page->rights & MMU_GLOBAL) && is_root_table(page->address, j)))
				machine_fail(page->address,
					     "frame %#lx is %s: the TLB has a page by way of it",
					     frame, when);
	}
}
