/* SPDX-License-Identifier: MIT */
/*
 * The Multiboot2 boot information parser (arch/multiboot2.h). The bytes are untrusted: before a
 * field is read, it is checked that it lies within its tag, the tag within the structure, and that
 * within what can be read. Offsets and sizes are 32 bits wide and are summed in 64, so no sum can
 * overflow.
 */
#include <arch/multiboot2.h>
#include <kernel/boot_information.h>
#include <kernel/units.h>

struct parser {
	const uint8_t *data;
	uint64_t total_size;
	uint32_t seen; /* bit n: a valid tag of type n was found; the known types are below 32 */
	struct bootinfo *info;
	struct multiboot2_error error; /* the last */
	multiboot2_left_out left_out;
};

/* A field's offset and name: two arguments of fail_in_tag(). */
#define FIELD(structure, member) offsetof(structure, member), #member

#define TAG_SIZE FIELD(struct multiboot2_tag, size)

static int fail(struct parser *parser, int code, uint32_t tag_type, uint64_t offset,
		const char *text)
{
	parser->error = (struct multiboot2_error){
		.tag_type = tag_type,
		.offset = (uint32_t)offset,
		.tag_name = "",
		.field = "",
		.text = text,
	};
	return code;
}

/* `field` is the offset of the error in the tag. */
static int fail_in_tag(struct parser *parser, const struct multiboot2_tag *tag, int code,
		       uint64_t field, const char *name, const char *text)
{
	const uint64_t offset = (uint64_t)((const uint8_t *)tag - parser->data);

	fail(parser, code, tag->type, offset + field, text);
	parser->error.field = name;
	return code;
}

static void leave_out(struct parser *parser, const char *tag_name)
{
	parser->error.tag_name = tag_name;
	if (parser->left_out)
		parser->left_out(&parser->error);
}

/* The text of a tag from byte `from` on, NULL if it has no NUL within the tag (3.6.5). */
static const char *string_in(const struct multiboot2_tag *tag, uint64_t from)
{
	const char *bytes = (const char *)tag;

	for (uint64_t i = from; i < tag->size; i++)
		if (bytes[i] == '\0')
			return bytes + from;
	return NULL;
}

static int parse_string(struct parser *parser, const struct multiboot2_tag *tag, uint64_t from,
			const char **text)
{
	const char *found = string_in(tag, from);

	if (!found)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT, from, "string",
				   "it is not terminated");
	*text = found;
	return 0;
}

static int parse_command_line(struct parser *parser, const struct multiboot2_tag *tag)
{
	struct bootinfo *info = parser->info;

	/* The kernel starts even if it has no end: kernel/boot/options.c handles that. */
	if (!string_in(tag, sizeof(*tag))) {
		info->cut_command_line = (const char *)(tag + 1);
		info->cut_length = tag->size - sizeof(*tag);
		return 0;
	}
	return parse_string(parser, tag, sizeof(*tag), &info->command_line);
}

static int parse_loader_name(struct parser *parser, const struct multiboot2_tag *tag)
{
	return parse_string(parser, tag, sizeof(*tag), &parser->info->loader_name);
}

#define MODULE_NAME "module"

/* Whether a tag is a valid module. */
static bool is_module(const struct multiboot2_tag *tag)
{
	const struct multiboot2_module *module = (const void *)tag;

	return tag->type == MULTIBOOT2_TAG_MODULE && tag->size >= sizeof(*module) &&
	       module->end >= module->start;
}

static int parse_module(struct parser *parser, const struct multiboot2_tag *tag)
{
	const char *command_line;

	if (!is_module(tag))
		return fail_in_tag(parser, tag, MC_ERR_FORMAT, FIELD(struct multiboot2_module, end),
				   "the module ends before it starts");
	parser->info->nr_modules++;
	/* The module itself is kept. */
	if (parse_string(parser, tag, sizeof(struct multiboot2_module), &command_line))
		leave_out(parser, MODULE_NAME);
	return 0;
}

static int parse_basic_memory(struct parser *parser, const struct multiboot2_tag *tag)
{
	const struct multiboot2_basic_memory *memory = (const void *)tag;

	parser->info->has_basic_memory = true;
	parser->info->lower_memory_kib = memory->lower_kib;
	parser->info->upper_memory_kib = memory->upper_kib;
	return 0;
}

static int parse_memory_map(struct parser *parser, const struct multiboot2_tag *tag)
{
	const struct multiboot2_memory_map *map = (const void *)tag;
	const uint64_t size = tag->size - sizeof(*map);

	/* 3.6.8: entry_size "is guaranteed to be a multiple of 8", so entries are aligned. */
	if (map->entry_size < sizeof(struct multiboot2_memory_entry) ||
	    !is_aligned(map->entry_size, MULTIBOOT2_ALIGN))
		return fail_in_tag(parser, tag, MC_ERR_FORMAT,
				   FIELD(struct multiboot2_memory_map, entry_size),
				   "entries are too small or misaligned");
	if (size % map->entry_size != 0)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT, TAG_SIZE,
				   "the last entry is not whole");
	if (size == 0)
		return fail_in_tag(parser, tag, MC_ERR_NOT_FOUND, 0, "", "the memory map is empty");
	parser->info->memory_entries = map + 1;
	parser->info->memory_entry_size = map->entry_size;
	parser->info->memory_entry_version = map->entry_version;
	parser->info->nr_memory_entries = size / map->entry_size;
	return 0;
}

/* One colour: its position and size are two bytes of the tag, from `at` on. */
static int parse_colour(struct parser *parser, const struct multiboot2_framebuffer *from,
			uint64_t at, const char *name, struct bootinfo_colour_field *to)
{
	const uint8_t *bytes = (const uint8_t *)from + at;

	*to = (struct bootinfo_colour_field){ .position = bytes[0], .size = bytes[1] };
	if (to->size == 0 || to->position + to->size > from->bits_per_pixel)
		return fail_in_tag(parser, &from->tag, MC_ERR_FORMAT, at, name,
				   "the colour's field is empty or leaves the pixel");
	return 0;
}

#define COLOUR(name) sizeof(*from) + offsetof(struct multiboot2_rgb, name##_position), #name

static int parse_colours(struct parser *parser, const struct multiboot2_framebuffer *from,
			 struct bootinfo_framebuffer *to)
{
	int error;

	if (from->tag.size < sizeof(*from) + sizeof(struct multiboot2_rgb))
		return fail_in_tag(parser, &from->tag, MC_ERR_FORMAT, TAG_SIZE,
				   "the colour fields are missing");
	error = parse_colour(parser, from, COLOUR(red), &to->red);
	if (!error)
		error = parse_colour(parser, from, COLOUR(green), &to->green);
	if (!error)
		error = parse_colour(parser, from, COLOUR(blue), &to->blue);
	return error;
}

static int parse_palette(struct parser *parser, const struct multiboot2_framebuffer *from,
			 struct bootinfo_framebuffer *to)
{
	const struct multiboot2_palette *palette = (const void *)(from + 1);
	const uint64_t room = from->tag.size - sizeof(*from);

	if (room < sizeof(*palette) || room - sizeof(*palette) < 3 * (uint64_t)palette->nr_colours)
		return fail_in_tag(parser, &from->tag, MC_ERR_FORMAT, TAG_SIZE,
				   "the palette leaves its tag");
	to->palette = palette->colours;
	to->nr_colours = palette->nr_colours;
	return 0;
}

/* Check that lines are not empty and fit the pitch, and that all fits the address space. */
static int check_geometry(struct parser *parser, const struct multiboot2_framebuffer *from,
			  uint64_t bits_per_unit)
{
	const struct multiboot2_tag *tag = &from->tag;
	const uint64_t line = (from->width * bits_per_unit + 7) / 8;
	const uint64_t size = (uint64_t)from->pitch * from->height;

	if (from->width == 0)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT,
				   FIELD(struct multiboot2_framebuffer, width), "it is 0");
	if (from->height == 0)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT,
				   FIELD(struct multiboot2_framebuffer, height), "it is 0");
	if (bits_per_unit == 0)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT,
				   FIELD(struct multiboot2_framebuffer, bits_per_pixel), "it is 0");
	if (line > from->pitch)
		return fail_in_tag(parser, tag, MC_ERR_FORMAT,
				   FIELD(struct multiboot2_framebuffer, pitch),
				   "a line is longer than the pitch");
	if (from->address > UINT64_MAX - size)
		return fail_in_tag(parser, tag, MC_ERR_OVERFLOW,
				   FIELD(struct multiboot2_framebuffer, address),
				   "the framebuffer's end overflows");
	return 0;
}

#define TEXT_CELL_BITS 16

static int parse_framebuffer(struct parser *parser, const struct multiboot2_tag *tag)
{
	const struct multiboot2_framebuffer *from = (const void *)tag;
	struct bootinfo_framebuffer to = {
		.kind = BOOTINFO_FRAMEBUFFER_OTHER,
		.address = mc_phys_addr(from->address),
		.pitch = from->pitch,
		.width = from->width,
		.height = from->height,
		.bits_per_pixel = from->bits_per_pixel,
	};
	int error = 0;

	switch (from->kind) {
	case MULTIBOOT2_FRAMEBUFFER_INDEXED:
		to.kind = BOOTINFO_FRAMEBUFFER_INDEXED;
		error = check_geometry(parser, from, from->bits_per_pixel);
		if (!error)
			error = parse_palette(parser, from, &to);
		break;
	case MULTIBOOT2_FRAMEBUFFER_RGB:
		to.kind = BOOTINFO_FRAMEBUFFER_RGB;
		/* A pixel is whole bytes: one of 15 bits takes two. */
		error = check_geometry(parser, from, align_up(from->bits_per_pixel, 8));
		if (!error)
			error = parse_colours(parser, from, &to);
		break;
	case MULTIBOOT2_FRAMEBUFFER_TEXT:
		to.kind = BOOTINFO_FRAMEBUFFER_TEXT;
		error = check_geometry(parser, from, TEXT_CELL_BITS);
		break;
	}
	if (!error)
		parser->info->framebuffer = to;
	return error;
}

static struct bootinfo_rsdp parse_rsdp(const struct multiboot2_tag *tag)
{
	return (struct bootinfo_rsdp){ .data = tag + 1, .size = tag->size - sizeof(*tag) };
}

static int parse_rsdp_old(struct parser *parser, const struct multiboot2_tag *tag)
{
	parser->info->rsdp_old = parse_rsdp(tag);
	return 0;
}

static int parse_rsdp_new(struct parser *parser, const struct multiboot2_tag *tag)
{
	parser->info->rsdp_new = parse_rsdp(tag);
	return 0;
}

/* ACPI 6.5, 5.2.5.3: the root pointer's size in ACPI 1.0 and since. */
#define RSDP_OLD_SIZE 20
#define RSDP_NEW_SIZE 36

enum {
	TAG_REPEATS = 1 << 0, /* all count, not only the first */
	TAG_DECIDES = 1 << 1, /* the kernel cannot start without it */
};

static const struct tag_rule {
	enum multiboot2_tag_type type;
	const char *name;
	uint32_t min_size; /* of the tag: what parse() may read without a check */
	unsigned int flags;
	int (*parse)(struct parser *parser, const struct multiboot2_tag *tag);
} tag_rules[] = {
	{ MULTIBOOT2_TAG_COMMAND_LINE, "command line", sizeof(struct multiboot2_tag), 0,
	  parse_command_line },
	{ MULTIBOOT2_TAG_LOADER_NAME, "loader name", sizeof(struct multiboot2_tag), 0,
	  parse_loader_name },
	{ MULTIBOOT2_TAG_MODULE, MODULE_NAME, sizeof(struct multiboot2_module), TAG_REPEATS,
	  parse_module },
	{ MULTIBOOT2_TAG_BASIC_MEMORY, "basic memory", sizeof(struct multiboot2_basic_memory), 0,
	  parse_basic_memory },
	{ MULTIBOOT2_TAG_MEMORY_MAP, "memory map", sizeof(struct multiboot2_memory_map),
	  TAG_DECIDES, parse_memory_map },
	{ MULTIBOOT2_TAG_FRAMEBUFFER, "framebuffer", sizeof(struct multiboot2_framebuffer), 0,
	  parse_framebuffer },
	{ MULTIBOOT2_TAG_RSDP_OLD, "old RSDP", sizeof(struct multiboot2_tag) + RSDP_OLD_SIZE, 0,
	  parse_rsdp_old },
	{ MULTIBOOT2_TAG_RSDP_NEW, "new RSDP", sizeof(struct multiboot2_tag) + RSDP_NEW_SIZE, 0,
	  parse_rsdp_new },
};

static int apply_rule(struct parser *parser, const struct tag_rule *rule,
		      const struct multiboot2_tag *tag)
{
	const uint32_t bit = UINT32_C(1) << rule->type;
	int error;

	if (tag->size < rule->min_size)
		error = fail_in_tag(parser, tag, MC_ERR_FORMAT, TAG_SIZE,
				    "the tag is too small for its type");
	else if ((parser->seen & bit) && !(rule->flags & TAG_REPEATS))
		error = fail_in_tag(parser, tag, MC_ERR_EXISTS, 0, "",
				    "the tag is there a second time");
	else
		error = rule->parse(parser, tag);
	if (!error)
		parser->seen |= bit;
	else if (!(rule->flags & TAG_DECIDES))
		leave_out(parser, rule->name);
	return rule->flags & TAG_DECIDES ? error : 0;
}

static int parse_tag(struct parser *parser, const struct multiboot2_tag *tag)
{
	for (size_t i = 0; i < ARRAY_SIZE(tag_rules); i++)
		if (tag_rules[i].type == tag->type)
			return apply_rule(parser, &tag_rules[i], tag);
	return 0;
}

/* Check that the tag at `offset` lies within the structure, and return it. */
static int check_tag(struct parser *parser, uint64_t offset, const struct multiboot2_tag **result)
{
	const struct multiboot2_tag *tag;

	if (offset + sizeof(*tag) > parser->total_size)
		return fail(parser, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG,
			    offset < parser->total_size ? offset : parser->total_size,
			    "no end tag");
	tag = (const void *)(parser->data + offset);
	if (tag->size < sizeof(*tag))
		return fail_in_tag(parser, tag, MC_ERR_FORMAT, TAG_SIZE,
				   "the tag is smaller than its header");
	if (offset + tag->size > parser->total_size)
		return fail_in_tag(parser, tag, MC_ERR_TRUNCATED, TAG_SIZE,
				   "the tag leaves the structure");
	if (tag->type == MULTIBOOT2_TAG_END && tag->size != sizeof(*tag))
		return fail_in_tag(parser, tag, MC_ERR_FORMAT, TAG_SIZE,
				   "the end tag has a wrong size");
	*result = tag;
	return 0;
}

/* 3.6.2: the size does not include the padding to the next multiple of 8. */
static uint64_t next_offset(uint64_t offset, const struct multiboot2_tag *tag)
{
	return align_up(offset + tag->size, MULTIBOOT2_ALIGN);
}

/* *end: the end of the end tag. */
static int parse_tags(struct parser *parser, uint64_t *end)
{
	uint64_t offset = sizeof(struct multiboot2_info);
	const struct multiboot2_tag *tag;
	int error;

	for (;; offset = next_offset(offset, tag)) {
		error = check_tag(parser, offset, &tag);
		if (error)
			return error;
		if (tag->type == MULTIBOOT2_TAG_END)
			break;
		error = parse_tag(parser, tag);
		if (error)
			return error;
	}
	if (parser->info->nr_memory_entries == 0)
		return fail(parser, MC_ERR_NOT_FOUND, MULTIBOOT2_TAG_MEMORY_MAP, offset,
			    "there is no memory map");
	*end = offset + tag->size;
	return 0;
}

static int parse_header(struct parser *parser, size_t available)
{
	const struct multiboot2_info *header = (const void *)parser->data;

	if (!is_aligned((uintptr_t)parser->data, MULTIBOOT2_ALIGN))
		return fail(parser, MC_ERR_MISALIGNED, MULTIBOOT2_NO_TAG, 0,
			    "the structure is not at a multiple of 8");
	if (available < sizeof(*header))
		return fail(parser, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, 0,
			    "the header cannot be read");
	if (header->total_size < sizeof(*header) + sizeof(struct multiboot2_tag))
		return fail(parser, MC_ERR_FORMAT, MULTIBOOT2_NO_TAG, 0,
			    "the total size is too small for an end tag");
	if (header->total_size > available)
		return fail(parser, MC_ERR_TRUNCATED, MULTIBOOT2_NO_TAG, 0,
			    "the total size is more than can be read");
	parser->total_size = header->total_size;
	return 0;
}

int multiboot2_parse(const void *data, size_t available, struct bootinfo *info,
		     struct multiboot2_error *error, multiboot2_left_out left_out)
{
	const struct bootinfo nothing = { .command_line = "", .loader_name = "" };
	struct parser parser = { .data = data, .info = info, .left_out = left_out };
	uint64_t end;
	int code;

	*info = nothing;
	code = parse_header(&parser, available);
	if (!code)
		code = parse_tags(&parser, &end);
	if (code) {
		*info = nothing;
		*error = parser.error;
		return code;
	}
	info->data = data;
	info->size = end;
	return 0;
}

struct bootinfo_memory_entry bootinfo_memory_entry(const struct bootinfo *info, size_t index)
{
	const uint8_t *entries = info->memory_entries;
	const struct multiboot2_memory_entry *entry =
		(const void *)(entries + index * info->memory_entry_size);

	return (struct bootinfo_memory_entry){
		.base = entry->base,
		.length = entry->length,
		.type = entry->type,
	};
}

bool bootinfo_next_module(const struct bootinfo *info, size_t *cursor,
			  struct bootinfo_module *result)
{
	const uint8_t *data = info->data;
	uint64_t offset = *cursor ? *cursor : sizeof(struct multiboot2_info);

	/* No data if multiboot2_parse() failed. */
	while (data) {
		const struct multiboot2_tag *tag = (const void *)(data + offset);
		const struct multiboot2_module *module = (const void *)tag;
		const char *command_line;

		if (tag->type == MULTIBOOT2_TAG_END)
			break;
		offset = next_offset(offset, tag);
		if (!is_module(tag))
			continue;
		command_line = string_in(tag, sizeof(*module));
		*result = (struct bootinfo_module){
			.start = mc_phys_addr(module->start),
			.end = mc_phys_addr(module->end),
			.command_line = command_line ? command_line : "",
		};
		*cursor = offset;
		return true;
	}
	return false;
}
