/* SPDX-License-Identifier: MIT */
/* `walk`: what the page tables say for an address, level by level. */
#include <kernel/address_space.h>
#include <kernel/string.h>
#include <mercator/platform.h>

#include "commands.h"
#include "decode.h"
#include "experiment.h"

/*
 * What is said of a table: how many of its entries are live. Those below the root in the kernel half
 * belong to all address spaces, and are not counted; the recursive slot's is the root itself.
 */
static void describe_table(char *text, size_t size, virt_addr_t address,
			   const struct walk_step *step, const struct root *root)
{
	if (phys_raw(pt_table_address(step->entry)) == phys_raw(root->table))
		fmt_print(text, size, "the root");
	else if (step->level == root->levels && virt_raw(address) >> 63)
		fmt_print(text, size, "shared");
	else
		fmt_print(text, size, "%u live", pt_live(step->entry));
}

/* Where the entry leads, and what else it says beside its bits. */
static void show_step(virt_addr_t address, const struct walk_step *step, const struct root *root)
{
	const pt_entry_t entry = step->entry;
	char bits[BITS_TEXT], says[16] = "";
	uint64_t to = 0;

	if (step->kind == PT_TABLE) {
		to = phys_raw(pt_table_address(entry));
		describe_table(says, sizeof(says), address, step, root);
	} else if (step->kind == PT_LEAF) {
		to = phys_raw(pt_leaf_address(entry, step->level));
		fmt_print(says, sizeof(says), "%s",
			  decode_memory_type_short(pt_memory_type(entry)));
	}
	if (step->kind == PT_TABLE || step->kind == PT_LEAF)
		say("  %-4s[%3u]  %016lx  %-5s  %12lx  %-8s  %s", pt_level_name(step->level),
		    pt_index(address, step->level), entry.raw, decode_kind(step), to, says,
		    decode_bits(bits, entry, step->level));
	else
		say("  %-4s[%3u]  %016lx  %s", pt_level_name(step->level),
		    pt_index(address, step->level), entry.raw, decode_kind(step));
}

static void show_rights(const struct translation *to, enum memory_type type)
{
	char rights[RIGHTS_TEXT];

	say("=> physical %#lx, in a page of %s: %s, %s, %s", phys_raw(to->address),
	    decode_page_size(to->page_size == pt_span(1)   ? 1
			     : to->page_size == pt_span(2) ? 2
							   : 3),
	    decode_rights(rights, decode_translation_rights(to)),
	    to->user ? "for the user too" : "for the kernel only", decode_memory_type(type));
}

/* What all of the walk comes to; `error` is what the walk function returned. */
static void show_verdict(virt_addr_t address, const struct walk *walk, unsigned int levels,
			 int error)
{
	const struct walk_step *last = &walk->steps[walk->nr_steps - 1];
	struct translation to;

	if (error == ERR_INVALID)
		say("=> not canonical: bits 63 to %u are not all the same",
		    pt_shift(levels + 1) - 1);
	else if (error)
		say("=> the next table is out of reach: %s", error_text(error));
	else if (!walk_translate(walk, address, &to))
		show_rights(&to, pt_memory_type(last->entry));
	else if (last->kind == PT_RESERVED)
		say("=> not mapped, but reserved with the number %#lx",
		    pt_reserved_payload(last->entry));
	else
		say("=> not mapped: nothing in this %s", pt_level_name(last->level));
}

void walk_show(virt_addr_t address)
{
	const struct root root = active_root();
	struct walk walk;
	const int error = kernel_walk(&root, address, &walk);

	say("walk of %#lx: %u levels, root at %#lx, by the %s method", virt_raw(address),
	    root.levels, phys_raw(root.table), kernel_method_name());
	if (walk.nr_steps)
		say("  entry      value             kind    leads to     says      bits");
	for (unsigned int i = 0; i < walk.nr_steps; i++)
		show_step(address, &walk.steps[i], &root);
	show_verdict(address, &walk, root.levels, error);
}

static void show_both_steps(virt_addr_t address, const struct walk_step *offset,
			    const struct walk_step *recursive)
{
	say("  %-4s[%3u]  %016lx  %016lx  %016lx  %s%s", pt_level_name(offset->level),
	    pt_index(address, offset->level), virt_raw(virt_of_ptr(offset->pointer)),
	    virt_raw(virt_of_ptr(recursive->pointer)), offset->entry.raw, decode_kind(offset),
	    offset->entry.raw == recursive->entry.raw ? "" : " DIFFERS");
}

/* How often an address takes the recursive slot, before indices that lead anywhere else. */
static unsigned int times_taken(virt_addr_t address, unsigned int slot, unsigned int levels)
{
	unsigned int count = 0;

	while (count < levels && pt_index(address, levels - count) == slot)
		count++;
	return count;
}

/* Where the window shows the start of what a large leaf maps. */
static void show_views(virt_addr_t address, unsigned int slot, unsigned int level,
		       const struct root *root)
{
	for (unsigned int n = 1; n < level; n++) {
		const virt_addr_t view = recursive_table_address(slot, root->levels, address, n);
		char rights[RIGHTS_TEXT];
		struct translation to;
		struct walk walk;

		if (!kernel_walk(root, view, &walk) && !walk_translate(&walk, view, &to))
			say("   its first %s are in the table window, as data: %#lx, %s",
			    decode_page_size(level - n), virt_raw(view),
			    decode_rights(rights, decode_translation_rights(&to)));
	}
}

/* Data in the window: where it is of an address outside, and whose it is at one inside. */
static void show_data_in_window(virt_addr_t address, const struct walk *walk,
				const struct root *root)
{
	const struct walk_step *last = &walk->steps[walk->nr_steps - 1];
	const unsigned int slot = (unsigned int)monitor_space()->recursive_slot;
	const unsigned int taken = times_taken(address, slot, root->levels);
	const unsigned int level = last->level + taken; /* the entry's own, not the MMU's */
	uint64_t start;

	if (last->kind != PT_LEAF || pt_kind(last->entry, level) != PT_LEAF)
		return;
	if (!taken) {
		show_views(address, slot, level, root);
		return;
	}
	start = align_down(virt_raw(address) << taken * PT_INDEX_BITS, pt_span(level));
	say("   the table window shows data here: the start of the %s at %#lx",
	    decode_page_size(level), virt_raw(pt_canonical(virt_addr(start), root->levels)));
}

static bool same_walks(const struct walk *a, const struct walk *b)
{
	bool same = a->nr_steps == b->nr_steps;

	for (unsigned int i = 0; same && i < a->nr_steps; i++)
		same = a->steps[i].entry.raw == b->steps[i].entry.raw;
	return same;
}

static enum command_result walk_both(virt_addr_t address)
{
	const struct root root = active_root();
	struct walk offset, recursive;
	int error, other;

	if (!IS_ENABLED(CONFIG_MAPPER_OFFSET) || !IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		log_error("walk --both: this kernel is built without the %s mapper",
			  IS_ENABLED(CONFIG_MAPPER_OFFSET) ? "recursive" : "offset");
		return COMMAND_CHECK_FAILED;
	}
	error = offset_walk(&root, address, &offset);
	other = recursive_walk(&root, address, &recursive);
	say("walk of %#lx: %u levels, root at %#lx", virt_raw(address), root.levels,
	    phys_raw(root.table));
	if (offset.nr_steps)
		say("  entry      offset reads      recursive reads   value             kind");
	for (unsigned int i = 0; i < offset.nr_steps && i < recursive.nr_steps; i++)
		show_both_steps(address, &offset.steps[i], &recursive.steps[i]);
	show_verdict(address, &offset, root.levels, error);
	if (!error)
		show_data_in_window(address, &offset, &root);
	if (error == other && same_walks(&offset, &recursive))
		return COMMAND_OK;
	log_error("the two methods do not agree");
	return COMMAND_CHECK_FAILED;
}

static enum command_result run(unsigned int count, const char *const *arguments)
{
	const bool both = strcmp(arguments[0], "--both") == 0;
	uint64_t address;

	if (count != (both ? 2 : 1)) {
		log_error("walk: one address, please");
		return COMMAND_MISUSED;
	}
	if (!command_number(arguments[count - 1], "an address", &address))
		return COMMAND_MISUSED;
	if (both)
		return walk_both(virt_addr(address));
	walk_show(virt_addr(address));
	return COMMAND_OK;
}

const struct command walk_command = {
	.name = "walk",
	.arguments = "[--both] ADDRESS",
	.summary = "an address through every level",
	.text = "A line is one table's entry: level and index, its value, what it is, where it\n"
		"leads (physical), how many entries of that table are live or how its memory is\n"
		"cached, and which of its bits are set. --both reads each entry in two ways,\n"
		"through the physical map and through the recursive slot, and shows where; and it\n"
		"says where the table window shows data: the start of each page larger than 4 KiB.\n",
	.least = 1,
	.most = 2,
	.run = run,
};
