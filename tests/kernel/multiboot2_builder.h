/* SPDX-License-Identifier: MIT */
/*
 * Makes Multiboot2 boot information for tests, byte by byte from the specification (3.6) rather
 * than from the parser's structures, so that a wrong structure is found. Overflowing the buffer is
 * the test's fault; the builder then stops writing, and the parser will refuse what it made.
 */
#ifndef TESTS_MULTIBOOT2_BUILDER_H
#define TESTS_MULTIBOOT2_BUILDER_H

#include <mercator/types.h>

struct builder {
	uint8_t *bytes; /* the caller's, a multiple of 8 */
	size_t capacity;
	size_t size; /* so far; after build_end() the total size */
	size_t tag;  /* where the open tag starts */
};

void build_begin(struct builder *builder, uint8_t *bytes, size_t capacity);

/* Tags in parts: begin, any number of values (little-endian), end, which pads with 0xa5. */
void build_tag_begin(struct builder *builder, uint32_t type);
void build_value(struct builder *builder, uint64_t value, size_t nr_bytes);
void build_text(struct builder *builder, const char *text); /* with its NUL */
void build_tag_end(struct builder *builder);

/* Whole tags. */
void build_string(struct builder *builder, uint32_t type, const char *text);
void build_module(struct builder *builder, uint32_t start, uint32_t end, const char *command_line);
void build_basic_memory(struct builder *builder, uint32_t lower_kib, uint32_t upper_kib);
void build_rsdp(struct builder *builder, uint32_t type, size_t size);
void build_framebuffer(struct builder *builder, uint64_t address, uint32_t pitch, uint32_t width,
		       uint32_t height, uint8_t bits_per_pixel, uint8_t kind);
void build_rgb(struct builder *builder); /* all of a 1024x768x32 framebuffer at 0xfd000000 */

/* A memory map of `nr` entries: the one at index i has base i MiB, length (i + 1) KiB, type i + 1. */
void build_memory_map(struct builder *builder, size_t nr, uint32_t entry_size, uint32_t version);

/* The end tag and the total size, which it returns. */
size_t build_end(struct builder *builder);

/* Change 32 bits of what was built. */
void build_patch(struct builder *builder, size_t offset, uint32_t value);

/* One of each tag that the parser knows, two modules and an unknown tag: what GRUB sends. */
#define BUILDER_SAMPLE_SIZE 1024
size_t build_sample(struct builder *builder, uint8_t *bytes);

#endif
