/* SPDX-License-Identifier: MIT */
/* `map`, `unmap` and `protect`: experiments with the lower half of the address space (experiment.h). */
#include <kernel/log.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/mapper.h>

#include "commands.h"
#include "decode.h"
#include "experiment.h"

struct search {
	const struct own_block *block;
	mc_virt_addr_t found;
};

static int leads_there(void *context, mc_virt_addr_t address, unsigned int level,
		       mc_pt_entry_t entry)
{
	struct search *search = context;
	const mc_pfn_t start = mc_phys_pfn(mc_pt_leaf_address(entry, level));

	if (mc_pt_kind(entry, level) != MC_PT_LEAF ||
	    start >= search->block->start + search->block->count ||
	    start + mc_pt_span(level) / MC_FRAME_SIZE <= search->block->start)
		return 0;
	search->found = address;
	return 1;
}

bool experiment_maps(const struct mc_space *space, const struct own_block *block,
		     mc_virt_addr_t *address)
{
	struct search search = { .block = block };
	const int result = mc_mapper_visit(space, mc_virt_addr(0),
					   mc_pt_span(space->root.levels) * MC_PT_ENTRIES / 2,
					   MC_VISIT_PAGES, leads_there, &search);

	*address = search.found;
	if (result < 0)
		log_error("the tables cannot be read: %s", mc_error_text(result));
	return result != 0;
}

/* Check a range against the bounds of experiments. */
static bool check_range(mc_virt_addr_t address, uint64_t size)
{
	const unsigned int levels = monitor_space()->root.levels;

	if (!is_aligned(mc_virt_raw(address), MC_FRAME_SIZE) || !is_aligned(size, MC_FRAME_SIZE) ||
	    !size) {
		log_error("address and size must be multiples of 4K, and the size not 0");
		return false;
	}
	if (!experiment_allows(address, size, levels)) {
		log_error("experiments are from %#lx up to %#lx: the rest is the kernel's",
			  EXPERIMENTS_START, mc_pt_span(levels) * MC_PT_ENTRIES / 2);
		return false;
	}
	return true;
}

static bool parse_rights(const char *text, struct mc_attributes *attributes)
{
	attributes->type = MC_MEMORY_WRITE_BACK;
	if (!words_rights(text, &attributes->rights)) {
		log_error("rights are letters: r read, w write, x execute, u for the user too");
		return false;
	}
	if (!(attributes->rights & MC_RIGHT_READ))
		log_error("rights need an r: x86 has no memory that cannot be read");
	else if ((attributes->rights & MC_RIGHT_WRITE) && (attributes->rights & MC_RIGHT_EXECUTE))
		log_error("no memory is both writable and executable here");
	else if (attributes->rights & MC_RIGHT_GLOBAL)
		log_error("global pages are the kernel half's alone");
	else
		return true;
	return false;
}

static enum command_result fail(const char *what, int error, const struct mc_conflict *conflict)
{
	char text[LOG_LINE_MAX] = "";

	if (error == MC_ERR_EXISTS || error == MC_ERR_NOT_FOUND)
		fmt_print(text, sizeof(text), ", at %#lx", mc_virt_raw(conflict->address));
	log_error("%s: %s%s; nothing was changed", what, mc_error_text(error), text);
	return COMMAND_FAILED;
}

/* The pages of a range, by level: those inside it, and those partly inside it. */
struct page_count {
	uint64_t start, end;
	uint64_t nr_whole[MC_PT_LEAF_MAX + 1], nr_parts[MC_PT_LEAF_MAX + 1];
};

static int count_page(void *context, mc_virt_addr_t address, unsigned int level,
		      mc_pt_entry_t entry)
{
	struct page_count *count = context;
	const uint64_t first = mc_virt_raw(address);

	if (mc_pt_kind(entry, level) != MC_PT_LEAF)
		return 0;
	if (first >= count->start && first + mc_pt_span(level) <= count->end)
		count->nr_whole[level]++;
	else
		count->nr_parts[level]++;
	return 0;
}

#define PAGES_TEXT 128

/* "1 x 2 MiB + 3 x 4 KiB", "part of 1 x 2 MiB" */
static const char *pages_text(char text[PAGES_TEXT], const struct mc_space *space,
			      mc_virt_addr_t address, uint64_t size)
{
	struct page_count count = { .start = mc_virt_raw(address),
				    .end = mc_virt_raw(address) + size };
	size_t length = 0;

	text[0] = '\0';
	if (mc_mapper_visit(space, address, size, MC_VISIT_PAGES, count_page, &count))
		return "?";
	for (unsigned int level = MC_PT_LEAF_MAX; level >= 1; level--) {
		if (count.nr_whole[level])
			length += fmt_print(text + length, PAGES_TEXT - length, "%s%lu x %s",
					    length ? " + " : "", count.nr_whole[level],
					    decode_page_size(level));
		if (count.nr_parts[level])
			length += fmt_print(text + length, PAGES_TEXT - length,
					    "%spart of %lu x %s", length ? " + " : "",
					    count.nr_parts[level], decode_page_size(level));
	}
	return length ? text : "nothing was there";
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Show what an operation did to these pages and to the number of tables, which was `before`. */
static void show_change(const char *what, const char *pages, const struct mc_space *space,
			mc_virt_addr_t address, uint64_t size, uint64_t before)
{
	const uint64_t nr_tables = space->nr_tables;
	const uint64_t change = nr_tables > before ? nr_tables - before : before - nr_tables;
	char text[SIZE_TEXT_MAX];

	say("%s %s at %#lx: %s; %lu table%s %s", what, describe_size(text, size),
	    mc_virt_raw(address), pages, change, plural(change),
	    nr_tables > before ? "more" : "less");
}

static enum command_result run_map(unsigned int count, const char *const *arguments)
{
	struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE, MC_MEMORY_WRITE_BACK };
	struct mc_space *space = monitor_space();
	const uint64_t before = space->nr_tables;
	const struct own_block *block;
	struct mc_conflict conflict;
	char pages[PAGES_TEXT];
	mc_phys_addr_t physical;
	mc_virt_addr_t address;
	uint64_t raw, size;
	int error;

	if (!own_parse(arguments[1], &physical))
		return COMMAND_MISUSED;
	block = own_find(physical, 1);
	size = block ? (block->start + block->count) * MC_FRAME_SIZE - mc_phys_raw(physical)
		     : MC_FRAME_SIZE;
	if ((count > 2 && !command_number(arguments[2], "a size", &size)) ||
	    !command_number(arguments[0], "an address", &raw))
		return COMMAND_MISUSED;
	address = mc_virt_addr(raw);
	if (!check_range(address, size) || (count > 3 && !parse_rights(arguments[3], &attributes)))
		return COMMAND_MISUSED;
	if (!own_find(physical, size)) {
		log_error("map: not all of it is memory that `alloc` gave");
		return COMMAND_FAILED;
	}
	error = mc_mapper_map(space, address, physical, size, attributes, &conflict);
	if (error)
		return fail("map", error, &conflict);
	show_change("mapped", pages_text(pages, space, address, size), space, address, size,
		    before);
	return COMMAND_OK;
}

const struct command map_command = {
	.name = "map",
	.arguments = "ADDRESS PHYSICAL [SIZE [RIGHTS]]",
	.summary = "map memory of alloc's",
	.text = "PHYSICAL is what alloc printed, or `last`; SIZE is all that follows it, unless\n"
		"given; RIGHTS are of r w x u, and rw unless given. ADDRESS is in the lower half.\n"
		"Pages are as large as size and alignment allow. All is mapped, or nothing.\n",
	.least = 2,
	.most = 4,
	.run = run_map,
};

/* Parse ADDRESS and SIZE; without SIZE, the range is the page of this address. */
static bool parse_range(const char *address_text, const char *size_text, mc_virt_addr_t *address,
			uint64_t *size)
{
	unsigned int level;
	mc_pt_entry_t entry;
	uint64_t raw;

	if (!command_number(address_text, "an address", &raw))
		return false;
	*size = MC_FRAME_SIZE;
	if (size_text) {
		if (!command_number(size_text, "a size", size))
			return false;
	} else if (is_aligned(raw, MC_FRAME_SIZE) &&
		   !mc_mapper_read_entry(monitor_space(), mc_virt_addr(raw), 1, &entry, &level) &&
		   mc_pt_kind(entry, level) == MC_PT_LEAF) {
		*size = mc_pt_span(level);
		raw = align_down(raw, *size);
	}
	*address = mc_virt_addr(raw);
	return check_range(*address, *size);
}

static enum command_result run_unmap(unsigned int count, const char *const *arguments)
{
	struct mc_space *space = monitor_space();
	const uint64_t before = space->nr_tables;
	char text[PAGES_TEXT];
	struct mc_tlb_batch batch;
	mc_virt_addr_t address;
	const char *pages;
	uint64_t size;
	int error;

	if (!parse_range(arguments[0], count > 1 ? arguments[1] : NULL, &address, &size))
		return COMMAND_MISUSED;
	pages = pages_text(text, space, address, size);
	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, address, size, &batch);
	mc_tlb_batch_finish(&batch);
	if (error)
		return fail("unmap", error, NULL);
	show_change("unmapped", pages, space, address, size, before);
	return COMMAND_OK;
}

const struct command unmap_command = {
	.name = "unmap",
	.arguments = "ADDRESS [SIZE]",
	.summary = "unmap it again, or a part",
	.text = "SIZE is that of the page at ADDRESS, unless given. A part of a huge page can be\n"
		"unmapped: the page is split first. Tables that become empty are freed.\n",
	.least = 1,
	.most = 2,
	.run = run_unmap,
};

static enum command_result run_protect(unsigned int count, const char *const *arguments)
{
	struct mc_space *space = monitor_space();
	const uint64_t before = space->nr_tables;
	struct mc_attributes attributes;
	struct mc_conflict conflict;
	struct mc_tlb_batch batch;
	char pages[PAGES_TEXT];
	mc_virt_addr_t address;
	uint64_t size;
	int error;

	if (!parse_range(arguments[0], count > 2 ? arguments[2] : NULL, &address, &size) ||
	    !parse_rights(arguments[1], &attributes))
		return COMMAND_MISUSED;
	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_protect(space, address, size, attributes, &batch, &conflict);
	mc_tlb_batch_finish(&batch);
	if (error)
		return fail("protect", error, &conflict);
	show_change("protected", pages_text(pages, space, address, size), space, address, size,
		    before);
	return COMMAND_OK;
}

const struct command protect_command = {
	.name = "protect",
	.arguments = "ADDRESS RIGHTS [SIZE]",
	.summary = "change the rights of pages",
	.text = "RIGHTS are of r w x u. SIZE is that of the page at ADDRESS, unless given; for a\n"
		"part of a huge page, the page is split first.\n",
	.least = 2,
	.most = 3,
	.run = run_protect,
};
