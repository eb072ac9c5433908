/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes as Multiboot2 boot information. libFuzzer's own block may be larger than
 * `size`, so the bytes move to a heap block of exactly their size.
 */
#include <string.h>

#include <arch/multiboot2.h>
#include <kernel/boot_information.h>

#include "../kernel/bootinfo_check.h"
#include "fuzz.h"

static size_t readable;

static void check_error(const struct multiboot2_error *error)
{
	FUZZ_CHECK(error->text && error->text[0] != '\0');
	FUZZ_CHECK(error->tag_name && error->field);
	FUZZ_CHECK(error->offset <= readable);
}

/* The structure and the memory map are never left out: without them, there is an error. */
static void check_left_out(const struct multiboot2_error *what)
{
	check_error(what);
	FUZZ_CHECK(what->tag_name[0] != '\0' && what->tag_type != MULTIBOOT2_NO_TAG);
	FUZZ_CHECK(what->tag_type != MULTIBOOT2_TAG_MEMORY_MAP);
}

/*
 * Bytes after the end tag make no difference; with one byte less than its tags need, an accepted
 * structure is refused.
 */
static void check_accepted(uint8_t *block, const struct bootinfo *info)
{
	struct multiboot2_info header = { .total_size = (uint32_t)info->size };
	struct multiboot2_error error;
	struct bootinfo again;

	FUZZ_CHECK_NULL(bootinfo_check(info));
	memcpy(block, &header, sizeof(header));
	FUZZ_CHECK(multiboot2_parse(block, info->size, &again, &error, NULL) == 0);
	FUZZ_CHECK(again.size == info->size);
	FUZZ_CHECK(again.nr_modules == info->nr_modules);
	FUZZ_CHECK(again.nr_memory_entries == info->nr_memory_entries);
	FUZZ_CHECK(multiboot2_parse(block, info->size - 1, &again, &error, NULL) ==
		   MC_ERR_TRUNCATED);
	header.total_size--;
	memcpy(block, &header, sizeof(header));
	FUZZ_CHECK(multiboot2_parse(block, info->size, &again, &error, NULL) == MC_ERR_TRUNCATED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *block = malloc(size);
	struct multiboot2_error error = { .text = NULL };
	struct bootinfo info;

	if (size > 0)
		memcpy(block, data, size);
	readable = size;
	if (multiboot2_parse(block, size, &info, &error, check_left_out) == 0) {
		check_accepted(block, &info);
	} else {
		check_error(&error);
		FUZZ_CHECK(info.size == 0 && info.nr_memory_entries == 0);
	}
	free(block);
	return 0;
}
