/* SPDX-License-Identifier: MIT */
/* Words for what page tables say (decode.h). */
#include <kernel/string.h>

#include "decode.h"

const char *decode_rights(char text[RIGHTS_TEXT], unsigned int rights)
{
	static const char letters[] = "rwxug";
	static const unsigned int bits[] = { RIGHT_READ, RIGHT_WRITE, RIGHT_EXECUTE, RIGHT_USER,
					     RIGHT_GLOBAL };

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		text[i] = rights & bits[i] ? letters[i] : '-';
	text[ARRAY_SIZE(bits)] = '\0';
	return text;
}

unsigned int decode_translation_rights(const struct translation *translation)
{
	return RIGHT_READ | (translation->writable ? RIGHT_WRITE : 0) |
	       (translation->executable ? RIGHT_EXECUTE : 0) |
	       (translation->user ? RIGHT_USER : 0) | (translation->global ? RIGHT_GLOBAL : 0);
}

const char *decode_memory_type(enum memory_type type)
{
	switch (type) {
	case MEMORY_WRITE_BACK: return "write-back";
	case MEMORY_WRITE_THROUGH: return "write-through";
	case MEMORY_WRITE_COMBINING: return "write-combining";
	default: return "uncached";
	}
}

const char *decode_memory_type_short(enum memory_type type)
{
	switch (type) {
	case MEMORY_WRITE_BACK: return "WB";
	case MEMORY_WRITE_THROUGH: return "WT";
	case MEMORY_WRITE_COMBINING: return "WC";
	default: return "UC";
	}
}

const char *decode_page_size(unsigned int level)
{
	return level == 1 ? "4 KiB" : level == 2 ? "2 MiB" : "1 GiB";
}

const char *decode_kind(const struct walk_step *step)
{
	switch (step->kind) {
	case PT_TABLE: return "table";
	case PT_LEAF: return decode_page_size(step->level);
	case PT_RESERVED: return "reserved";
	default: return "absent";
	}
}

const char *decode_bits(char text[BITS_TEXT], pt_entry_t entry, unsigned int level)
{
	const struct {
		uint64_t bit;
		const char *name;
	} bits[] = {
		{ PT_P, "P" },     { PT_W, "W" },
		{ PT_U, "U" },     { PT_PWT, "PWT" },
		{ PT_PCD, "PCD" }, { PT_A, "A" },
		{ PT_D, "D" },     { PT_PS, level == 1 ? "PAT" : "PS" },
		{ PT_G, "G" },     { PT_NX, "NX" },
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
