/* SPDX-License-Identifier: MIT */
/* Text for people (kernel/log.h). */
#include <kernel/fmt.h>
#include <kernel/log.h>
#include <kernel/units.h>

const char *describe_size(char text[SIZE_TEXT_MAX], uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0;
	uint64_t rest = 0;

	/* `rest` is the fraction, in 1024ths of the unit. */
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

static const char *kind_text(const struct mc_walk_step *step)
{
	switch (step->kind) {
	case MC_PT_ABSENT: return "absent";
	case MC_PT_MARKER: return "not present, a marker";
	case MC_PT_TABLE: return "table";
	case MC_PT_LEAF: return step->level == 1 ? "4 KiB" : step->level == 2 ? "2 MiB" : "1 GiB";
	}
	return "?";
}

static void describe_step(enum log_level level, mc_virt_addr_t address,
			  const struct mc_walk_step *step)
{
	mc_pt_entry_t entry = step->entry;

	if (step->kind == MC_PT_ABSENT || step->kind == MC_PT_MARKER)
		log_line(level, "  %-4s[%3u] %016lx %s", mc_pt_level_name(step->level),
			 mc_pt_index(address, step->level), entry.raw, kind_text(step));
	else
		log_line(level, "  %-4s[%3u] %016lx %-5s at %#lx r%c%c%s%s",
			 mc_pt_level_name(step->level), mc_pt_index(address, step->level),
			 entry.raw, kind_text(step),
			 step->kind == MC_PT_TABLE
				 ? mc_phys_raw(mc_pt_table_address(entry))
				 : mc_phys_raw(mc_pt_leaf_address(entry, step->level)),
			 mc_pt_is_writable(entry) ? 'w' : '-',
			 mc_pt_is_executable(entry) ? 'x' : '-',
			 mc_pt_is_user(entry) ? " user" : "",
			 step->kind == MC_PT_LEAF && mc_pt_is_global(entry) ? " global" : "");
}

void describe_walk(enum log_level level, mc_virt_addr_t address, const struct mc_walk *walk,
		   int result)
{
	log_line(level, "walk of %p:", mc_virt_ptr(address));
	for (unsigned int i = 0; i < walk->nr_steps; i++)
		describe_step(level, address, &walk->steps[i]);
	if (result == MC_ERR_INVALID)
		log_line(level, "  not canonical");
	else if (result)
		log_line(level, "  the next table is out of reach: %s", mc_error_name(result));
}
