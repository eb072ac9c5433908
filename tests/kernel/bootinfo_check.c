/* SPDX-License-Identifier: MIT */
/*
 * See bootinfo_check.h.
 */
#include <kernel/units.h>

#include "bootinfo_check.h"

/* What is read is summed into here, so that the reads stay. */
static volatile uint64_t sink;

static void touch(const void *start, size_t size)
{
	const volatile uint8_t *bytes = start;

	for (size_t i = 0; i < size; i++)
		sink = sink + bytes[i];
}

static bool inside(const struct bootinfo *info, const void *start, size_t size)
{
	const uintptr_t first = (uintptr_t)info->data, at = (uintptr_t)start;

	if (at < first || at - first > info->size || size > info->size - (at - first))
		return false;
	touch(start, size);
	return true;
}

/* Terminated inside the structure; the empty string may be anywhere. */
static bool text_inside(const struct bootinfo *info, const char *text)
{
	if (*text == '\0')
		return true;
	for (; inside(info, text, 1); text++)
		if (*text == '\0')
			return true;
	return false;
}

static bool modules_hold(const struct bootinfo *info)
{
	struct bootinfo_module module;
	size_t cursor = 0, count = 0;

	while (bootinfo_next_module(info, &cursor, &module)) {
		if (mc_phys_raw(module.end) < mc_phys_raw(module.start) ||
		    !text_inside(info, module.command_line))
			return false;
		count++;
	}
	return count == info->nr_modules && !bootinfo_next_module(info, &cursor, &module);
}

static bool memory_map_holds(const struct bootinfo *info)
{
	const size_t size = info->memory_entry_size;

	if (info->nr_memory_entries == 0 || size < 24 ||
	    !inside(info, info->memory_entries, info->nr_memory_entries * size))
		return false;
	for (size_t i = 0; i < info->nr_memory_entries; i++) {
		const struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, i);

		sink = sink + entry.base + entry.length + entry.type;
	}
	return true;
}

static bool field_holds(const struct bootinfo_framebuffer *screen,
			struct bootinfo_colour_field field)
{
	return field.size > 0 && field.position + field.size <= screen->bits_per_pixel;
}

static bool framebuffer_holds(const struct bootinfo *info)
{
	const struct bootinfo_framebuffer *screen = &info->framebuffer;
	const uint64_t size = (uint64_t)screen->pitch * screen->height;
	uint64_t line = (uint64_t)screen->width * screen->bits_per_pixel;

	switch (screen->kind) {
	case BOOTINFO_FRAMEBUFFER_NONE:
	case BOOTINFO_FRAMEBUFFER_OTHER: return true;
	case BOOTINFO_FRAMEBUFFER_TEXT: line = (uint64_t)screen->width * 16; break;
	case BOOTINFO_FRAMEBUFFER_INDEXED:
		if (!inside(info, screen->palette, 3 * (size_t)screen->nr_colours))
			return false;
		break;
	case BOOTINFO_FRAMEBUFFER_RGB:
		if (!field_holds(screen, screen->red) || !field_holds(screen, screen->green) ||
		    !field_holds(screen, screen->blue))
			return false;
		line = (uint64_t)screen->width * align_up(screen->bits_per_pixel, 8);
		break;
	}
	return line > 0 && screen->height > 0 && line <= 8 * (uint64_t)screen->pitch &&
	       mc_phys_raw(screen->address) + size >= size;
}

static bool rsdp_holds(const struct bootinfo *info, struct bootinfo_rsdp rsdp, size_t least)
{
	return rsdp.size == 0 || (rsdp.size >= least && inside(info, rsdp.data, rsdp.size));
}

const char *bootinfo_check(const struct bootinfo *info)
{
	if (!inside(info, info->data, info->size))
		return "data";
	if (!text_inside(info, info->command_line))
		return "command_line";
	if (info->cut_command_line && !inside(info, info->cut_command_line, info->cut_length))
		return "cut_command_line";
	if (!text_inside(info, info->loader_name))
		return "loader_name";
	if (!modules_hold(info))
		return "modules";
	if (!memory_map_holds(info))
		return "memory map";
	if (!framebuffer_holds(info))
		return "framebuffer";
	if (!rsdp_holds(info, info->rsdp_old, 20))
		return "rsdp_old";
	return rsdp_holds(info, info->rsdp_new, 36) ? NULL : "rsdp_new";
}
