/* SPDX-License-Identifier: MIT */
/*
 * The walk of an MMU (mmu.h), from the manual (SDM 3, 4.5 and 4.10.3). It shares nothing with mm:
 * it has its own bits, shifts and canonical addresses. The recursive slot is not a special case: an
 * entry that points at the root is like any other.
 */
#include "mmu.h"
#include "machine.h"

#define BIT(n)       (UINT64_C(1) << (n))
#define PRESENT      BIT(0)
#define HUGE         BIT(7)
#define ADDRESS_BITS (BIT(52) - BIT(12))
#define PAT_HUGE     BIT(12)

static uint64_t root;
static unsigned int levels;
static uint64_t random_state = 1;

/* A walk under way, at the table of `level`. */
struct progress {
	unsigned int level;
	uint64_t table;
	uint64_t all, any; /* entries so far, and-ed and or-ed */
	uint64_t tables[MMU_LEVELS_MAX];
	unsigned int nr_tables;
};

/* What is remembered of table entries: addresses with this prefix go on from there. */
#define CACHE_SIZE 24

static struct cached {
	uint64_t prefix; /* of the address, from the bits of entries of level + 1 on */
	struct progress progress;
} cache[CACHE_SIZE];

static unsigned int nr_cached;

void mmu_seed(uint64_t seed)
{
	random_state = seed | 1;
}

uint64_t mmu_random_below(uint64_t bound)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) * bound >> 32;
}

void mmu_load(uint64_t new_root, unsigned int new_levels)
{
	root = new_root;
	levels = new_levels;
	mmu_forget_tables();
}

uint64_t mmu_root(void)
{
	return root;
}

unsigned int mmu_levels(void)
{
	return levels;
}

void mmu_forget_tables(void)
{
	nr_cached = 0;
}

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static struct progress at_root(void)
{
	return (struct progress){ .level = levels, .table = root, .all = UINT64_MAX };
}

/* Leads a leaf of this level anywhere? Its address bits below the page size are reserved. */
static const char *finish(const struct progress *p, uint64_t entry, struct mmu_page *page)
{
	uint64_t size = UINT64_C(1) << shift_of(p->level);
	uint64_t reserved = (size - 1) & ADDRESS_BITS & ~(p->level > 1 ? PAT_HUGE : 0);

	if (entry & reserved)
		return "an entry has reserved bits set";
	page->address &= ~(size - 1);
	page->size = size;
	page->physical = entry & ADDRESS_BITS & ~(size - 1);
	page->rights = (p->all & (MMU_WRITE | MMU_USER)) | (p->any & MMU_NO_EXECUTE) |
		       (entry & (MMU_TYPE | MMU_GLOBAL));
	return NULL;
}

static void remember(uint64_t address, const struct progress *p)
{
	uint64_t prefix = address >> shift_of(p->level + 1);
	unsigned int at = nr_cached;

	for (unsigned int i = 0; i < nr_cached; i++)
		if (cache[i].progress.level == p->level && cache[i].prefix == prefix)
			return;
	if (at == CACHE_SIZE)
		at = (unsigned int)mmu_random_below(CACHE_SIZE);
	else
		nr_cached++;
	cache[at].prefix = prefix;
	cache[at].progress = *p;
}

/* Where to begin: at the root, or at one of the cached places, at random. */
static struct progress begin_cached(uint64_t address)
{
	unsigned int first = (unsigned int)mmu_random_below(CACHE_SIZE * 2);

	for (unsigned int i = first; i < nr_cached; i++)
		if (cache[i].prefix == address >> shift_of(cache[i].progress.level + 1))
			return cache[i].progress;
	return at_root();
}

static const char *walk(struct progress p, struct mmu_page *page, bool cached)
{
	uint64_t address = page->address;

	for (;; p.level--) {
		const uint64_t *table = machine_memory(p.table);
		uint64_t entry;

		p.tables[p.nr_tables++] = p.table;
		page->nr_tables = p.nr_tables;
		for (unsigned int i = 0; i < p.nr_tables; i++)
			page->tables[i] = p.tables[i];
		if (!table)
			return "a table is where no memory is";
		entry = table[address >> shift_of(p.level) & 511];
		if (!(entry & PRESENT))
			return "an entry is not present";
		if (p.level > 3 && (entry & HUGE))
			return "an entry has reserved bits set";
		p.all &= entry;
		p.any |= entry;
		if (p.level == 1 || (entry & HUGE))
			return finish(&p, entry, page);
		p.table = entry & ADDRESS_BITS;
		if (cached) {
			struct progress below = p;

			below.level--;
			remember(address, &below);
		}
	}
}

static const char *check_canonical(uint64_t address)
{
	int64_t high = (int64_t)address >> (shift_of(levels + 1) - 1);

	return high == 0 || high == -1 ? NULL : "the address is not canonical";
}

const char *mmu_walk(uint64_t address, struct mmu_page *page)
{
	const char *fault = check_canonical(address);

	*page = (struct mmu_page){ .address = address };
	return fault ? fault : walk(at_root(), page, false);
}

const char *mmu_walk_cached(uint64_t address, struct mmu_page *page)
{
	const char *fault = check_canonical(address);

	*page = (struct mmu_page){ .address = address };
	return fault ? fault : walk(begin_cached(address), page, true);
}

static uint64_t cached_address(const struct cached *c)
{
	return c->prefix << shift_of(c->progress.level + 1);
}

const char *mmu_cache_leads_to(uint64_t table, uint64_t *address)
{
	for (unsigned int i = 0; i < nr_cached; i++) {
		const struct progress *p = &cache[i].progress;
		bool found = p->table == table;

		for (unsigned int j = 0; j < p->nr_tables; j++)
			found |= p->tables[j] == table;
		*address = cached_address(&cache[i]);
		if (found)
			return "a paging-structure cache still leads to the frame";
	}
	return NULL;
}

const char *mmu_cache_is_stale(uint64_t *address)
{
	for (unsigned int i = 0; i < nr_cached; i++) {
		const struct progress *p = &cache[i].progress;
		const uint64_t rights = MMU_WRITE | MMU_USER;
		struct mmu_page page;
		uint64_t all = UINT64_MAX, any = 0;

		*address = cached_address(&cache[i]);
		mmu_walk(*address, &page);
		/* The walk came through the table that is cached, by the same rights. */
		if (page.nr_tables <= p->nr_tables || page.tables[p->nr_tables] != p->table)
			return "a paging-structure cache has a table that is not linked";
		for (unsigned int j = 0; j < p->nr_tables; j++) {
			const uint64_t *table = machine_memory(page.tables[j]);
			uint64_t entry = table[*address >> shift_of(levels - j) & 511];

			all &= entry;
			any |= entry;
		}
		if (((all ^ p->all) & rights) || ((any ^ p->any) & MMU_NO_EXECUTE))
			return "a paging-structure cache has other rights than the tables";
	}
	return NULL;
}
