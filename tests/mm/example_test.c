/* SPDX-License-Identifier: MIT */
/*
 * Suite "examples": the worked examples of docs/paging.md, word for word (tests/test_docs.py
 * compares), so that they compile and do what the text says.
 */
#include <kernel/log.h>
#include <kernel/units.h>
#include <mercator/cursor.h>

#include "mapper_fixture.h"
#include "space_rig.h"

/* example: map */
static int map_buffer(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t buffer,
		      uint64_t size)
{
	const struct mc_attributes attributes = {
		.rights = MC_RIGHT_READ | MC_RIGHT_WRITE,
		.type = MC_MEMORY_WRITE_COMBINING,
	};
	struct mc_conflict conflict;
	int error = mc_mapper_map(space, address, buffer, size, attributes, &conflict);

	if (error == MC_ERR_EXISTS)
		log_warn("something is at %#lx already", mc_virt_raw(conflict.address));
	return error;
}
/* end */

/* example: unmap */
static int unmap_buffer(struct mc_space *space, mc_virt_addr_t address, uint64_t size)
{
	MC_TLB_BATCH(batch, space);
	int error = mc_mapper_unmap(space, address, size, &batch);

	mc_tlb_batch_finish(&batch);
	/* Only from here on may the buffer's frames be used for something else. */
	return error;
}
/* end */

/* example: cursor */
static int map_frames(struct mc_space *space, mc_virt_addr_t address, const mc_pfn_t *frames,
		      size_t count)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	struct mc_cursor cursor;
	size_t mapped = 0;
	int error = mc_cursor_open(&cursor, space, address, count * MC_FRAME_SIZE);

	while (!error && mapped < count) {
		error = mc_cursor_map(&cursor, 1, mc_phys_of_pfn(frames[mapped]), attributes, NULL);
		mapped += !error;
	}
	/* Nobody else has seen the range yet: take back what was done, by the same cursor. */
	if (mapped < count && mapped) {
		int undone = mc_cursor_seek(&cursor, address);
		MC_TLB_BATCH(batch, space);

		for (size_t i = 0; !undone && i < mapped; i++)
			undone = mc_cursor_unmap(&cursor, 1, &batch);
		mc_tlb_batch_finish(&batch);
		error = undone ? undone : error;
	}
	mc_cursor_close(&cursor);
	return error;
}
/* end */

/* example: guard */
#define GUARD_MARK 1

static int map_stack(struct mc_space *space, mc_virt_addr_t bottom, mc_phys_addr_t frames,
		     uint64_t size)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	mc_virt_addr_t guard = mc_virt_addr(mc_virt_raw(bottom) - MC_FRAME_SIZE);
	struct mc_tlb_batch batch;
	int error, undone;

	error = mc_mapper_reserve(space, guard, MC_FRAME_SIZE, GUARD_MARK, NULL);
	if (error)
		return error;
	error = mc_mapper_map(space, bottom, frames, size, attributes, NULL);
	if (!error)
		return 0;

	/* A single reserved page: nothing to split, so this cannot fail. */
	mc_tlb_batch_begin(&batch, space);
	undone = mc_mapper_unmap(space, guard, MC_FRAME_SIZE, &batch);
	mc_tlb_batch_finish(&batch);
	return undone ? undone : error;
}

/* For a page-fault handler: was that somebody's stack? */
static bool is_guard_page(const struct mc_space *space, mc_virt_addr_t address)
{
	unsigned int level;
	mc_pt_entry_t entry;

	return !mc_mapper_read_entry(space, address, 1, &entry, &level) &&
	       mc_pt_kind(entry, level) == MC_PT_MARKER &&
	       mc_pt_marker_payload(entry) == GUARD_MARK;
}
/* end */

/* example: process */
#define USER_TEXT  UINT64_C(0x0000000000400000)
#define USER_STACK UINT64_C(0x00007fffffe00000)

/* A process: a lower half of its own, with 2 MiB of text and of stack, and the kernel's half. */
static int start_process(struct mc_space *process, struct mc_space *kernel, mc_phys_addr_t text,
			 mc_phys_addr_t stack)
{
	const struct mc_attributes may_execute = { MC_RIGHT_READ | MC_RIGHT_EXECUTE | MC_RIGHT_USER,
						   MC_MEMORY_WRITE_BACK };
	const struct mc_attributes may_write = { MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_USER,
						 MC_MEMORY_WRITE_BACK };
	int error = mc_space_create(process, kernel), undone;

	if (error)
		return error;
	/* It is not active yet, and need not be. */
	error = mc_mapper_map(process, mc_virt_addr(USER_TEXT), text, MIB(2), may_execute, NULL);
	if (!error)
		error = mc_mapper_map(process, mc_virt_addr(USER_STACK), stack, MIB(2), may_write,
				      NULL);
	if (!error)
		return mc_space_activate(process);
	undone = mc_space_destroy(process);
	return undone ? undone : error;
}

/* Its text and stack are the caller's, as before. */
static int end_process(struct mc_space *process, struct mc_space *kernel)
{
	int error = mc_space_activate(kernel);

	return error ? error : mc_space_destroy(process);
}
/* end */

static struct fixture fixture;

#define ADDRESS mc_virt_addr(UINT64_C(0x0000123440000000))

static struct mc_space *start(void)
{
	enum mc_access_method method =
		IS_ENABLED(CONFIG_MAPPER_OFFSET) ? MC_ACCESS_OFFSET : MC_ACCESS_GENERIC;

	fixture_init(&fixture, method, 4);
	return &fixture.space;
}

KTEST(examples, map_and_unmap_a_buffer)
{
	struct mc_space *space = start();
	struct mc_translation to;
	int error;

	ASSERT_EQ(t, map_buffer(space, ADDRESS, mc_phys_addr(GIB(3)), MIB(6)), 0);
	ASSERT_EQ(t, mc_mapper_translate(space, mc_virt_addr(mc_virt_raw(ADDRESS) + MIB(5)), &to),
		  0);
	EXPECT_EQ(t, mc_phys_raw(to.address), GIB(3) + MIB(5));
	EXPECT_EQ(t, to.page_size, MIB(2));
	EXPECT_LOGGED(t, error = map_buffer(space, ADDRESS, mc_phys_addr(0), KIB(4)),
		      "something is at 0x123440000000 already");
	EXPECT_EQ(t, error, MC_ERR_EXISTS);
	EXPECT_EQ(t, unmap_buffer(space, ADDRESS, MIB(6)), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
}

KTEST(examples, a_stack_with_a_guard_page)
{
	struct mc_space *space = start();
	mc_virt_addr_t guard = mc_virt_addr(mc_virt_raw(ADDRESS) - MC_FRAME_SIZE);

	ASSERT_EQ(t, map_stack(space, ADDRESS, mc_phys_addr(GIB(1)), KIB(16)), 0);
	EXPECT_TRUE(t, is_guard_page(space, guard));
	EXPECT_TRUE(t, !is_guard_page(space, ADDRESS));
	EXPECT_TRUE(t, !is_guard_page(space, mc_virt_addr(0)));

	/* The stack's place is taken: the guard page goes again. */
	space = start();
	ASSERT_EQ(t, map_buffer(space, ADDRESS, mc_phys_addr(GIB(3)), KIB(4)), 0);
	EXPECT_EQ(t, map_stack(space, ADDRESS, mc_phys_addr(GIB(1)), KIB(16)), MC_ERR_EXISTS);
	EXPECT_TRUE(t, !is_guard_page(space, guard));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

KTEST(examples, a_process_comes_and_goes)
{
	enum mc_access_method method =
		IS_ENABLED(CONFIG_MAPPER_OFFSET) ? MC_ACCESS_OFFSET : MC_ACCESS_GENERIC;
	static struct rig rig;
	struct mc_space process;
	mc_phys_addr_t physical;

	ASSERT_TRUE(t, rig_begin(&rig, method, fixture_live_levels()));
	EXPECT_EQ(t,
		  start_process(&process, rig.kernel, mc_phys_addr(GIB(1)), mc_phys_addr(GIB(2))),
		  0);
	EXPECT_TRUE(t, mc_space_active() == &process);
	EXPECT_EQ(t, mc_mapper_translate_address(&process, mc_virt_addr(USER_TEXT + 5), &physical),
		  0);
	EXPECT_EQ(t, mc_phys_raw(physical), GIB(1) + 5);
	EXPECT_EQ(t, end_process(&process, rig.kernel), 0);
	EXPECT_TRUE(t, mc_space_active() == rig.kernel);

	/* A stack that is not aligned: all is undone. */
	EXPECT_EQ(t, start_process(&process, rig.kernel, mc_phys_addr(GIB(1)), mc_phys_addr(5)),
		  MC_ERR_MISALIGNED);
	rig_end(t, &rig);
}

KTEST(examples, frames_from_anywhere_through_a_cursor)
{
	static const mc_pfn_t frames[] = { 0x100, 0x333, 0x222, 0x444 };
	struct mc_space *space = start();
	struct mc_translation to;

	ASSERT_EQ(t, map_frames(space, ADDRESS, frames, 4), 0);
	for (uint64_t i = 0; i < 4; i++) {
		mc_virt_addr_t page = mc_virt_addr(mc_virt_raw(ADDRESS) + i * MC_FRAME_SIZE);

		ASSERT_EQ(t, mc_mapper_translate(space, page, &to), 0);
		EXPECT_EQ(t, mc_phys_raw(to.address), mc_phys_raw(mc_phys_of_pfn(frames[i])));
	}

	/* The third page is taken: the two before it go again. */
	space = start();
	ASSERT_EQ(t,
		  map_buffer(space, mc_virt_addr(mc_virt_raw(ADDRESS) + KIB(8)),
			     mc_phys_addr(GIB(3)), KIB(4)),
		  0);
	EXPECT_EQ(t, map_frames(space, ADDRESS, frames, 4), MC_ERR_EXISTS);
	EXPECT_EQ(t, mc_mapper_translate(space, ADDRESS, &to), MC_ERR_NOT_FOUND);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}
