/* SPDX-License-Identifier: MIT */
/*
 * The boot loader's information, whichever loader it was. A loader's parser (for Multiboot2:
 * arch/multiboot2.h) checks everything once and fills struct bootinfo; after that nothing here can
 * fail. Nothing is copied: pointers lead into the loader's memory, and are valid as long as that
 * memory (`data`, `size`) is reserved and mapped where it was parsed.
 */
#ifndef KERNEL_BOOT_INFORMATION_H
#define KERNEL_BOOT_INFORMATION_H

#include <mercator/types.h>

enum bootinfo_framebuffer_kind {
	BOOTINFO_FRAMEBUFFER_NONE,    /* the loader reports no screen */
	BOOTINFO_FRAMEBUFFER_INDEXED, /* pixels are indices of a palette */
	BOOTINFO_FRAMEBUFFER_RGB,     /* pixels have a field for each colour */
	BOOTINFO_FRAMEBUFFER_TEXT,    /* EGA text: cells of character and attribute, 2 bytes */
	BOOTINFO_FRAMEBUFFER_OTHER,   /* unknown: leave it alone */
};

/* Where a pixel has a colour: `size` bits from bit `position` on. */
struct bootinfo_colour_field {
	uint8_t position;
	uint8_t size;
};

/*
 * Guaranteed for INDEXED, RGB and TEXT: pitch, width and height are not 0, a line fits the pitch,
 * and address + pitch * height does not overflow. For INDEXED and RGB, bits_per_pixel is not 0. For
 * RGB, a pixel is whole bytes, and the colour fields are not empty and lie within it. For OTHER,
 * nothing is guaranteed.
 */
struct bootinfo_framebuffer {
	enum bootinfo_framebuffer_kind kind;
	mc_phys_addr_t address;
	uint32_t pitch;                                /* bytes from line to line */
	uint32_t width;                                /* pixels; for TEXT, characters */
	uint32_t height;                               /* the same */
	uint8_t bits_per_pixel;                        /* undefined for TEXT */
	struct bootinfo_colour_field red, green, blue; /* RGB only */
	const uint8_t *palette; /* INDEXED only: red, green, blue, a byte each */
	uint16_t nr_colours;    /* in the palette */
};

/* The loader's copy of ACPI's root pointer, its contents unchecked; size 0 if there is none. */
struct bootinfo_rsdp {
	const void *data;
	size_t size; /* bytes */
};

struct bootinfo {
	const void *data; /* the loader's structure */
	size_t size;      /* its bytes, the end tag's being the last: all readable */

	const char *command_line; /* "" if there is none */
	const char *loader_name;  /* "" if there is none */

	/* The command line if it has no end in its tag; else NULL. */
	const char *cut_command_line;
	size_t cut_length;

	struct bootinfo_rsdp rsdp_old; /* ACPI 1.0, at least 20 bytes */
	struct bootinfo_rsdp rsdp_new; /* ACPI 2.0 and later, at least 36 bytes */
	struct bootinfo_framebuffer framebuffer;

	/* BIOS's lower and upper memory; wrong on UEFI, so for display only. */
	bool has_basic_memory;
	uint32_t lower_memory_kib;
	uint32_t upper_memory_kib;

	size_t nr_modules;
	size_t nr_memory_entries; /* at least 1 */

	/* The loader's memory map, for bootinfo_memory_entry(). */
	const void *memory_entries;
	size_t memory_entry_size;
	uint32_t memory_entry_version;
};

/* A file that the loader put into memory, at [start, end); empty if start equals end. */
struct bootinfo_module {
	mc_phys_addr_t start;
	mc_phys_addr_t end;
	const char *command_line; /* "" if there is none */
};

/* As firmware gives it: it may be empty or wrap (mercator/memmap.h handles that). */
struct bootinfo_memory_entry {
	uint64_t base;
	uint64_t length;
	uint32_t type; /* Multiboot2's and ACPI's numbers: enum mc_memmap_type */
};

/* Entry `index` of the memory map, in the loader's order; index < info->nr_memory_entries. */
struct bootinfo_memory_entry bootinfo_memory_entry(const struct bootinfo *info, size_t index);

/*
 * Iterate the modules, in the loader's order:
 *
 *	struct bootinfo_module module;
 *	size_t cursor = 0;
 *
 *	while (bootinfo_next_module(info, &cursor, &module))
 *
 * `cursor` is 0 or what the last call left. False, with *module untouched, when there is no more.
 */
bool bootinfo_next_module(const struct bootinfo *info, size_t *cursor,
			  struct bootinfo_module *module);

/* This boot's information: where the loader left it, parsed once. */

/*
 * Find and parse the loader's information. The physical map's reach must be set. Malformed parts
 * are left out with a warning; if the kernel cannot do without them (arch/multiboot2.h), it panics
 * and names the error, the tag and the offset.
 */
const struct bootinfo *boot_information_init(void);

/* From now on, read the copy that is mapped at `data` instead of the loader's. */
void boot_information_remap(const void *data);

/* The parsed information, after boot_information_init(). */
const struct bootinfo *boot_information(void);

#endif
