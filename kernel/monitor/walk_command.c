/* SPDX-License-Identifier: MIT */
/* `walk`: the page-table entries of an address, level by level. */
#include <kernel/address_space.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "commands.h"
#include "decode.h"
#include "experiment.h"

/*
 * The text for a table: how many of its entries are live. Those below the root in the kernel half
 * belong to all address spaces, and are not counted; the recursive slot's table is the root itself.
 */
static void describe_table(char *text, size_t size, mc_virt_addr_t address,
			   const struct mc_walk_step *step, const struct mc_root *root)
{
	if (mc_phys_raw(mc_pt_table_address(step->entry)) == mc_phys_raw(root->table))
		fmt_print(text, size, "the root");
	else if (step->level == root->levels && mc_virt_raw(address) >> 63)
		fmt_print(text, size, "shared");
	else
		fmt_print(text, size, "%u live", mc_pt_live(step->entry));
}

/* Show where the entry leads, and what else is known of it. */
static void show_step(mc_virt_addr_t address, const struct mc_walk_step *step,
		      const struct mc_root *root)
{
	const mc_pt_entry_t entry = step->entry;
	char bits[BITS_TEXT], says[16] = "";
	uint64_t to = 0;

	if (step->kind == MC_PT_TABLE) {
		to = mc_phys_raw(mc_pt_table_address(entry));
		describe_table(says, sizeof(says), address, step, root);
	} else if (step->kind == MC_PT_LEAF) {
		to = mc_phys_raw(mc_pt_leaf_address(entry, step->level));
		fmt_print(says, sizeof(says), "%s",
			  decode_memory_type_short(mc_pt_memory_type(entry)));
	}
	if (step->kind == MC_PT_TABLE || step->kind == MC_PT_LEAF)
		say("  %-4s[%3u]  %016lx  %-5s  %12lx  %-8s  %s", mc_pt_level_name(step->level),
		    mc_pt_index(address, step->level), entry.raw, decode_kind(step), to, says,
		    decode_bits(bits, entry, step->level));
	else
		say("  %-4s[%3u]  %016lx  %s", mc_pt_level_name(step->level),
		    mc_pt_index(address, step->level), entry.raw, decode_kind(step));
}

static void show_rights(const struct mc_translation *to, enum mc_memory_type type)
{
	char rights[RIGHTS_TEXT];

	say("=> physical %#lx, in a page of %s: %s, %s, %s", mc_phys_raw(to->address),
	    decode_page_size(to->page_size == mc_pt_span(1)   ? 1
			     : to->page_size == mc_pt_span(2) ? 2
							      : 3),
	    decode_rights(rights, mc_translation_attributes(*to).rights),
	    mc_translation_has(*to, MC_RIGHT_USER) ? "for the user too" : "for the kernel only",
	    decode_memory_type(type));
}

/* Show the result of the walk; `error` is what the walk function returned. */
static void show_verdict(mc_virt_addr_t address, const struct mc_walk *walk, unsigned int levels,
			 int error)
{
	const struct mc_walk_step *last = &walk->steps[walk->nr_steps - 1];
	struct mc_translation to;

	if (error == MC_ERR_INVALID)
		say("=> not canonical: bits 63 to %u are not all the same",
		    mc_pt_shift(levels + 1) - 1);
	else if (error)
		say("=> the next table is out of reach: %s", mc_error_text(error));
	else if (!mc_walk_translate(walk, address, &to))
		show_rights(&to, mc_pt_memory_type(last->entry));
	else if (last->kind == MC_PT_MARKER)
		say("=> not mapped, but marked with the number %#lx",
		    mc_pt_marker_payload(last->entry));
	else
		say("=> not mapped: nothing in this %s", mc_pt_level_name(last->level));
}

void walk_show(mc_virt_addr_t address)
{
	const struct mc_root root = mc_active_root();
	struct mc_walk walk;
	const int error = kernel_walk(&root, address, &walk);

	say("walk of %#lx: %u levels, root at %#lx, by the %s method", mc_virt_raw(address),
	    root.levels, mc_phys_raw(root.table), kernel_method_name());
	if (walk.nr_steps)
		say("  entry      value             kind    leads to     says      bits");
	for (unsigned int i = 0; i < walk.nr_steps; i++)
		show_step(address, &walk.steps[i], &root);
	show_verdict(address, &walk, root.levels, error);
}

static void show_both_steps(mc_virt_addr_t address, const struct mc_walk_step *offset,
			    const struct mc_walk_step *recursive)
{
	say("  %-4s[%3u]  %016lx  %016lx  %016lx  %s%s", mc_pt_level_name(offset->level),
	    mc_pt_index(address, offset->level), mc_virt_raw(mc_virt_of_ptr(offset->pointer)),
	    mc_virt_raw(mc_virt_of_ptr(recursive->pointer)), offset->entry.raw, decode_kind(offset),
	    offset->entry.raw == recursive->entry.raw ? "" : " DIFFERS");
}

/* How many indices of an address, from the first on, are the recursive slot. */
static unsigned int times_taken(mc_virt_addr_t address, unsigned int slot, unsigned int levels)
{
	unsigned int count = 0;

	while (count < levels && mc_pt_index(address, levels - count) == slot)
		count++;
	return count;
}

/* Show where the table window maps the start of a large page. */
static void show_views(mc_virt_addr_t address, unsigned int slot, unsigned int level,
		       const struct mc_root *root)
{
	for (unsigned int n = 1; n < level; n++) {
		const mc_virt_addr_t view =
			mc_recursive_table_address(slot, root->levels, address, n);
		char rights[RIGHTS_TEXT];
		struct mc_translation to;
		struct mc_walk walk;

		if (!kernel_walk(root, view, &walk) && !mc_walk_translate(&walk, view, &to))
			say("   its first %s are in the table window, as data: %#lx, %s",
			    decode_page_size(level - n), mc_virt_raw(view),
			    decode_rights(rights, mc_translation_attributes(to).rights));
	}
}

/*
 * Large pages in the table window: for an address outside, where its page appears; for one inside,
 * whose page it shows.
 */
static void show_data_in_window(mc_virt_addr_t address, const struct mc_walk *walk,
				const struct mc_root *root)
{
	const struct mc_walk_step *last = &walk->steps[walk->nr_steps - 1];
	const unsigned int slot = (unsigned int)monitor_space()->recursive_slot;
	const unsigned int taken = times_taken(address, slot, root->levels);
	const unsigned int level = last->level + taken; /* the entry's own, not the MMU's */
	uint64_t start;

	if (last->kind != MC_PT_LEAF || mc_pt_kind(last->entry, level) != MC_PT_LEAF)
		return;
	if (!taken) {
		show_views(address, slot, level, root);
		return;
	}
	start = align_down(mc_virt_raw(address) << taken * MC_PT_INDEX_BITS, mc_pt_span(level));
	say("   the table window shows data here: the start of the %s at %#lx",
	    decode_page_size(level),
	    mc_virt_raw(mc_pt_canonical(mc_virt_addr(start), root->levels)));
}

static bool same_walks(const struct mc_walk *a, const struct mc_walk *b)
{
	bool same = a->nr_steps == b->nr_steps;

	for (unsigned int i = 0; same && i < a->nr_steps; i++)
		same = a->steps[i].entry.raw == b->steps[i].entry.raw;
	return same;
}

static enum command_result walk_both(mc_virt_addr_t address)
{
	const struct mc_root root = mc_active_root();
	struct mc_walk offset, recursive;
	int error, other;

	if (!IS_ENABLED(CONFIG_MAPPER_OFFSET) || !IS_ENABLED(CONFIG_MAPPER_RECURSIVE)) {
		log_error("walk --both: this kernel is built without the %s mapper",
			  IS_ENABLED(CONFIG_MAPPER_OFFSET) ? "recursive" : "offset");
		return COMMAND_CHECK_FAILED;
	}
	error = mc_offset_walk(&root, address, &offset);
	other = mc_recursive_walk(&root, address, &recursive);
	say("walk of %#lx: %u levels, root at %#lx", mc_virt_raw(address), root.levels,
	    mc_phys_raw(root.table));
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
		return walk_both(mc_virt_addr(address));
	walk_show(mc_virt_addr(address));
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
