/* SPDX-License-Identifier: MIT */
/*
 * Multiboot2 boot information (Multiboot2 Specification 2.0, section 3.6): its layout, and the
 * parser that turns it into struct bootinfo. Where the specification's text and its multiboot2.h
 * differ (the framebuffer's `reserved` and number of colours), we follow multiboot2.h, as loaders
 * do.
 */
#ifndef ARCH_MULTIBOOT2_H
#define ARCH_MULTIBOOT2_H

#include <mercator/error.h>
#include <mercator/types.h>

/* The structure and each tag in it start at a multiple of this (3.6.1, 3.6.2). */
#define MULTIBOOT2_ALIGN 8

/* The tags that the parser knows; it accepts all others. */
enum multiboot2_tag_type {
	MULTIBOOT2_TAG_END = 0,
	MULTIBOOT2_TAG_COMMAND_LINE = 1,
	MULTIBOOT2_TAG_LOADER_NAME = 2,
	MULTIBOOT2_TAG_MODULE = 3,
	MULTIBOOT2_TAG_BASIC_MEMORY = 4,
	MULTIBOOT2_TAG_MEMORY_MAP = 6,
	MULTIBOOT2_TAG_FRAMEBUFFER = 8,
	MULTIBOOT2_TAG_RSDP_OLD = 14,
	MULTIBOOT2_TAG_RSDP_NEW = 15,
};

/* 3.6.1 */
struct multiboot2_info {
	uint32_t total_size; /* bytes, this header included */
	uint32_t reserved;
};

/* 3.6.2. What follows the header depends on the type; for a string, it is the text. */
struct multiboot2_tag {
	uint32_t type;
	uint32_t size; /* bytes, this header included, the padding to the next tag not */
};

/* 3.6.3 */
struct multiboot2_basic_memory {
	struct multiboot2_tag tag;
	uint32_t lower_kib;
	uint32_t upper_kib;
};

/* 3.6.6. The module's command line follows. */
struct multiboot2_module {
	struct multiboot2_tag tag;
	uint32_t start;
	uint32_t end;
};

/* 3.6.8. Entries follow, entry_size bytes each, which may be more than ours. */
struct multiboot2_memory_map {
	struct multiboot2_tag tag;
	uint32_t entry_size;
	uint32_t entry_version;
};

struct multiboot2_memory_entry {
	uint64_t base;
	uint64_t length;
	uint32_t type;
	uint32_t reserved;
};

enum multiboot2_framebuffer_kind {
	MULTIBOOT2_FRAMEBUFFER_INDEXED = 0,
	MULTIBOOT2_FRAMEBUFFER_RGB = 1,
	MULTIBOOT2_FRAMEBUFFER_TEXT = 2,
};

/* 3.6.12. One of the two structures below follows, or nothing, as `kind` says. */
struct multiboot2_framebuffer {
	struct multiboot2_tag tag;
	uint64_t address;
	uint32_t pitch;
	uint32_t width;
	uint32_t height;
	uint8_t bits_per_pixel;
	uint8_t kind;
	uint16_t reserved;
};

struct multiboot2_rgb {
	uint8_t red_position, red_size;
	uint8_t green_position, green_size;
	uint8_t blue_position, blue_size;
};

struct multiboot2_palette {
	uint16_t nr_colours;
	uint8_t colours[]; /* red, green, blue, a byte each */
};

_Static_assert(sizeof(struct multiboot2_memory_entry) == 24, "Multiboot2 3.6.8");
_Static_assert(sizeof(struct multiboot2_framebuffer) == 32, "Multiboot2 3.6.12");
_Static_assert(sizeof(struct multiboot2_rgb) == 6, "Multiboot2 3.6.12");

/* In multiboot2_error.tag_type: the error is not in a tag. */
#define MULTIBOOT2_NO_TAG UINT32_MAX

/* What is wrong with a structure, and where. */
struct multiboot2_error {
	uint32_t tag_type;    /* of the wrong tag, or MULTIBOOT2_NO_TAG */
	uint32_t offset;      /* bytes from the structure's start to the wrong tag or field */
	const char *tag_name; /* "" if there is no tag, or an unknown one */
	const char *field;    /* its name, "" if there is none */
	const char *text;     /* short, never NULL */
};

/* Called for each tag, or string of a module, that is left out because it is malformed. */
typedef void (*multiboot2_left_out)(const struct multiboot2_error *what);

struct bootinfo; /* kernel/boot_information.h */

/*
 * Check the boot information at `data`, of which `available` bytes can be read, and describe it in
 * *info. Nothing is read beyond `available` or the structure's total size. On failure, *info is
 * that of an unknown machine, and *error says what is wrong; on success, *error is not written.
 *
 * Accepted: tags in any order, unknown tags, tags and memory-map entries longer than ours, a later
 * entry version (3.6.8 promises compatibility; see info->memory_entry_version), and any number of
 * bytes after the end tag (early versions of Limine computed total_size beforehand), which are
 * ignored and do not count in info->size.
 *
 * A tag that breaks its format, or the guarantees of kernel/boot_information.h, is left out, as if
 * the loader had not sent it, and `left_out` (or NULL) is called. If the string of a module is
 * malformed, only that is left out, because the module's memory is in use. Of every other known
 * tag, the first valid one counts. Only the structure itself and the memory map must be right: the
 * map must be complete and must not be there twice, because a wrong one would be fatal later.
 *
 * MC_ERR_MISALIGNED	data is not a multiple of 8
 * MC_ERR_TRUNCATED	total size exceeds `available`; a tag leaves the structure; no end tag
 * MC_ERR_FORMAT		the total size or a tag's is too small; the end tag has a wrong one;
 *			memory-map entries do not fill their tag or break its alignment
 * MC_ERR_EXISTS		the memory map is there a second time
 * MC_ERR_NOT_FOUND	there is no memory map, or no entry in it
 */
MC_MUST_CHECK int multiboot2_parse(const void *data, size_t available, struct bootinfo *info,
				   struct multiboot2_error *error, multiboot2_left_out left_out);

#endif
