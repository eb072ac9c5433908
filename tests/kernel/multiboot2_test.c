/* SPDX-License-Identifier: MIT */
/*
 * Suite "multiboot2": each rule of arch/multiboot2.h, on structures made by multiboot2_builder.h.
 * tests/kernel/multiboot2_damage_test.c goes on where reads out of bounds can be seen.
 */
#include <arch/multiboot2.h>
#include <kernel/boot_information.h>
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "bootinfo_check.h"
#include "multiboot2_builder.h"

/* Static: the kernel's stack is small, and tests run one at a time. */
static _Alignas(8) uint8_t bytes[2 * BUILDER_SAMPLE_SIZE];
static struct builder builder;
static struct bootinfo info;
static struct multiboot2_error error;

/* What was left out, the last of it. */
static struct multiboot2_error left_out;
static unsigned int nr_left_out;

static void note_left_out(const struct multiboot2_error *what)
{
	left_out = *what;
	nr_left_out++;
}

static void begin(void)
{
	build_begin(&builder, bytes, sizeof(bytes));
}

static int parse(void)
{
	error = (struct multiboot2_error){ .text = "" };
	nr_left_out = 0;
	return multiboot2_parse(bytes, builder.size, &info, &error, note_left_out);
}

static int end_and_parse(void)
{
	build_end(&builder);
	return parse();
}

/* The structure must be refused, with this code, tag and offset, and *info emptied. */
static bool expect_error(struct ktest_run *t, int code, uint32_t tag_type, size_t offset)
{
	bool ok = EXPECT_EQ(t, parse(), code);

	ok = EXPECT_EQ(t, error.tag_type, tag_type) && ok;
	ok = EXPECT_EQ(t, error.offset, offset) && ok;
	ok = EXPECT_TRUE(t, error.text && error.text[0] != '\0') && ok;
	ok = EXPECT_EQ(t, info.size, 0) && EXPECT_EQ(t, info.nr_memory_entries, 0) && ok;
	return EXPECT_STR(t, info.command_line, "") && ok;
}

/* One tag, or a module's string, is wrong: it is left out and reported with its name and field. */
static bool expect_left_out(struct ktest_run *t, uint32_t tag_type, const char *tag_name,
			    const char *field, size_t offset)
{
	bool ok = EXPECT_EQ(t, parse(), 0) && EXPECT_EQ(t, nr_left_out, 1);

	ok = ok && EXPECT_EQ(t, left_out.tag_type, tag_type) &&
	     EXPECT_STR(t, left_out.tag_name, tag_name) && EXPECT_STR(t, left_out.field, field) &&
	     EXPECT_EQ(t, left_out.offset, offset) && EXPECT_TRUE(t, left_out.text[0] != '\0');
	/* The callback is optional. */
	ok = ok && EXPECT_EQ(t, multiboot2_parse(bytes, builder.size, &info, &error, NULL), 0);
	return ok && EXPECT_STR(t, bootinfo_check(&info), NULL);
}

/* The same of a framebuffer: then there is none. */
static bool expect_no_screen(struct ktest_run *t, const char *field, size_t offset)
{
	return expect_left_out(t, 8, "framebuffer", field, offset) &&
	       EXPECT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_NONE) &&
	       EXPECT_EQ(t, info.framebuffer.width, 0);
}

static void expect_module(struct ktest_run *t, size_t *cursor, uint64_t start, uint64_t end,
			  const char *command_line)
{
	struct bootinfo_module module;

	if (!EXPECT_TRUE(t, bootinfo_next_module(&info, cursor, &module)))
		return;
	EXPECT_EQ(t, mc_phys_raw(module.start), start);
	EXPECT_EQ(t, mc_phys_raw(module.end), end);
	EXPECT_STR(t, module.command_line, command_line);
}

static void expect_memory_map(struct ktest_run *t, size_t nr)
{
	EXPECT_EQ(t, info.nr_memory_entries, nr);
	for (size_t i = 0; i < nr && i < info.nr_memory_entries; i++) {
		const struct bootinfo_memory_entry entry = bootinfo_memory_entry(&info, i);

		EXPECT_EQ(t, entry.base, MIB(i));
		EXPECT_EQ(t, entry.length, KIB(i + 1));
		EXPECT_EQ(t, entry.type, i + 1);
	}
}

KTEST(multiboot2, reads_what_grub_sends)
{
	struct bootinfo_module module;
	size_t cursor = 0;

	build_sample(&builder, bytes);
	ASSERT_EQ(t, parse(), 0);
	EXPECT_EQ(t, nr_left_out, 0);
	EXPECT_TRUE(t, info.data == bytes);
	EXPECT_EQ(t, info.size, builder.size);
	EXPECT_STR(t, info.command_line, "selftest seed=7");
	EXPECT_STR(t, info.loader_name, "GRUB 2.06-13");
	EXPECT_TRUE(t, info.has_basic_memory);
	EXPECT_EQ(t, info.lower_memory_kib, 639);
	EXPECT_EQ(t, info.upper_memory_kib, 130048);
	EXPECT_EQ(t, info.nr_modules, 2);
	expect_module(t, &cursor, 0x10000, 0x12345, "one");
	expect_module(t, &cursor, 0x20000, 0x20000, "");
	EXPECT_TRUE(t, !bootinfo_next_module(&info, &cursor, &module));
	EXPECT_TRUE(t, !bootinfo_next_module(&info, &cursor, &module));
	expect_memory_map(t, 5);
	EXPECT_STR(t, bootinfo_check(&info), NULL);
}

KTEST(multiboot2, reads_the_root_pointers)
{
	build_sample(&builder, bytes);
	ASSERT_EQ(t, parse(), 0);
	ASSERT_EQ(t, info.rsdp_old.size, 20);
	ASSERT_EQ(t, info.rsdp_new.size, 36);
	for (uint8_t i = 0; i < 36; i++) {
		EXPECT_EQ(t, ((const uint8_t *)info.rsdp_new.data)[i], i);
		if (i < 20)
			EXPECT_EQ(t, ((const uint8_t *)info.rsdp_old.data)[i], i);
	}
}

KTEST(multiboot2, reads_an_rgb_framebuffer)
{
	const struct bootinfo_framebuffer *screen = &info.framebuffer;

	build_sample(&builder, bytes);
	ASSERT_EQ(t, parse(), 0);
	ASSERT_EQ(t, screen->kind, BOOTINFO_FRAMEBUFFER_RGB);
	EXPECT_EQ(t, mc_phys_raw(screen->address), 0xfd000000);
	EXPECT_EQ(t, screen->pitch, 4096);
	EXPECT_EQ(t, screen->width, 1024);
	EXPECT_EQ(t, screen->height, 768);
	EXPECT_EQ(t, screen->bits_per_pixel, 32);
	EXPECT_EQ(t, screen->red.position, 16);
	EXPECT_EQ(t, screen->green.position, 8);
	EXPECT_EQ(t, screen->blue.position, 0);
	EXPECT_EQ(t, screen->red.size, 8);
	EXPECT_EQ(t, screen->green.size, 8);
	EXPECT_EQ(t, screen->blue.size, 8);
}

/* A memory map, and a framebuffer of 4 colours whose palette is `room` bytes long. */
static void build_indexed(size_t room)
{
	begin();
	build_memory_map(&builder, 1, 24, 0);
	build_framebuffer(&builder, UINT64_C(0x1234567800), 640, 640, 480, 8, 0);
	build_value(&builder, 4, 2);
	for (size_t i = 0; i < room; i++)
		build_value(&builder, i, 1);
	build_tag_end(&builder);
	build_end(&builder);
}

/* Offset of the first tag after the header; a memory map of one entry is 40 bytes. */
#define FIRST_TAG 8
#define MAP_SIZE  40

KTEST(multiboot2, reads_an_indexed_framebuffer)
{
	build_indexed(12);
	ASSERT_EQ(t, parse(), 0);
	ASSERT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_INDEXED);
	EXPECT_EQ(t, mc_phys_raw(info.framebuffer.address), UINT64_C(0x1234567800));
	ASSERT_EQ(t, info.framebuffer.nr_colours, 4);
	for (uint8_t i = 0; i < 12; i++)
		EXPECT_EQ(t, info.framebuffer.palette[i], i);
	build_indexed(11);
	expect_no_screen(t, "size", FIRST_TAG + MAP_SIZE + 4);
}

/* A memory map, and a framebuffer tag without colour information. */
static void build_plain(uint64_t address, uint32_t pitch, uint32_t width, uint32_t height,
			uint8_t bits_per_pixel, uint8_t kind)
{
	begin();
	build_memory_map(&builder, 1, 24, 0);
	build_framebuffer(&builder, address, pitch, width, height, bits_per_pixel, kind);
	build_tag_end(&builder);
	build_end(&builder);
}

KTEST(multiboot2, reads_a_text_screen)
{
	build_plain(0xb8000, 160, 80, 25, 0, 2);
	ASSERT_EQ(t, parse(), 0);
	EXPECT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_TEXT);
	EXPECT_EQ(t, info.framebuffer.width, 80);
	EXPECT_EQ(t, info.framebuffer.height, 25);
	build_plain(0xb8000, 159, 80, 25, 16, 2);
	expect_no_screen(t, "pitch", FIRST_TAG + MAP_SIZE + 16);
}

KTEST(multiboot2, leaves_unknown_screens_alone)
{
	for (int kind = 3; kind < 256; kind++) {
		build_plain(0, 0, 0, 0, 0, (uint8_t)kind);
		ASSERT_EQ(t, parse(), 0);
		ASSERT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_OTHER);
	}
}

KTEST(multiboot2, leaves_impossible_framebuffers_out)
{
	const size_t tag = FIRST_TAG + MAP_SIZE, size = tag + 4, address = tag + 8,
		     pitch = tag + 16, width = tag + 20, height = tag + 24, bits = tag + 28;

	build_plain(0, 0, 0, 0, 0, 0);
	expect_no_screen(t, "width", width); /* all of it is 0 */
	build_plain(0, 0, 0, 0, 0, 1);
	expect_no_screen(t, "width", width); /* the same, RGB */
	build_plain(0, 4096, 1024, 768, 32, 1);
	expect_no_screen(t, "size", size); /* RGB without colour fields */
	build_plain(0, 4096, 1024, 768, 32, 0);
	expect_no_screen(t, "size", size); /* indexed without a palette */
	build_plain(0, 4096, 1024, 768, 0, 1);
	expect_no_screen(t, "bits_per_pixel", bits);
	build_plain(0, 4095, 1024, 768, 32, 1);
	expect_no_screen(t, "pitch", pitch);
	build_plain(0, 1599, 800, 600, 15, 1); /* a pixel takes two bytes */
	expect_no_screen(t, "pitch", pitch);
	build_plain(0, 160, 0, 25, 0, 2);
	expect_no_screen(t, "width", width);
	build_plain(0, 160, 80, 0, 0, 2);
	expect_no_screen(t, "height", height);
	build_plain(0xb8000, 0, 80, 25, 0, 2);
	expect_no_screen(t, "pitch", pitch);
	build_plain(0, 2, UINT32_MAX, 1, 0, 2); /* its line is 2^33 - 2 bytes long */
	expect_no_screen(t, "pitch", pitch);
	build_plain(UINT64_MAX - 4000, 160, 80, 25, 0, 2);
	ASSERT_EQ(t, parse(), 0); /* its end is 2^64 - 1 */
	EXPECT_EQ(t, nr_left_out, 0);
	build_plain(UINT64_MAX - 3999, 160, 80, 25, 0, 2);
	expect_no_screen(t, "address", address);
	build_plain(UINT64_MAX - UINT32_MAX, 65536, 80, 65536, 0, 2); /* 2^32 bytes */
	expect_no_screen(t, "address", address);
	build_plain(0, 65536, 80, 65536, 0, 2);
	ASSERT_EQ(t, parse(), 0);
	EXPECT_EQ(t, nr_left_out, 0);
}

KTEST(multiboot2, leaves_colour_fields_out_that_are_empty_or_leave_the_pixel)
{
	static const char *const names[] = { "red", "green", "blue" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const size_t field = FIRST_TAG + 32 + 2 * i;

		begin();
		build_rgb(&builder);
		build_memory_map(&builder, 1, 24, 0);
		build_end(&builder);
		bytes[field] = 24;
		ASSERT_EQ(t, parse(), 0);
		ASSERT_EQ(t, nr_left_out, 0);
		bytes[field] = 25;
		expect_no_screen(t, names[i], field);
		bytes[field] = 255;
		expect_no_screen(t, names[i], field);
		bytes[field] = 0;
		bytes[field + 1] = 0;
		expect_no_screen(t, names[i], field);
	}
}

KTEST(multiboot2, rgb_needs_all_six_bytes_of_colours)
{
	for (uint32_t size = 33; size <= 38; size++) {
		begin();
		build_rgb(&builder);
		build_memory_map(&builder, 1, 24, 0);
		build_end(&builder);
		build_patch(&builder, FIRST_TAG + 4, size);
		if (size < 38)
			ASSERT_TRUE(t, expect_no_screen(t, "size", FIRST_TAG + 4));
		else
			ASSERT_EQ(t, parse(), 0);
	}
}

KTEST(multiboot2, needs_no_tag_but_the_memory_map)
{
	size_t cursor = 0;
	struct bootinfo_module module;

	begin();
	build_memory_map(&builder, 1, 24, 0);
	ASSERT_EQ(t, end_and_parse(), 0);
	EXPECT_STR(t, info.command_line, "");
	EXPECT_STR(t, info.loader_name, "");
	EXPECT_TRUE(t, !info.has_basic_memory);
	EXPECT_EQ(t, info.nr_modules, 0);
	EXPECT_TRUE(t, !bootinfo_next_module(&info, &cursor, &module));
	EXPECT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_NONE);
	EXPECT_EQ(t, info.rsdp_old.size + info.rsdp_new.size, 0);
	expect_memory_map(t, 1);
}

KTEST(multiboot2, needs_a_memory_map)
{
	begin();
	build_string(&builder, 1, "quiet");
	build_end(&builder);
	expect_error(t, MC_ERR_NOT_FOUND, 6, FIRST_TAG + 16); /* at the end tag */
	begin();
	build_memory_map(&builder, 0, 24, 0);
	build_end(&builder);
	expect_error(t, MC_ERR_NOT_FOUND, 6, FIRST_TAG);
}

KTEST(multiboot2, a_refused_structure_has_no_modules)
{
	struct bootinfo_module module;
	size_t cursor = 0;

	begin();
	build_module(&builder, 0, 1, "");
	ASSERT_EQ(t, end_and_parse(), MC_ERR_NOT_FOUND);
	EXPECT_TRUE(t, !bootinfo_next_module(&info, &cursor, &module));
}

/* Tags of the sample in any order: what is read is the same. */
KTEST(multiboot2, takes_tags_in_any_order)
{
	for (int round = 0; round < 50; round++) {
		const uint64_t order = ktest_random(t);

		begin();
		for (uint64_t i = 0; i < 8; i++) {
			switch ((i + order) % 8 ^ (order >> 3) % 8) {
			case 0: build_string(&builder, 1, "a=b"); break;
			case 1: build_string(&builder, 2, "Limine 7.0"); break;
			case 2: build_module(&builder, 0x1000, 0x1004, "m"); break;
			case 3: build_basic_memory(&builder, 1, 2); break;
			case 4: build_memory_map(&builder, 3, 24, 0); break;
			case 5: build_rgb(&builder); break;
			case 6: build_rsdp(&builder, 14, 20); break;
			case 7: build_rsdp(&builder, 15, 36); break;
			}
		}
		ASSERT_EQ(t, end_and_parse(), 0);
		ASSERT_STR(t, bootinfo_check(&info), NULL);
		ASSERT_STR(t, info.command_line, "a=b");
		ASSERT_STR(t, info.loader_name, "Limine 7.0");
		ASSERT_EQ(t, info.nr_modules, 1);
		ASSERT_TRUE(t, info.has_basic_memory);
		ASSERT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_RGB);
		ASSERT_EQ(t, info.rsdp_old.size, 20);
		ASSERT_EQ(t, info.rsdp_new.size, 36);
		expect_memory_map(t, 3);
	}
}

KTEST(multiboot2, takes_unknown_tags)
{
	static const uint32_t types[] = { 5, 7, 9, 13, 16, 21, 22, 31, 32, 33, 38, UINT32_MAX };

	begin();
	build_memory_map(&builder, 2, 24, 0);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(types); i++) {
		build_tag_begin(&builder, types[i % ARRAY_SIZE(types)]);
		build_value(&builder, UINT64_MAX, i % 9);
		build_tag_end(&builder);
	}
	build_string(&builder, 1, "still read");
	ASSERT_EQ(t, end_and_parse(), 0);
	EXPECT_STR(t, info.command_line, "still read");
	expect_memory_map(t, 2);
}

KTEST(multiboot2, takes_longer_memory_entries)
{
	for (uint32_t size = 24; size <= 64; size += 8) {
		begin();
		build_memory_map(&builder, 4, size, 1);
		ASSERT_EQ(t, end_and_parse(), 0);
		EXPECT_EQ(t, info.memory_entry_version, 1);
		expect_memory_map(t, 4);
	}
}

KTEST(multiboot2, takes_longer_tags)
{
	begin();
	build_framebuffer(&builder, 0xc0000000, 5120, 1280, 800, 32, 1);
	build_value(&builder, UINT64_C(0x080008080810), 6);
	build_value(&builder, UINT64_MAX, 7); /* Limine's is longer than GRUB's */
	build_tag_end(&builder);
	build_tag_begin(&builder, 4);
	build_value(&builder, UINT64_C(0x500000003), 8);
	build_value(&builder, UINT64_MAX, 8);
	build_tag_end(&builder);
	build_tag_begin(&builder, 1);
	build_text(&builder, "short");
	build_text(&builder, "and more behind its end");
	build_tag_end(&builder);
	build_rsdp(&builder, 15, 50);
	build_memory_map(&builder, 1, 24, 0);
	ASSERT_EQ(t, end_and_parse(), 0);
	EXPECT_EQ(t, info.framebuffer.width, 1280);
	EXPECT_EQ(t, info.framebuffer.red.position, 16);
	EXPECT_EQ(t, info.lower_memory_kib, 3);
	EXPECT_EQ(t, info.upper_memory_kib, 5);
	EXPECT_STR(t, info.command_line, "short");
	EXPECT_EQ(t, info.rsdp_new.size, 50);
}

KTEST(multiboot2, takes_bytes_behind_the_end_tag)
{
	size_t size;

	begin();
	build_memory_map(&builder, 1, 24, 0);
	build_end(&builder);
	size = builder.size;
	for (size_t more = 1; more < 32; more++) {
		build_value(&builder, 0xff, 1);
		build_patch(&builder, 0, (uint32_t)builder.size);
		ASSERT_EQ(t, parse(), 0);
		ASSERT_EQ(t, info.size, size);
	}
}

KTEST(multiboot2, takes_more_room_than_it_needs)
{
	build_sample(&builder, bytes);
	ASSERT_EQ(t, multiboot2_parse(bytes, SIZE_MAX, &info, &error, NULL), 0);
	EXPECT_EQ(t, info.size, builder.size);
}

KTEST(multiboot2, refuses_a_misaligned_structure)
{
	struct multiboot2_error where;

	build_sample(&builder, bytes);
	for (size_t i = 1; i < 8; i++) {
		ASSERT_EQ(t, multiboot2_parse(bytes + i, 512, &info, &where, NULL),
			  MC_ERR_MISALIGNED);
		ASSERT_EQ(t, where.tag_type, MULTIBOOT2_NO_TAG);
		ASSERT_EQ(t, where.offset, 0);
	}
}

KTEST(multiboot2, refuses_wrong_total_sizes)
{
	build_sample(&builder, bytes);
	for (uint32_t size = 0; size < 16; size++) {
		build_patch(&builder, 0, size);
		ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, MULTIBOOT2_NO_TAG, 0));
	}
	build_patch(&builder, 0, (uint32_t)builder.size + 1);
	expect_error(t, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, 0);
	build_patch(&builder, 0, UINT32_MAX);
	expect_error(t, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, 0);
	builder.size = 7; /* half a header says nothing, not even that it is wrong */
	build_patch(&builder, 0, 0);
	expect_error(t, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, 0);
}

KTEST(multiboot2, refuses_every_truncation)
{
	const size_t size = build_sample(&builder, bytes);

	for (size_t available = 0; available < size; available++)
		ASSERT_EQ(t, multiboot2_parse(bytes, available, &info, &error, NULL),
			  MC_ERR_TRUNCATED);
	for (uint32_t total = 16; total < size; total++) {
		build_patch(&builder, 0, total);
		ASSERT_EQ(t, parse(), MC_ERR_TRUNCATED);
	}
}

KTEST(multiboot2, needs_an_end_tag)
{
	begin();
	build_memory_map(&builder, 1, 24, 0);
	build_patch(&builder, 0, (uint32_t)builder.size);
	expect_error(t, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, FIRST_TAG + MAP_SIZE);
	/* A tag whose padding would lie outside: the fault is at the structure's end. */
	build_tag_begin(&builder, 1);
	build_text(&builder, "");
	build_patch(&builder, builder.tag + 4, 9);
	build_patch(&builder, 0, (uint32_t)builder.size);
	expect_error(t, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, builder.size);
}

KTEST(multiboot2, the_end_tag_has_one_size)
{
	begin();
	build_memory_map(&builder, 1, 24, 0);
	build_tag_begin(&builder, 0);
	build_value(&builder, 0, 8);
	build_tag_end(&builder);
	build_end(&builder);
	expect_error(t, MC_ERR_FORMAT, 0, FIRST_TAG + MAP_SIZE + 4);
}

KTEST(multiboot2, refuses_tags_smaller_than_their_header)
{
	for (uint32_t size = 0; size < 8; size++) {
		build_sample(&builder, bytes);
		build_patch(&builder, FIRST_TAG + 4, size);
		ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 1, FIRST_TAG + 4));
		build_patch(&builder, FIRST_TAG, 99); /* of any type */
		ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 99, FIRST_TAG + 4));
	}
}

KTEST(multiboot2, refuses_tags_that_leave_the_structure)
{
	static const uint32_t unknown = 99;
	static const uint32_t sizes[] = { 49, 0x7fffffff, 0x80000000, 0xfffffff0, UINT32_MAX };

	/* Header 8, unknown tag 16, map 40 - 8 = the sizes above, end 8: 72 bytes. */
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		build_string(&builder, unknown, "seven..");
		build_memory_map(&builder, 1, 24, 0);
		build_end(&builder);
		build_patch(&builder, FIRST_TAG + 16 + 4, sizes[i]);
		ASSERT_TRUE(t, expect_error(t, MC_ERR_TRUNCATED, 6, FIRST_TAG + 16 + 4));
	}
}

KTEST(multiboot2, leaves_tags_out_that_are_too_small_for_their_type)
{
	static const struct {
		uint32_t type, least;
		const char *name;
	} rules[] = { { 1, 8, "command line" },  { 2, 8, "loader name" }, { 3, 16, "module" },
		      { 4, 16, "basic memory" }, { 6, 16, "memory map" }, { 8, 32, "framebuffer" },
		      { 14, 28, "old RSDP" },    { 15, 44, "new RSDP" } };

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		for (uint32_t size = 8; size < rules[i].least; size++) {
			begin();
			build_tag_begin(&builder, rules[i].type);
			build_value(&builder, 0, 8);
			build_value(&builder, 0, 8);
			build_value(&builder, 0, 8);
			build_value(&builder, 0, 8);
			build_value(&builder, 0, 4);
			/* The padding of what its size says is that of the tag. */
			builder.size = FIRST_TAG + size;
			build_tag_end(&builder);
			if (rules[i].type != 6)
				build_memory_map(&builder, 1, 24, 0);
			build_end(&builder);
			if (rules[i].type == 6)
				ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 6, FIRST_TAG + 4));
			else
				ASSERT_TRUE(t, expect_left_out(t, rules[i].type, rules[i].name,
							       "size", FIRST_TAG + 4));
			ASSERT_EQ(t, info.nr_modules, 0);
			ASSERT_TRUE(t, !info.has_basic_memory);
			ASSERT_EQ(t, info.rsdp_old.size + info.rsdp_new.size, 0);
		}
	}
}

KTEST(multiboot2, shows_what_there_is_of_a_command_line_without_an_end)
{
	for (size_t length = 0; length < 20; length++) {
		begin();
		build_tag_begin(&builder, 1);
		for (size_t i = 0; i < length; i++)
			build_value(&builder, 'x', 1);
		build_tag_end(&builder);
		build_memory_map(&builder, 1, 24, 0);
		ASSERT_EQ(t, end_and_parse(), 0);
		ASSERT_STR(t, bootinfo_check(&info), NULL);
		ASSERT_STR(t, info.command_line, "");
		ASSERT_TRUE(t, info.cut_command_line == (const char *)bytes + FIRST_TAG + 8);
		ASSERT_EQ(t, info.cut_length, length);
	}
	begin();
	build_string(&builder, 1, "it ends");
	build_memory_map(&builder, 1, 24, 0);
	ASSERT_EQ(t, end_and_parse(), 0);
	EXPECT_TRUE(t, !info.cut_command_line);
}

KTEST(multiboot2, leaves_unterminated_strings_out)
{
	static const char *const names[] = { "loader name", "module" };

	for (uint32_t type = 2; type <= 3; type++) {
		const size_t text = type == 3 ? 16 : 8;

		for (size_t length = 0; length < 20; length++) {
			size_t cursor = 0;

			begin();
			build_tag_begin(&builder, type);
			build_value(&builder, 0, text - 8);
			for (size_t i = 0; i < length; i++)
				build_value(&builder, 'x', 1);
			build_tag_end(&builder);
			build_memory_map(&builder, 1, 24, 0);
			build_end(&builder);
			/* Padding that looks like the end must not count. */
			for (size_t i = FIRST_TAG + text + length; i % 8 != 0; i++)
				bytes[i] = 0;
			ASSERT_TRUE(t, expect_left_out(t, type, names[type - 2], "string",
						       FIRST_TAG + text));
			ASSERT_STR(t, info.loader_name, "");
			/* A module is in memory, even if its string is wrong. */
			ASSERT_EQ(t, info.nr_modules, type == 3);
			if (type == 3)
				expect_module(t, &cursor, 0, 0, "");
		}
	}
}

KTEST(multiboot2, leaves_modules_out_that_end_before_they_start)
{
	size_t cursor = 0;

	begin();
	build_module(&builder, 0x2000, 0x1fff, "m");
	build_memory_map(&builder, 1, 24, 0);
	build_module(&builder, 0x3000, 0x3000, "n");
	build_end(&builder);
	expect_left_out(t, 3, "module", "end", FIRST_TAG + 12);
	ASSERT_EQ(t, info.nr_modules, 1);
	expect_module(t, &cursor, 0x3000, 0x3000, "n");
}

KTEST(multiboot2, refuses_wrong_memory_entry_sizes)
{
	for (uint32_t size = 0; size < 64; size++) {
		begin();
		build_memory_map(&builder, 2, 24, 0);
		build_end(&builder);
		build_patch(&builder, FIRST_TAG + 8, size);
		if (size == 24 || size == 48)
			ASSERT_EQ(t, parse(), 0);
		else if (size < 24 || size % 8 != 0)
			ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 6, FIRST_TAG + 8));
		else
			ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 6, FIRST_TAG + 4));
	}
	build_patch(&builder, FIRST_TAG + 8, 0xfffffff8);
	expect_error(t, MC_ERR_FORMAT, 6, FIRST_TAG + 4);
}

KTEST(multiboot2, refuses_part_of_a_memory_entry)
{
	for (uint32_t size = 17; size < 64; size++) {
		begin();
		build_memory_map(&builder, 2, 24, 0);
		build_end(&builder);
		build_patch(&builder, FIRST_TAG + 4, size);
		if (size != 40)
			ASSERT_TRUE(t, expect_error(t, MC_ERR_FORMAT, 6, FIRST_TAG + 4));
	}
}

/* Write the tag at `from` once more behind the rest, and end there. */
static void build_again(size_t from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		build_value(&builder, bytes[from + i], 1);
	build_end(&builder);
}

KTEST(multiboot2, of_a_second_tag_of_a_kind_the_first_counts)
{
	uint32_t type, size;
	size_t again;

	for (size_t at = FIRST_TAG;; at += align_up(size, 8)) {
		build_sample(&builder, bytes);
		memcpy(&type, bytes + at, 4);
		memcpy(&size, bytes + at + 4, 4);
		if (type == 0)
			break;
		/* Over the sample's end tag. */
		again = builder.size -= 8;
		builder.capacity = sizeof(bytes);
		build_again(at, align_up(size, 8));
		if (type == 3 || type == 99) {
			ASSERT_EQ(t, parse(), 0);
			ASSERT_EQ(t, nr_left_out, 0);
		} else if (type == 6) {
			ASSERT_TRUE(t, expect_error(t, MC_ERR_EXISTS, type, again));
		} else {
			/* The first is another, so that one sees which it is. */
			bytes[again + 8] ^= 1;
			ASSERT_EQ(t, parse(), 0);
			ASSERT_EQ(t, nr_left_out, 1);
			ASSERT_EQ(t, left_out.tag_type, type);
			ASSERT_EQ(t, left_out.offset, again);
			ASSERT_STR(t, info.command_line, "selftest seed=7");
			ASSERT_STR(t, info.loader_name, "GRUB 2.06-13");
			ASSERT_EQ(t, info.lower_memory_kib, 639);
			ASSERT_EQ(t, mc_phys_raw(info.framebuffer.address), 0xfd000000);
			ASSERT_EQ(t, *(const uint8_t *)info.rsdp_old.data, 0);
			ASSERT_EQ(t, *(const uint8_t *)info.rsdp_new.data, 0);
		}
	}
}

/* A tag that was left out does not count: a later valid one is used. */
KTEST(multiboot2, a_sound_tag_counts_after_one_that_was_left_out)
{
	begin();
	build_tag_begin(&builder, 2);
	build_value(&builder, 'x', 1);
	build_tag_end(&builder);
	build_framebuffer(&builder, 0, 0, 0, 0, 0, 1);
	build_tag_end(&builder);
	build_memory_map(&builder, 1, 24, 0);
	build_rgb(&builder);
	build_string(&builder, 2, "GRUB");
	ASSERT_EQ(t, end_and_parse(), 0);
	EXPECT_EQ(t, nr_left_out, 2);
	EXPECT_STR(t, info.loader_name, "GRUB");
	EXPECT_EQ(t, info.framebuffer.kind, BOOTINFO_FRAMEBUFFER_RGB);
}
