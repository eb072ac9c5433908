/* SPDX-License-Identifier: MIT */
/*
 * Suite "multiboot2": what GRUB really sent (tests/data/bootinfo), read from files in heap blocks
 * of exactly their size.
 */
#include <stdio.h>
#include <stdlib.h>

#include <arch/multiboot2.h>
#include <kernel/boot_information.h>
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/memmap.h>

#include "bootinfo_check.h"

static const struct captured {
	const char *name;
	long size;
	size_t nr_memory_entries;
	enum bootinfo_framebuffer_kind kind;
	uint32_t width;
	uint8_t bits_per_pixel;
	size_t rsdp_new_size;
	uint64_t usable; /* bytes, in whole frames */
} captures[] = {
	{ "bios-text", 688, 7, BOOTINFO_FRAMEBUFFER_TEXT, 80, 16, 0, 0x9f000 + 0x7ee0000 },
	{ "bios-fb", 1480, 7, BOOTINFO_FRAMEBUFFER_RGB, 1024, 32, 0, 0x9f000 + 0x7ee0000 },
	{ "bios-novga", 696, 7, BOOTINFO_FRAMEBUFFER_INDEXED, 640, 1, 0, 0x9f000 + 0x3ee0000 },
	{ "bios-amd-1t", 760, 10, BOOTINFO_FRAMEBUFFER_TEXT, 80, 16, 0,
	  0x9f000 + 0x7fedf000 + UINT64_C(0x100000000) },
	{ "uefi-fb", 6744, 18, BOOTINFO_FRAMEBUFFER_RGB, 1024, 32, 36, 0xfa2c000 },
};

/* NULL, or the file in a block of captured->size bytes, which the caller frees. */
static uint8_t *read_capture(const struct captured *captured)
{
	uint8_t *block = malloc((size_t)captured->size);
	char path[512];
	FILE *file;
	size_t nr;

	snprintf(path, sizeof(path), "%s/%s.bin", BOOTINFO_DIR, captured->name);
	file = fopen(path, "rb");
	if (!file) {
		free(block);
		return NULL;
	}
	nr = fread(block, 1, (size_t)captured->size, file);
	/* That it ends there. */
	nr += fgetc(file) != EOF;
	fclose(file);
	if (nr == (size_t)captured->size)
		return block;
	free(block);
	return NULL;
}

static uint64_t usable_bytes(const struct bootinfo *info)
{
	struct mc_memmap_range *ranges = malloc(info->nr_memory_entries * sizeof(*ranges));
	struct mc_memmap_summary summary;

	for (size_t i = 0; i < info->nr_memory_entries; i++) {
		const struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, i);

		ranges[i] = mc_memmap_from_length(entry.base, entry.length, entry.type);
	}
	summary = mc_memmap_normalise(ranges, info->nr_memory_entries, UINT64_MAX);
	free(ranges);
	return summary.usable;
}

static void expect_modules(struct ktest_run *t, const struct bootinfo *info)
{
	struct bootinfo_module module = { .command_line = NULL };
	size_t cursor = 0;

	EXPECT_EQ(t, info->nr_modules, 2);
	EXPECT_TRUE(t, bootinfo_next_module(info, &cursor, &module));
	EXPECT_STR(t, module.command_line, "first module");
	EXPECT_EQ(t, mc_phys_raw(module.end) - mc_phys_raw(module.start), 6);
	EXPECT_TRUE(t, bootinfo_next_module(info, &cursor, &module));
	EXPECT_STR(t, module.command_line, "");
	EXPECT_EQ(t, mc_phys_raw(module.end) - mc_phys_raw(module.start), 5000);
}

static void expect_capture(struct ktest_run *t, const struct captured *captured,
			   const struct bootinfo *info)
{
	EXPECT_STR(t, bootinfo_check(info), NULL);
	EXPECT_EQ(t, info->size, (size_t)captured->size);
	EXPECT_STR(t, info->command_line, "selftest seed=7");
	EXPECT_STR(t, info->loader_name, "GRUB 2.06-13+deb12u2");
	EXPECT_EQ(t, info->nr_memory_entries, captured->nr_memory_entries);
	EXPECT_EQ(t, info->framebuffer.kind, captured->kind);
	EXPECT_EQ(t, info->framebuffer.width, captured->width);
	EXPECT_EQ(t, info->framebuffer.bits_per_pixel, captured->bits_per_pixel);
	EXPECT_EQ(t, info->rsdp_old.size, 20);
	EXPECT_EQ(t, info->rsdp_new.size, captured->rsdp_new_size);
	EXPECT_EQ(t, usable_bytes(info), captured->usable);
	expect_modules(t, info);
}

static unsigned int nr_left_out;

static void count_left_out(const struct multiboot2_error *what)
{
	(void)what;
	nr_left_out++;
}

KTEST(multiboot2, reads_what_grub_sent)
{
	for (size_t i = 0; i < ARRAY_SIZE(captures); i++) {
		const struct captured *captured = &captures[i];
		uint8_t *block = read_capture(captured);
		struct multiboot2_error error;
		struct bootinfo info;

		if (!EXPECT_TRUE(t, block != NULL))
			continue;
		if (EXPECT_EQ(t,
			      multiboot2_parse(block, (size_t)captured->size, &info, &error,
					       count_left_out),
			      0))
			expect_capture(t, captured, &info);
		EXPECT_EQ(t, nr_left_out, 0);
		free(block);
		if (t->nr_failures) {
			ktest_note(t, "in %s", captured->name);
			return;
		}
	}
}
