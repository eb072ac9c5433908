/* SPDX-License-Identifier: MIT */
/* Text for page-table entries (decode.h). */
#include <kernel/string.h>
#include <kernel/units.h>

#include "decode.h"

const char *decode_rights(char text[RIGHTS_TEXT], unsigned int rights)
{
	static const char letters[] = "rwxug";
	static const unsigned int bits[] = { MC_RIGHT_READ, MC_RIGHT_WRITE, MC_RIGHT_EXECUTE,
					     MC_RIGHT_USER, MC_RIGHT_GLOBAL };

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		text[i] = rights & bits[i] ? letters[i] : '-';
	text[ARRAY_SIZE(bits)] = '\0';
	return text;
}

const char *decode_memory_type(enum mc_memory_type type)
{
	switch (type) {
	case MC_MEMORY_WRITE_BACK: return "write-back";
	case MC_MEMORY_WRITE_THROUGH: return "write-through";
	case MC_MEMORY_WRITE_COMBINING: return "write-combining";
	default: return "uncached";
	}
}

const char *decode_memory_type_short(enum mc_memory_type type)
{
	switch (type) {
	case MC_MEMORY_WRITE_BACK: return "WB";
	case MC_MEMORY_WRITE_THROUGH: return "WT";
	case MC_MEMORY_WRITE_COMBINING: return "WC";
	default: return "UC";
	}
}

const char *decode_page_size(unsigned int level)
{
	return level == 1 ? "4 KiB" : level == 2 ? "2 MiB" : "1 GiB";
}

const char *decode_kind(const struct mc_walk_step *step)
{
	switch (step->kind) {
	case MC_PT_TABLE: return "table";
	case MC_PT_LEAF: return decode_page_size(step->level);
	case MC_PT_MARKER: return "marker";
	default: return "absent";
	}
}

const char *decode_bits(char text[BITS_TEXT], mc_pt_entry_t entry, unsigned int level)
{
	const struct {
		uint64_t bit;
		const char *name;
	} bits[] = {
		{ MC_PT_P, "P" },     { MC_PT_W, "W" },
		{ MC_PT_U, "U" },     { MC_PT_PWT, "PWT" },
		{ MC_PT_PCD, "PCD" }, { MC_PT_A, "A" },
		{ MC_PT_D, "D" },     { MC_PT_PS, level == 1 ? "PAT" : "PS" },
		{ MC_PT_G, "G" },     { MC_PT_NX, "NX" },
	};
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		const size_t added = strlen(bits[i].name);

		if (!(entry.raw & bits[i].bit) || length + added + 2 > BITS_TEXT)
			continue;
		if (length)
			text[length++] = ' ';
		memcpy(text + length, bits[i].name, added);
		length += added;
	}
	text[length] = '\0';
	return text;
}
