/* SPDX-License-Identifier: MIT */
/*
 * See multiboot2_builder.h.
 */
#include <kernel/units.h>

#include "multiboot2_builder.h"

#define PADDING 0xa5

void build_value(struct builder *builder, uint64_t value, size_t nr_bytes)
{
	for (size_t i = 0; i < nr_bytes && builder->size < builder->capacity; i++)
		builder->bytes[builder->size++] = (uint8_t)(value >> (8 * i));
}

void build_patch(struct builder *builder, size_t offset, uint32_t value)
{
	for (size_t i = 0; i < 4 && offset + i < builder->capacity; i++)
		builder->bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

void build_begin(struct builder *builder, uint8_t *bytes, size_t capacity)
{
	*builder = (struct builder){ .bytes = bytes, .capacity = capacity };
	build_value(builder, 0, 4);
	build_value(builder, 0, 4);
}

void build_tag_begin(struct builder *builder, uint32_t type)
{
	builder->tag = builder->size;
	build_value(builder, type, 4);
	build_value(builder, 0, 4);
}

void build_text(struct builder *builder, const char *text)
{
	do
		build_value(builder, (uint8_t)*text, 1);
	while (*text++);
}

void build_tag_end(struct builder *builder)
{
	build_patch(builder, builder->tag + 4, (uint32_t)(builder->size - builder->tag));
	while (builder->size % 8 != 0 && builder->size < builder->capacity)
		build_value(builder, PADDING, 1);
}

void build_string(struct builder *builder, uint32_t type, const char *text)
{
	build_tag_begin(builder, type);
	build_text(builder, text);
	build_tag_end(builder);
}

void build_module(struct builder *builder, uint32_t start, uint32_t end, const char *command_line)
{
	build_tag_begin(builder, 3);
	build_value(builder, start, 4);
	build_value(builder, end, 4);
	build_text(builder, command_line);
	build_tag_end(builder);
}

void build_basic_memory(struct builder *builder, uint32_t lower_kib, uint32_t upper_kib)
{
	build_tag_begin(builder, 4);
	build_value(builder, lower_kib, 4);
	build_value(builder, upper_kib, 4);
	build_tag_end(builder);
}

void build_rsdp(struct builder *builder, uint32_t type, size_t size)
{
	build_tag_begin(builder, type);
	for (size_t i = 0; i < size; i++)
		build_value(builder, i, 1);
	build_tag_end(builder);
}

void build_framebuffer(struct builder *builder, uint64_t address, uint32_t pitch, uint32_t width,
		       uint32_t height, uint8_t bits_per_pixel, uint8_t kind)
{
	build_tag_begin(builder, 8);
	build_value(builder, address, 8);
	build_value(builder, pitch, 4);
	build_value(builder, width, 4);
	build_value(builder, height, 4);
	build_value(builder, bits_per_pixel, 1);
	build_value(builder, kind, 1);
	build_value(builder, 0, 2);
}

void build_rgb(struct builder *builder)
{
	static const uint8_t fields[] = { 16, 8, 8, 8, 0, 8 };

	build_framebuffer(builder, 0xfd000000, 4096, 1024, 768, 32, 1);
	for (size_t i = 0; i < sizeof(fields); i++)
		build_value(builder, fields[i], 1);
	build_tag_end(builder);
}

void build_memory_map(struct builder *builder, size_t nr, uint32_t entry_size, uint32_t version)
{
	build_tag_begin(builder, 6);
	build_value(builder, entry_size, 4);
	build_value(builder, version, 4);
	for (size_t i = 0; i < nr; i++) {
		build_value(builder, MIB(i), 8);
		build_value(builder, KIB(i + 1), 8);
		build_value(builder, i + 1, 4);
		build_value(builder, UINT32_MAX, 4);
		for (size_t byte = 24; byte < entry_size; byte++)
			build_value(builder, PADDING, 1);
	}
	build_tag_end(builder);
}

size_t build_end(struct builder *builder)
{
	build_tag_begin(builder, 0);
	build_tag_end(builder);
	build_patch(builder, 0, (uint32_t)builder->size);
	return builder->size;
}

size_t build_sample(struct builder *builder, uint8_t *bytes)
{
	build_begin(builder, bytes, BUILDER_SAMPLE_SIZE);
	build_string(builder, 1, "selftest seed=7");
	build_string(builder, 2, "GRUB 2.06-13");
	build_module(builder, 0x10000, 0x12345, "one");
	build_basic_memory(builder, 639, 130048);
	build_tag_begin(builder, 99);
	build_text(builder, "unknown");
	build_tag_end(builder);
	build_memory_map(builder, 5, 24, 0);
	build_module(builder, 0x20000, 0x20000, "");
	build_rgb(builder);
	build_rsdp(builder, 14, 20);
	build_rsdp(builder, 15, 36);
	return build_end(builder);
}
