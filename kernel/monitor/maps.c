/* SPDX-License-Identifier: MIT */
/* `maps`: the address space as ranges of one kind, and `tables`: what its page tables take. */
#include <kernel/address_space.h>
#include <kernel/log.h>
#include <kernel/units.h>
#include <mercator/audit.h>

#include "commands.h"
#include "decode.h"
#include "experiment.h"
#include "names.h"

/* Contiguous leaves with the same attributes, in one region. */
struct range {
	uint64_t start, last; /* both included; nothing yet if last < start */
	enum mc_pt_kind kind;
	struct mc_attributes attributes;
	unsigned int levels; /* of its leaves, a bit each */
	struct named named;  /* the part of the address space that it lies in */
	const char *name;
};

/*
 * A part of the list: what is mapped below the table window or above it; or, if the slot is taken
 * nr_taken times, how that appears in the window: the start of each large page, but not the tables.
 */
struct map_part {
	unsigned int nr_taken;
	bool is_above;
};

struct map_list {
	const struct mc_space *space;
	const struct mc_region *window; /* NULL: none, and there is one part */
	const struct map_part *part;
	struct range range;
	unsigned int nr_ranges;
	uint64_t mapped;
};

#define SIZES_TEXT 12

/* "4K", "4K+2M", ... */
static const char *sizes_text(char text[SIZES_TEXT], unsigned int levels)
{
	static const char *const names[] = { "4K", "2M", "1G" };
	size_t length = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (levels & 1u << (i + 1))
			length += fmt_print(text + length, SIZES_TEXT - length, "%s%s",
					    length ? "+" : "", names[i]);
	return text;
}

static void show_line(uint64_t start, uint64_t last, const char *rights, const char *sizes,
		      const char *type, const char *name)
{
	char size[SIZE_TEXT_MAX];

	/* The end of the address space shows as 0. */
	say("%016lx-%016lx %9s %5s %-8s %-2s %s", start, last + 1,
	    describe_size(size, last - start + 1), rights, sizes, type, name);
}

#define NAME_TEXT 48

static void show_range(struct map_list *list)
{
	const struct range *range = &list->range;
	char rights[RIGHTS_TEXT], sizes[SIZES_TEXT], name[NAME_TEXT];

	if (range->last < range->start)
		return;
	fmt_print(name, sizeof(name), "%s%s", list->part->nr_taken ? "data in it: " : "",
		  range->name);
	if (range->kind == MC_PT_MARKER)
		show_line(range->start, range->last, "-----", "", "", name);
	else
		show_line(range->start, range->last,
			  decode_rights(rights, range->attributes.rights),
			  sizes_text(sizes, range->levels),
			  decode_memory_type_short(range->attributes.type), name);
	if (list->part->nr_taken)
		return;
	list->nr_ranges++;
	if (range->kind == MC_PT_LEAF)
		list->mapped += range->last - range->start + 1;
}

static bool continues(const struct range *range, const struct range *next)
{
	return range->last + 1 == next->start && range->last >= range->start &&
	       next->start <= range->named.last && range->kind == next->kind &&
	       range->attributes.rights == next->attributes.rights &&
	       range->attributes.type == next->attributes.type && range->name == next->name;
}

/* Single mappings are named by their physical address. */
static const char *leaf_name(mc_virt_addr_t address, const struct named *named,
			     mc_phys_addr_t physical)
{
	const uint64_t single = mc_virt_raw(kernel_vmap()->start);
	const char *name = NULL;

	if (mc_virt_raw(address) >= single && mc_virt_raw(address) - single < kernel_vmap()->size)
		name = name_of_single(physical);
	return name ? name : named->name;
}

/* The leaf as the window shows it: without U and X, which the slot's entry does not grant. */
static void move_to_window(const struct map_list *list, struct range *leaf, unsigned int level)
{
	const struct mc_space *space = list->space;
	const unsigned int nr_taken = list->part->nr_taken;

	leaf->start = mc_virt_raw(mc_recursive_table_address((unsigned int)space->recursive_slot,
							     space->root.levels,
							     mc_virt_addr(leaf->start), nr_taken));
	leaf->last = leaf->start + mc_pt_span(level - nr_taken) - 1;
	leaf->levels >>= nr_taken;
	leaf->attributes.rights &= MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_GLOBAL;
	leaf->named.last = UINT64_MAX;
}

static void add_leaf(struct map_list *list, mc_virt_addr_t address, unsigned int level,
		     mc_pt_entry_t entry)
{
	struct range next = {
		.start = mc_virt_raw(address),
		.last = mc_virt_raw(address) + mc_pt_span(level) - 1,
		.kind = mc_pt_kind(entry, level),
		.levels = 1u << level,
	};

	next.named = named_of(address);
	next.name = next.named.name;
	if (next.kind == MC_PT_LEAF) {
		next.attributes = mc_pt_leaf_attributes(entry);
		next.name = leaf_name(address, &next.named, mc_pt_leaf_address(entry, level));
	}
	if (list->part->nr_taken)
		move_to_window(list, &next, level);
	if (continues(&list->range, &next)) {
		list->range.last = next.last;
		list->range.levels |= next.levels;
		return;
	}
	show_range(list);
	list->range = next;
}

/* Visits all of the address space, in order, except the recursive slot. */
static int add_entry(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	struct map_list *list = context;
	const struct map_part *part = list->part;
	const enum mc_pt_kind kind = mc_pt_kind(entry, level);

	if (kind == MC_PT_TABLE ||
	    (part->nr_taken && (kind != MC_PT_LEAF || level <= part->nr_taken)))
		return 0;
	if (!list->window ||
	    part->is_above == (mc_virt_raw(first) > mc_virt_raw(list->window->start)))
		add_leaf(list, first, level, entry);
	return 0;
}

/* The region of a space's own table window. */
static const struct mc_region *find_window(const struct mc_space *space)
{
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	if (space->recursive_slot == MC_SPACE_NOT_RECURSIVE)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (regions[i].kind == MC_REGION_WINDOW &&
		    mc_pt_index(regions[i].start, space->root.levels) ==
			    (unsigned int)space->recursive_slot)
			return &regions[i];
	return NULL;
}

static void show_window(const struct mc_region *window)
{
	const uint64_t start = mc_virt_raw(window->start);

	show_line(start, start + window->size - 1, "rw---", "4K", "WB", window->name);
}

static enum command_result run_maps(unsigned int count, const char *const *arguments)
{
	/* In ascending order: the slot's place in the window shows the window again. */
	static const struct map_part parts[] = { { 0, false }, { 1, false }, { 2, false },
						 { 2, true },  { 1, true },  { 0, true } };
	struct map_list list = { .space = monitor_space() };
	char size[SIZE_TEXT_MAX];

	(void)count;
	(void)arguments;
	list.window = find_window(list.space);
	say("from             up to                 size rights pages   as what");
	for (size_t i = 0; i < (list.window ? ARRAY_SIZE(parts) : 1); i++) {
		int error;

		list.part = &parts[i];
		list.range = (struct range){ .start = 1 };
		error = mc_mapper_visit_all(list.space, MC_VISIT_ENTRIES, add_entry, &list);
		if (error) {
			log_error("maps: %s", mc_error_text(error));
			return COMMAND_FAILED;
		}
		show_range(&list);
		if (list.window && i == 0)
			show_window(list.window);
	}
	say("%u ranges, %s mapped", list.nr_ranges, describe_size(size, list.mapped));
	return COMMAND_OK;
}

const struct command maps_command = {
	.name = "maps",
	.arguments = "",
	.summary = "the address space, range by range",
	.text = "Rights: r read, w write, x execute, u for the user too, g global (it stays in\n"
		"the TLB when the address space changes). Memory is cached as WB write-back, WT\n"
		"write-through, WC write-combining, UC not at all. A range ends where any of that\n"
		"changes, or the name; pages of several sizes may be in one. `data in it`: what the\n"
		"table window shows beside tables, the start of each page that is larger than 4K.\n",
	.run = run_maps,
};

struct level_count {
	uint64_t nr_tables, nr_leaves;
};

static int count_entry(void *context, mc_virt_addr_t first, unsigned int level, mc_pt_entry_t entry)
{
	struct level_count *counts = context;

	(void)first;
	switch (mc_pt_kind(entry, level)) {
	case MC_PT_TABLE: counts[level - 1].nr_tables++; break;
	case MC_PT_LEAF: counts[level].nr_leaves++; break;
	default: break;
	}
	return 0;
}

static void show_level(unsigned int level, const struct level_count *count)
{
	char span[SIZE_TEXT_MAX], memory[SIZE_TEXT_MAX], mapped[SIZE_TEXT_MAX];

	say("%-5s %12s %10lu %12s %10lu %12s", mc_pt_level_name(level),
	    describe_size(span, mc_pt_span(level)), count->nr_tables,
	    describe_size(memory, count->nr_tables * MC_FRAME_SIZE), count->nr_leaves,
	    describe_size(mapped, count->nr_leaves * mc_pt_span(level)));
}

static enum command_result run_tables(unsigned int count, const char *const *arguments)
{
	struct level_count counts[MC_PT_LEVELS_MAX + 1] = { 0 };
	const struct mc_space *space = monitor_space();
	char size[SIZE_TEXT_MAX], mapped[SIZE_TEXT_MAX];
	uint64_t nr_tables = 0, bytes = 0;
	int error;

	(void)count;
	(void)arguments;
	error = mc_mapper_visit_all(space, MC_VISIT_ENTRIES, count_entry, counts);
	if (error) {
		log_error("tables: %s", mc_error_text(error));
		return COMMAND_FAILED;
	}
	counts[space->root.levels].nr_tables++; /* the root */
	say("level  entry spans     tables       memory     leaves       mapped");
	for (unsigned int level = space->root.levels; level >= 1; level--) {
		show_level(level, &counts[level]);
		nr_tables += counts[level].nr_tables;
		bytes += counts[level].nr_leaves * mc_pt_span(level);
	}
	say("%lu tables, %s, map %s", nr_tables, describe_size(size, nr_tables * MC_FRAME_SIZE),
	    describe_size(mapped, bytes));
	return COMMAND_OK;
}

const struct command tables_command = {
	.name = "tables",
	.arguments = "",
	.summary = "page-table memory, level by level",
	.text = "A table is 4 KiB, 512 entries; each of them spans so much address space. Leaves\n"
		"are the entries that map memory.\n",
	.run = run_tables,
};
