/* SPDX-License-Identifier: MIT */
/*
 * Suite "start_screen": from the loader's framebuffer to the screen, across the switch of page
 * tables. Video memory is a heap block that is freed when the kernel would lose its mapping, so
 * that ASan finds the use of an old pointer.
 */
#include <stdlib.h>
#include <string.h>

#include <arch/vga_cursor.h>
#include <kernel/address_space.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/units.h>
#include <mercator/physmap.h>
#include <mercator/platform.h>

#include "../../kernel/console/screen.h"
#include "../../kernel/console/start_screen.h"

#define WIDTH   640
#define HEIGHT  48
#define PITCH   (4 * WIDTH)
#define SIZE    (PITCH * HEIGHT)
#define ADDRESS MIB(16)

static struct bootinfo info;

/* The old mapping and the new one of the video memory. */
static uint8_t *before, *after;

/* The kernel's, here. */

static struct console *attached;
static int claim_error, map_error;
static uint64_t claimed_start, claimed_size;
static enum mc_memory_type mapped_as;

void vga_cursor_hide(void)
{
}

void log_attach(struct console *console)
{
	attached = console;
	console->write(LOG_INFO, "what was logged before", 22);
}

void log_detach(struct console *console)
{
	attached = attached == console ? NULL : attached;
}

int memory_claim_screen(const struct bootinfo *from, mc_phys_addr_t start, uint64_t size)
{
	(void)from;
	claimed_start = mc_phys_raw(start);
	claimed_size = size;
	return claim_error;
}

int device_map(mc_phys_addr_t physical, uint64_t size, enum mc_memory_type type, void **pointer)
{
	if (mc_phys_raw(physical) != ADDRESS || size != SIZE)
		return MC_ERR_INVALID;
	mapped_as = type;
	if (!map_error)
		*pointer = after;
	return map_error;
}

/* Log a line, as the code after the switch does. */
static void say(void)
{
	if (attached)
		attached->write(LOG_ERROR, "a line", 6);
	screen_banner(false, "PANIC");
}

static bool is_drawn(const uint8_t *memory)
{
	for (size_t i = 0; i < SIZE; i++)
		if (memory[i])
			return true;
	return false;
}

static void lose(uint8_t **memory)
{
	free(*memory);
	*memory = NULL;
}

static struct {
	uint64_t base, reach;
} saved;

/* A machine whose physical map reaches this far before the switch. */
static void begin(uint64_t reach)
{
	info = (struct bootinfo){
		.framebuffer = {
			.kind = BOOTINFO_FRAMEBUFFER_RGB,
			.address = mc_phys_addr(ADDRESS),
			.pitch = PITCH,
			.width = WIDTH,
			.height = HEIGHT,
			.bits_per_pixel = 32,
			.red = { 16, 8 },
			.green = { 8, 8 },
			.blue = { 0, 8 },
		},
	};
	before = calloc(1, SIZE);
	after = calloc(1, SIZE);
	attached = NULL;
	claim_error = map_error = 0;
	claimed_size = 0;
	saved.base = host_physmap_base;
	saved.reach = mc_physmap_reach();
	host_physmap_base = (uint64_t)(uintptr_t)before - ADDRESS;
	mc_physmap_set_reach(reach);
	screen_close();
}

static void end(void)
{
	screen_close();
	free(before);
	free(after);
	host_physmap_base = saved.base;
	mc_physmap_set_reach(saved.reach);
}

KTEST(start_screen, video_memory_out_of_reach_waits)
{
	begin(ADDRESS + SIZE - 1);
	start_screen(&info);
	say();
	EXPECT_TRUE(t, !attached);
	prepare_screen();
	say();
	EXPECT_TRUE(t, !attached && !is_drawn(after));
	lose(&before);
	move_screen();
	EXPECT_TRUE(t, attached == &screen_console && is_drawn(after));
	EXPECT_EQ(t, mapped_as, MC_MEMORY_WRITE_COMBINING);
	say();
	end();
}

KTEST(start_screen, the_screen_moves)
{
	begin(ADDRESS + SIZE);
	start_screen(&info);
	EXPECT_EQ(t, claimed_start, ADDRESS);
	EXPECT_EQ(t, claimed_size, SIZE);
	EXPECT_TRUE(t, attached == &screen_console && is_drawn(before));
	say();
	prepare_screen();
	say();
	EXPECT_TRUE(t, !is_drawn(after));
	lose(&before);
	move_screen();
	say();
	EXPECT_TRUE(t, is_drawn(after));
	end();
}

KTEST(start_screen, text_is_mapped_uncached)
{
	begin(ADDRESS + SIZE);
	info.framebuffer.kind = BOOTINFO_FRAMEBUFFER_TEXT;
	info.framebuffer.width = 80;
	start_screen(&info);
	prepare_screen();
	lose(&before);
	move_screen();
	say();
	EXPECT_EQ(t, mapped_as, MC_MEMORY_UNCACHED);
	EXPECT_TRUE(t, is_drawn(after));
	end();
}

/* It was drawn through the old tables; through the new ones, nothing is drawn. */
KTEST(start_screen, a_screen_that_cannot_be_mapped_ends_before_the_switch)
{
	begin(ADDRESS + SIZE);
	start_screen(&info);
	EXPECT_TRUE(t, attached == &screen_console);
	map_error = MC_ERR_NO_MEMORY;
	prepare_screen();
	EXPECT_TRUE(t, !attached);
	lose(&before);
	say();
	move_screen();
	say();
	EXPECT_TRUE(t, !attached && !is_drawn(after));
	end();
}

KTEST(start_screen, out_of_reach_and_not_mapped_it_never_starts)
{
	begin(0);
	start_screen(&info);
	map_error = MC_ERR_RANGE;
	prepare_screen();
	move_screen();
	say();
	EXPECT_TRUE(t, !attached && !is_drawn(before) && !is_drawn(after));
	end();
}

/* Memory that is in use, or too much memory, is not drawn to. */
KTEST(start_screen, memory_that_cannot_be_claimed_stays_dark)
{
	begin(ADDRESS + SIZE);
	claim_error = MC_ERR_BUSY;
	start_screen(&info);
	prepare_screen();
	move_screen();
	say();
	EXPECT_TRUE(t, !attached && !is_drawn(before) && !is_drawn(after));
	end();
}

/* A screen that is not used takes no memory. */
KTEST(start_screen, what_cannot_be_drawn_on_is_not_claimed)
{
	static const enum bootinfo_framebuffer_kind kinds[] = { BOOTINFO_FRAMEBUFFER_NONE,
								BOOTINFO_FRAMEBUFFER_INDEXED,
								BOOTINFO_FRAMEBUFFER_OTHER };

	for (size_t i = 0; i <= ARRAY_SIZE(kinds); i++) {
		begin(ADDRESS + SIZE);
		if (i < ARRAY_SIZE(kinds))
			info.framebuffer.kind = kinds[i];
		else
			info.framebuffer.green.position = 16; /* it overlaps red */
		start_screen(&info);
		prepare_screen();
		move_screen();
		say();
		EXPECT_EQ(t, claimed_size, 0);
		EXPECT_TRUE(t, !attached && !is_drawn(before) && !is_drawn(after));
		end();
	}
}
