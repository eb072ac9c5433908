/* SPDX-License-Identifier: MIT */
/* `frames`: physical memory as a picture, in colour on consoles that have colours. */
#include <kernel/boot_information.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/string.h>
#include <mercator/mapper.h>

#include "commands.h"
#include "experiment.h"
#include "picture.h"

/* Rows outside of the picture: two of text, the next prompt. */
#define OTHER_ROWS 3

/* Columns and rows of the largest screen, at one character a cell (kernel/console/screen.h). */
#define CELLS_MAX 20480

static const struct {
	char character;
	uint8_t paint;
	const char *name;
} kinds[PICTURE_NR_KINDS] = {
	[PICTURE_TABLE] = { 'T', PAINT_YELLOW, "page tables" },
	[PICTURE_KERNEL] = { 'K', PAINT_RED, "kernel" },
	[PICTURE_BROKEN] = { '+', PAINT_CYAN, "broken: free in part" },
	[PICTURE_USED] = { '#', PAINT_BLUE, "in use" },
	[PICTURE_FREE] = { '.', PAINT_GREEN, "free" },
	[PICTURE_RESERVED] = { 'r', PAINT_GREY, "reserved" },
	[PICTURE_NOTHING] = { ' ', PAINT_TEXT, "" },
};

struct table_marks {
	struct picture picture;
	uint64_t nr_tables;
	bool own_only; /* only tables of the lower half: the others are the kernel's */
	uint8_t marks[CELLS_MAX / 8];
};

static void mark_table(struct table_marks *marks, mc_phys_addr_t table)
{
	uint64_t cell;

	marks->nr_tables++;
	if (picture_cell_of(&marks->picture, mc_phys_raw(table), &cell) && cell < CELLS_MAX)
		marks->marks[cell / 8] |= (uint8_t)(1u << cell % 8);
}

static int mark_linked_table(void *context, mc_virt_addr_t first, unsigned int level,
			     mc_pt_entry_t entry)
{
	struct table_marks *marks = context;

	(void)level;
	if (!marks->own_only || !(mc_virt_raw(first) >> 63))
		mark_table(marks, mc_pt_table_address(entry));
	return 0;
}

/* Mark the tables of all spaces, each once. */
static int mark_tables(struct table_marks *marks)
{
	int error = 0;

	for (unsigned int i = 0; !error && i < SPACES_MAX; i++) {
		const struct mc_space *space = monitor_space_number(i);

		if (!space)
			continue;
		marks->own_only = i > 0;
		mark_table(marks, space->root.table);
		error = mc_mapper_visit_all(space, MC_VISIT_TABLES, mark_linked_table, marks);
	}
	return error;
}

/* How many frames of [start, end) are RAM. */
static uint64_t count_ram(uint64_t start, uint64_t end)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t from = ram[i].start > start ? ram[i].start : start;
		const uint64_t to = ram[i].end < end ? ram[i].end : end;

		if (from < to)
			bytes += to - from;
	}
	return bytes / MC_FRAME_SIZE;
}

static bool is_reserved(uint64_t start, uint64_t end)
{
	const struct bootinfo *info = boot_information();
	const struct mc_memmap_range screen = memory_screen();

	if (screen.start < end && screen.end > start)
		return true;
	for (size_t i = 0; i < info->nr_memory_entries; i++) {
		const struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, i);
		const struct mc_memmap_range range =
			mc_memmap_from_length(entry.base, entry.length, entry.type);

		if (range.type != MC_MEMMAP_USABLE && range.start < end && range.end > start)
			return true;
	}
	return false;
}

/* The cell at `start`, which is shown as number `number`. */
static enum picture_kind kind_of_cell(const struct table_marks *marks, uint64_t start,
				      uint64_t number)
{
	const uint64_t end = start + (UINT64_C(1) << marks->picture.cell_shift);
	const struct mc_frame_usage usage =
		mc_frame_usage(kernel_frames(), start / MC_FRAME_SIZE, end / MC_FRAME_SIZE);
	const struct picture_cell cell = {
		.nr_ram = count_ram(start, end),
		.nr_pool = usage.nr_frames,
		.nr_free = usage.nr_free,
		.nr_broken = usage.nr_broken,
		.has_table = number < CELLS_MAX && (marks->marks[number / 8] >> number % 8 & 1),
		.is_reserved = is_reserved(start, end),
	};

	return picture_kind(&cell);
}

static void show_text(const char *text, const uint8_t *paint, size_t length, bool in_colour)
{
	if (in_colour)
		log_picture_paint(text, paint, length);
	else
		log_picture_text(text);
}

static void show_row(const struct table_marks *marks, uint64_t row, bool in_colour)
{
	const struct picture *picture = &marks->picture;
	const uint64_t start = picture_row_start(picture, row);
	char text[PICTURE_LABEL + PICTURE_ROW_MAX + 1];
	uint8_t paint[PICTURE_LABEL + PICTURE_ROW_MAX] = { 0 };
	size_t length = fmt_print(text, sizeof(text), "%012lx ", start);

	for (uint64_t i = 0; i < picture->row_cells; i++, length++) {
		const enum picture_kind kind = kind_of_cell(
			marks, start + (i << picture->cell_shift), row * picture->row_cells + i);

		text[length] = kinds[kind].character;
		paint[length] = kinds[kind].paint;
	}
	text[length] = '\0';
	show_text(text, paint, length, in_colour);
}

static void show_legend(bool in_colour)
{
	char text[LOG_LINE_MAX];
	uint8_t paint[LOG_LINE_MAX] = { 0 };
	size_t length = 0;

	for (unsigned int kind = 0; kind < PICTURE_NOTHING; kind++) {
		paint[length] = kinds[kind].paint;
		length += fmt_print(text + length, sizeof(text) - length, "%c %s%s",
				    kinds[kind].character, kinds[kind].name,
				    kind + 1 < PICTURE_NOTHING ? "  " : "");
	}
	show_text(text, paint, length, in_colour);
}

/* The totals. Only the cell's size depends on the console. */
static void show_sums(const struct table_marks *marks, bool in_colour)
{
	char text[LOG_LINE_MAX], cell[SIZE_TEXT_MAX], ram[SIZE_TEXT_MAX], free[SIZE_TEXT_MAX],
		tables[SIZE_TEXT_MAX];
	const uint8_t paint[LOG_LINE_MAX] = { 0 };
	const size_t length =
		fmt_print(text, sizeof(text), "a cell is %s; %s of RAM, %s free, %s page tables",
			  describe_size(cell, UINT64_C(1) << marks->picture.cell_shift),
			  describe_size(ram, count_ram(0, UINT64_MAX) * MC_FRAME_SIZE),
			  describe_size(free, mc_frame_free_count(kernel_frames()) * MC_FRAME_SIZE),
			  describe_size(tables, marks->nr_tables * MC_FRAME_SIZE));

	show_text(text, paint, length, in_colour);
}

static int show_picture(struct console_size size, bool in_colour)
{
	static struct table_marks marks;
	const struct mc_memmap_range *ram;
	size_t nr_ram;
	const unsigned int rows = size.rows > OTHER_ROWS ? size.rows - OTHER_ROWS : 1;
	int error;

	memset(&marks, 0, sizeof(marks));
	ram = memory_ram(&nr_ram);
	marks.picture = picture_make(size.columns, rows, ram, nr_ram);
	error = mark_tables(&marks);
	if (error)
		return error;
	if (in_colour)
		log_picture_begin();
	for (uint64_t row = 0; row < marks.picture.nr_rows; row++)
		show_row(&marks, row, in_colour);
	show_legend(in_colour);
	show_sums(&marks, in_colour);
	return 0;
}

static enum command_result run_frames(unsigned int count, const char *const *arguments)
{
	(void)count;
	(void)arguments;
	for (int in_colour = 0; in_colour < 2; in_colour++) {
		struct console_size size;
		int error;

		if (!log_picture_size(in_colour, &size))
			continue;
		error = show_picture(size, in_colour);
		if (error) {
			log_error("frames: %s", mc_error_text(error));
			return COMMAND_FAILED;
		}
	}
	return COMMAND_OK;
}

const struct command frames_command = {
	.name = "frames",
	.arguments = "",
	.summary = "physical memory, as a picture",
	.text = "Cells are as small as the screen allows; rows without RAM are left out. A cell\n"
		"shows the first of these that is true: a page table is in it; RAM that the\n"
		"kernel kept at start is in it; a part is free, or all is but not all of its\n"
		"2 MiB, so that a larger block is broken; all is in use; all is free; it is no\n"
		"RAM, but firmware's or a device's.\n",
	.run = run_frames,
};
