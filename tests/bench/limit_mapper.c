/* SPDX-License-Identifier: MIT */
/* The limit loops (limit_mapper.h). */
#include <arch/table_zero.h>
#include <mercator/physmap.h>

#include "limit_mapper.h"

static inline uint64_t *table_at(uint64_t entry)
{
	return physmap_pointer(phys_addr(entry & PT_ADDRESS_MASK));
}

static inline uint64_t *entry_at(uint64_t entry, uint64_t address, unsigned int shift)
{
	return table_at(entry) + (address >> shift) % PT_ENTRIES;
}

static inline uint64_t root_of(const struct bench_space *bench)
{
	return phys_raw(bench->space.root.table);
}

/* The table below *entry, made if it is missing; 0 if that fails or a huge page is there. */
static inline uint64_t next_table(struct bench_space *bench, uint64_t *entry)
{
	uint64_t value = *entry;

	if ((value & (PT_P | PT_PS)) == PT_P)
		return value;
	if (value || !bench->nr_free)
		return 0;
	value = bench->free[--bench->nr_free] << FRAME_SHIFT | PT_TABLE_FLAGS;
	table_zero(table_at(value));
	return *entry = value;
}

/* The PD entry that leads to the leaf table, all tables made; NULL if that fails. */
static inline uint64_t *make_path(struct bench_space *bench, uint64_t address)
{
	uint64_t pdpt = next_table(bench, entry_at(root_of(bench), address, 39));
	uint64_t pd = pdpt ? next_table(bench, entry_at(pdpt, address, 30)) : 0;

	return pd ? entry_at(pd, address, 21) : NULL;
}

int limit_map(struct bench_space *bench, uint64_t address, uint64_t leaf)
{
	uint64_t *parent = make_path(bench, address);
	uint64_t table = parent ? next_table(bench, parent) : 0;
	uint64_t *entry;

	if (!table)
		return ERR_NO_MEMORY;
	entry = entry_at(table, address, 12);
	if (*entry)
		return ERR_EXISTS;
	*entry = leaf;
	return 0;
}

int limit_map_range(struct bench_space *bench, uint64_t address, uint64_t leaf, uint64_t count)
{
	const uint64_t end = address + count * FRAME_SIZE;

	while (address < end) {
		uint64_t *parent = make_path(bench, address);
		uint64_t table = parent ? next_table(bench, parent) : 0;
		uint64_t *entries = table_at(table);

		if (!table)
			return ERR_NO_MEMORY;
		for (uint64_t i = (address >> 12) % PT_ENTRIES; i < PT_ENTRIES && address < end;
		     i++) {
			if (entries[i])
				return ERR_EXISTS;
			entries[i] = leaf;
			leaf += FRAME_SIZE;
			address += FRAME_SIZE;
		}
	}
	return 0;
}

/* The PD entry of an address whose leaf table is there, else NULL. */
static inline uint64_t *find_parent(const struct bench_space *bench, uint64_t address)
{
	uint64_t pdpt = *entry_at(root_of(bench), address, 39);
	uint64_t pd, *parent;

	if (!(pdpt & PT_P))
		return NULL;
	pd = *entry_at(pdpt, address, 30);
	if ((pd & (PT_P | PT_PS)) != PT_P)
		return NULL;
	parent = entry_at(pd, address, 21);
	return (*parent & (PT_P | PT_PS)) == PT_P ? parent : NULL;
}

int limit_unmap(struct bench_space *bench, uint64_t address)
{
	uint64_t *parent = find_parent(bench, address);
	uint64_t *entry = parent ? entry_at(*parent, address, 12) : NULL;

	if (!entry || !*entry)
		return ERR_NOT_FOUND;
	*entry = 0;
	return 0;
}

static void free_table(struct bench_space *bench, uint64_t *parent)
{
	bench->free[bench->nr_free++] = (*parent & PT_ADDRESS_MASK) >> FRAME_SHIFT;
	*parent = 0;
}

int limit_unmap_and_scan(struct bench_space *bench, uint64_t address)
{
	uint64_t *parent = find_parent(bench, address);
	uint64_t *entries = parent ? table_at(*parent) : NULL;
	uint64_t *entry = parent ? entry_at(*parent, address, 12) : NULL;

	if (!entry || !*entry)
		return ERR_NOT_FOUND;
	*entry = 0;
	for (unsigned int i = 0; i < PT_ENTRIES; i++)
		if (entries[i])
			return 0;
	free_table(bench, parent);
	return 0;
}

void limit_unmap_range(struct bench_space *bench, uint64_t address, uint64_t count)
{
	const uint64_t end = address + count * FRAME_SIZE;

	for (; address < end; address += PT_ENTRIES * FRAME_SIZE) {
		uint64_t *parent = find_parent(bench, address);
		uint64_t *entries = parent ? table_at(*parent) : NULL;

		if (!parent)
			continue;
		for (unsigned int i = 0; i < PT_ENTRIES; i++)
			if (entries[i])
				entries[i] = 0;
		free_table(bench, parent);
	}
}

int limit_translate(const struct bench_space *bench, uint64_t address, uint64_t *physical)
{
	uint64_t entry;

	if ((uint64_t)((int64_t)(address << 16) >> 16) != address)
		return ERR_INVALID;
	entry = *entry_at(root_of(bench), address, 39);
	if (!(entry & PT_P))
		return ERR_NOT_FOUND;
	entry = *entry_at(entry, address, 30);
	if ((entry & (PT_P | PT_PS)) != PT_P) {
		*physical = (entry & PT_ADDRESS_MASK & -GIB(1)) | address % GIB(1);
		return entry & PT_P ? 0 : ERR_NOT_FOUND;
	}
	entry = *entry_at(entry, address, 21);
	if ((entry & (PT_P | PT_PS)) != PT_P) {
		*physical = (entry & PT_ADDRESS_MASK & -MIB(2)) | address % MIB(2);
		return entry & PT_P ? 0 : ERR_NOT_FOUND;
	}
	entry = *entry_at(entry, address, 12);
	if (!(entry & PT_P))
		return ERR_NOT_FOUND;
	*physical = (entry & PT_ADDRESS_MASK) | address % FRAME_SIZE;
	return 0;
}

int limit_protect(struct bench_space *bench, uint64_t address, uint64_t bits)
{
	uint64_t *parent = find_parent(bench, address);
	uint64_t *entry = parent ? entry_at(*parent, address, 12) : NULL;

	if (!entry || !(*entry & PT_P))
		return ERR_NOT_FOUND;
	*entry = (*entry & PT_ADDRESS_MASK) | bits;
	return 0;
}

int limit_protect_range(struct bench_space *bench, uint64_t address, uint64_t count, uint64_t bits)
{
	const uint64_t end = address + count * FRAME_SIZE;

	for (; address < end; address += PT_ENTRIES * FRAME_SIZE) {
		uint64_t *parent = find_parent(bench, address);
		uint64_t *entries = parent ? table_at(*parent) : NULL;

		if (!parent)
			return ERR_NOT_FOUND;
		for (unsigned int i = 0; i < PT_ENTRIES; i++) {
			if (!(entries[i] & PT_P))
				return ERR_NOT_FOUND;
			entries[i] = (entries[i] & PT_ADDRESS_MASK) | bits;
		}
	}
	return 0;
}
