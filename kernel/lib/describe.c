/* SPDX-License-Identifier: MIT */
/* Text for people (kernel/log.h). */
#include <kernel/fmt.h>
#include <kernel/log.h>

const char *describe_size(char text[SIZE_TEXT_MAX], uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0;
	uint64_t rest = 0;

	/* `rest` collects, in 1024ths of the unit, what the next larger unit has behind the point. */
	while (bytes >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		rest = bytes % 1024;
		bytes /= 1024;
		unit++;
	}
	if (rest * 10 / 1024)
		fmt_print(text, SIZE_TEXT_MAX, "%lu.%lu %s", bytes, rest * 10 / 1024, units[unit]);
	else
		fmt_print(text, SIZE_TEXT_MAX, "%lu %s", bytes, units[unit]);
	return text;
}

static const char *kind_text(const struct walk_step *step)
{
	switch (step->kind) {
	case PT_ABSENT: return "absent";
	case PT_RESERVED: return "not present, reserved";
	case PT_TABLE: return "table";
	case PT_LEAF: return step->level == 1 ? "4 KiB" : step->level == 2 ? "2 MiB" : "1 GiB";
	}
	return "?";
}

static void describe_step(enum log_level level, virt_addr_t address, const struct walk_step *step)
{
	pt_entry_t entry = step->entry;

	if (step->kind == PT_ABSENT || step->kind == PT_RESERVED)
		log_line(level, "  %-4s[%3u] %016lx %s", pt_level_name(step->level),
			 pt_index(address, step->level), entry.raw, kind_text(step));
	else
		log_line(level, "  %-4s[%3u] %016lx %-5s at %#lx r%c%c%s%s",
			 pt_level_name(step->level), pt_index(address, step->level), entry.raw,
			 kind_text(step),
			 step->kind == PT_TABLE ? phys_raw(pt_table_address(entry))
						: phys_raw(pt_leaf_address(entry, step->level)),
			 pt_is_writable(entry) ? 'w' : '-', pt_is_executable(entry) ? 'x' : '-',
			 pt_is_user(entry) ? " user" : "",
			 step->kind == PT_LEAF && pt_is_global(entry) ? " global" : "");
}

void describe_walk(enum log_level level, virt_addr_t address, const struct walk *walk, int result)
{
	log_line(level, "walk of %p:", virt_ptr(address));
	for (unsigned int i = 0; i < walk->nr_steps; i++)
		describe_step(level, address, &walk->steps[i]);
	if (result == ERR_INVALID)
		log_line(level, "  not canonical");
	else if (result)
		log_line(level, "  the next table is out of reach: %s", error_name(result));
}
