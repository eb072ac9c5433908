/* SPDX-License-Identifier: MIT */
/*
 * The limit loops (limit_mapper.h). Each is written once, for `levels` levels and leaves of level
 * `level`, and inlined where both are constants.
 */
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "limit_mapper.h"

#define CONSTANTLY static inline __attribute__((always_inline))

CONSTANTLY uint64_t *table_at(uint64_t entry)
{
	return mc_physmap_pointer(mc_phys_addr(entry & MC_PT_ADDRESS_MASK));
}

CONSTANTLY uint64_t *entry_at(uint64_t entry, uint64_t address, unsigned int level)
{
	return table_at(entry) + mc_pt_index(mc_virt_addr(address), level);
}

/* As an entry would name it, so that 0 is no table. */
CONSTANTLY uint64_t root_of(const struct bench_space *bench)
{
	return mc_phys_raw(bench->space.root.table) | MC_PT_TABLE_FLAGS;
}

CONSTANTLY bool is_table(uint64_t entry)
{
	return (entry & (MC_PT_P | MC_PT_PS)) == MC_PT_P;
}

/* The table below *entry, made if it is missing; 0 if that fails or a huge page is there. */
CONSTANTLY uint64_t next_table(struct bench_space *bench, uint64_t *entry)
{
	uint64_t value = *entry;

	if (is_table(value))
		return value;
	if (value || !bench->nr_free)
		return 0;
	value = bench->free[--bench->nr_free] << MC_FRAME_SHIFT | MC_PT_TABLE_FLAGS;
	mc_table_zero(table_at(value));
	return *entry = value;
}

/* The leaf table, all tables made; 0 if that fails. */
CONSTANTLY uint64_t make_path(struct bench_space *bench, uint64_t address, unsigned int levels,
			      unsigned int level)
{
	uint64_t table = root_of(bench);

#pragma GCC unroll 5
	for (unsigned int at = levels; at > level && table; at--)
		table = next_table(bench, entry_at(table, address, at));
	return table;
}

CONSTANTLY int map(struct bench_space *bench, uint64_t address, uint64_t leaf, unsigned int levels,
		   unsigned int level)
{
	const uint64_t table = make_path(bench, address, levels, level);
	uint64_t *entry;

	if (!table)
		return MC_ERR_NO_MEMORY;
	entry = entry_at(table, address, level);
	if (*entry)
		return MC_ERR_EXISTS;
	*entry = leaf;
	return 0;
}

CONSTANTLY int map_range(struct bench_space *bench, uint64_t address, uint64_t leaf, uint64_t count,
			 unsigned int levels, unsigned int level)
{
	const uint64_t page = mc_pt_span(level), end = address + count * page;

	while (address < end) {
		const uint64_t table = make_path(bench, address, levels, level);
		uint64_t *entries = table_at(table);

		if (!table)
			return MC_ERR_NO_MEMORY;
		for (uint64_t i = mc_pt_index(mc_virt_addr(address), level);
		     i < MC_PT_ENTRIES && address < end; i++) {
			if (entries[i])
				return MC_ERR_EXISTS;
			entries[i] = leaf;
			leaf += page;
			address += page;
		}
	}
	return 0;
}

/* The entry of the leaf table of an address, else NULL. */
CONSTANTLY uint64_t *find_parent(const struct bench_space *bench, uint64_t address,
				 unsigned int levels, unsigned int level)
{
	uint64_t table = root_of(bench);
	uint64_t *entry = NULL;

#pragma GCC unroll 5
	for (unsigned int at = levels; at > level; at--) {
		entry = entry_at(table, address, at);
		table = *entry;
		if (!is_table(table))
			return NULL;
	}
	return entry;
}

CONSTANTLY uint64_t *find_leaf(const struct bench_space *bench, uint64_t address,
			       unsigned int levels, unsigned int level)
{
	uint64_t *parent = find_parent(bench, address, levels, level);

	return parent ? entry_at(*parent, address, level) : NULL;
}

CONSTANTLY int unmap(struct bench_space *bench, uint64_t address, unsigned int levels,
		     unsigned int level)
{
	uint64_t *entry = find_leaf(bench, address, levels, level);

	if (!entry || !*entry)
		return MC_ERR_NOT_FOUND;
	*entry = 0;
	return 0;
}

CONSTANTLY void free_table(struct bench_space *bench, uint64_t *parent)
{
	bench->free[bench->nr_free++] = (*parent & MC_PT_ADDRESS_MASK) >> MC_FRAME_SHIFT;
	*parent = 0;
}

/* The table has no other page, and the caller knows that. */
CONSTANTLY int unmap_last(struct bench_space *bench, uint64_t address, unsigned int levels,
			  unsigned int level)
{
	uint64_t *parent = find_parent(bench, address, levels, level);
	uint64_t *entry = parent ? entry_at(*parent, address, level) : NULL;

	if (!entry || !*entry)
		return MC_ERR_NOT_FOUND;
	*entry = 0;
	free_table(bench, parent);
	return 0;
}

/* Part of one leaf table, which stays. */
CONSTANTLY int unmap_part(struct bench_space *bench, uint64_t address, uint64_t count,
			  unsigned int levels, unsigned int level)
{
	uint64_t *entries = find_leaf(bench, address, levels, level);

	if (!entries)
		return MC_ERR_NOT_FOUND;
	for (uint64_t i = 0; i < count; i++)
		if (entries[i])
			entries[i] = 0;
	return 0;
}

CONSTANTLY int translate(const struct bench_space *bench, uint64_t address, uint64_t *physical,
			 unsigned int levels)
{
	const unsigned int unused_bits = 64 - (MC_FRAME_SHIFT + 9 * levels);
	uint64_t entry = root_of(bench);

	if ((uint64_t)((int64_t)(address << unused_bits) >> unused_bits) != address)
		return MC_ERR_INVALID;
#pragma GCC unroll 5
	for (unsigned int at = levels; at > 1; at--) {
		entry = *entry_at(entry, address, at);
		if (is_table(entry))
			continue;
		if (!(entry & MC_PT_P))
			return MC_ERR_NOT_FOUND;
		*physical =
			(entry & MC_PT_ADDRESS_MASK & -mc_pt_span(at)) | address % mc_pt_span(at);
		return 0;
	}
	entry = *entry_at(entry, address, 1);
	if (!(entry & MC_PT_P))
		return MC_ERR_NOT_FOUND;
	*physical = (entry & MC_PT_ADDRESS_MASK) | address % MC_FRAME_SIZE;
	return 0;
}

CONSTANTLY int protect(struct bench_space *bench, uint64_t address, uint64_t bits,
		       unsigned int levels, unsigned int level)
{
	uint64_t *entry = find_leaf(bench, address, levels, level);

	if (!entry || !(*entry & MC_PT_P))
		return MC_ERR_NOT_FOUND;
	*entry = (*entry & MC_PT_ADDRESS_MASK) | bits;
	return 0;
}

/* Part of one leaf table. */
CONSTANTLY int protect_part(struct bench_space *bench, uint64_t address, uint64_t count,
			    uint64_t bits, unsigned int levels, unsigned int level)
{
	uint64_t *entries = find_leaf(bench, address, levels, level);

	if (!entries)
		return MC_ERR_NOT_FOUND;
	for (uint64_t i = 0; i < count; i++) {
		if (!(entries[i] & MC_PT_P))
			return MC_ERR_NOT_FOUND;
		entries[i] = (entries[i] & MC_PT_ADDRESS_MASK) | bits;
	}
	return 0;
}

int limit_map(struct bench_space *bench, uint64_t address, uint64_t leaf)
{
	return map(bench, address, leaf, 4, 1);
}

int limit_map_range(struct bench_space *bench, uint64_t address, uint64_t leaf, uint64_t count)
{
	return map_range(bench, address, leaf, count, 4, 1);
}

int limit_unmap(struct bench_space *bench, uint64_t address)
{
	return unmap(bench, address, 4, 1);
}

int limit_unmap_and_scan(struct bench_space *bench, uint64_t address)
{
	uint64_t *parent = find_parent(bench, address, 4, 1);
	uint64_t *entries = parent ? table_at(*parent) : NULL;
	uint64_t *entry = parent ? entry_at(*parent, address, 1) : NULL;

	if (!entry || !*entry)
		return MC_ERR_NOT_FOUND;
	*entry = 0;
	for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
		if (entries[i])
			return 0;
	free_table(bench, parent);
	return 0;
}

void limit_unmap_range(struct bench_space *bench, uint64_t address, uint64_t count)
{
	const uint64_t end = address + count * MC_FRAME_SIZE;

	for (; address < end; address += MC_PT_ENTRIES * MC_FRAME_SIZE) {
		uint64_t *parent = find_parent(bench, address, 4, 1);
		uint64_t *entries = parent ? table_at(*parent) : NULL;

		if (!parent)
			continue;
		for (unsigned int i = 0; i < MC_PT_ENTRIES; i++)
			if (entries[i])
				entries[i] = 0;
		free_table(bench, parent);
	}
}

int limit_translate(const struct bench_space *bench, uint64_t address, uint64_t *physical)
{
	return translate(bench, address, physical, 4);
}

int limit_protect(struct bench_space *bench, uint64_t address, uint64_t bits)
{
	return protect(bench, address, bits, 4, 1);
}

int limit_protect_range(struct bench_space *bench, uint64_t address, uint64_t count, uint64_t bits)
{
	const uint64_t end = address + count * MC_FRAME_SIZE;
	int error = 0;

	for (; address < end && !error; address += MC_PT_ENTRIES * MC_FRAME_SIZE)
		error = protect_part(bench, address, MC_PT_ENTRIES, bits, 4, 1);
	return error;
}

/* With the mapper's parameters, for each number of levels and each level of the leaves. */
CONSTANTLY struct bench_space *bench_of(const struct mc_space *space)
{
	/* The first member; only what does not change it is const. */
	return (struct bench_space *)(uintptr_t)space;
}

CONSTANTLY int work_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
			uint64_t size, struct mc_attributes attributes, unsigned int levels,
			unsigned int level)
{
	const uint64_t leaf = mc_phys_raw(physical) | mc_pt_leaf_bits(attributes, level);

	if (size == mc_pt_span(level))
		return map(bench_of(space), mc_virt_raw(address), leaf, levels, level);
	return map_range(bench_of(space), mc_virt_raw(address), leaf, size / mc_pt_span(level),
			 levels, level);
}

CONSTANTLY int work_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			  unsigned int levels, unsigned int level)
{
	if (size == mc_pt_span(level))
		return unmap(bench_of(space), mc_virt_raw(address), levels, level);
	return unmap_part(bench_of(space), mc_virt_raw(address), size / mc_pt_span(level), levels,
			  level);
}

CONSTANTLY int work_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			    struct mc_attributes attributes, unsigned int levels,
			    unsigned int level)
{
	const uint64_t bits = mc_pt_leaf_bits(attributes, level);

	if (size == mc_pt_span(level))
		return protect(bench_of(space), mc_virt_raw(address), bits, levels, level);
	return protect_part(bench_of(space), mc_virt_raw(address), size / mc_pt_span(level), bits,
			    levels, level);
}

/* Only adds up what is there: the context is the sum. */
CONSTANTLY int work_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
			  uint64_t *sum, unsigned int levels, unsigned int level)
{
	const uint64_t *entries = find_leaf(bench_of(space), mc_virt_raw(address), levels, level);

	if (!entries)
		return MC_ERR_NOT_FOUND;
	for (uint64_t i = 0; i < size / mc_pt_span(level); i++)
		if (entries[i] & MC_PT_P)
			*sum += entries[i] & MC_PT_ADDRESS_MASK;
	return 0;
}

#define LIMIT_WORK(levels, level)                                                                  \
	static int map_##levels##_##level(                                                         \
		struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,           \
		uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)      \
	{                                                                                          \
		(void)conflict;                                                                    \
		return work_map(space, address, physical, size, attributes, levels, level);        \
	}                                                                                          \
	static int unmap_##levels##_##level(struct mc_space *space, mc_virt_addr_t address,        \
					    uint64_t size, struct mc_tlb_batch *batch)             \
	{                                                                                          \
		(void)batch;                                                                       \
		return work_unmap(space, address, size, levels, level);                            \
	}                                                                                          \
	static int unmap_last_##levels##_##level(struct mc_space *space, mc_virt_addr_t address,   \
						 uint64_t size, struct mc_tlb_batch *batch)        \
	{                                                                                          \
		(void)size;                                                                        \
		(void)batch;                                                                       \
		return unmap_last(bench_of(space), mc_virt_raw(address), levels, level);           \
	}                                                                                          \
	static int protect_##levels##_##level(struct mc_space *space, mc_virt_addr_t address,      \
					      uint64_t size, struct mc_attributes attributes,      \
					      struct mc_tlb_batch *batch,                          \
					      struct mc_conflict *conflict)                        \
	{                                                                                          \
		(void)batch;                                                                       \
		(void)conflict;                                                                    \
		return work_protect(space, address, size, attributes, levels, level);              \
	}                                                                                          \
	static int translate_##levels##_##level(const struct mc_space *space,                      \
						mc_virt_addr_t address, mc_phys_addr_t *physical)  \
	{                                                                                          \
		uint64_t raw = 0;                                                                  \
		const int error = translate(bench_of(space), mc_virt_raw(address), &raw, levels);  \
                                                                                                   \
		*physical = mc_phys_addr(raw);                                                     \
		return error;                                                                      \
	}                                                                                          \
	static int visit_##levels##_##level(const struct mc_space *space, mc_virt_addr_t address,  \
					    uint64_t size, unsigned int kinds, mc_visit visit,     \
					    void *context)                                         \
	{                                                                                          \
		(void)kinds, (void)visit;                                                          \
		return work_visit(space, address, size, context, levels, level);                   \
	}                                                                                          \
	static const struct work_functions work_##levels##_##level = {                             \
		.map = map_##levels##_##level,                                                     \
		.unmap = unmap_##levels##_##level,                                                 \
		.unmap_last = unmap_last_##levels##_##level,                                       \
		.protect = protect_##levels##_##level,                                             \
		.translate = translate_##levels##_##level,                                         \
		.visit = visit_##levels##_##level,                                                 \
	};

LIMIT_WORK(4, 1)
LIMIT_WORK(4, 2)
LIMIT_WORK(4, 3)
LIMIT_WORK(5, 1)
LIMIT_WORK(5, 2)
LIMIT_WORK(5, 3)

const struct work_functions *limit_work(unsigned int levels, unsigned int level)
{
	static const struct work_functions *const functions[][3] = {
		{ &work_4_1, &work_4_2, &work_4_3 },
		{ &work_5_1, &work_5_2, &work_5_3 },
	};

	return functions[levels - 4][level - 1];
}
