/* SPDX-License-Identifier: MIT */
/*
 * Suite "examples": the worked examples of docs/paging.md, word for word (tests/test_docs.py
 * compares), so that they compile and do what the text says.
 */
#include <kernel/log.h>
#include <mercator/cursor.h>

#include "mapper_fixture.h"
#include "space_rig.h"

/* example: map */
static int map_buffer(struct space *space, virt_addr_t address, phys_addr_t buffer, uint64_t size)
{
	const struct attributes attributes = {
		.rights = RIGHT_READ | RIGHT_WRITE,
		.type = MEMORY_WRITE_COMBINING,
	};
	struct conflict conflict;
	int error = mapper_map(space, address, buffer, size, attributes, &conflict);

	if (error == ERR_EXISTS)
		log_warn("something is at %#lx already", virt_raw(conflict.address));
	return error;
}
/* end */

/* example: unmap */
static int unmap_buffer(struct space *space, virt_addr_t address, uint64_t size)
{
	TLB_BATCH(batch, space);
	int error = mapper_unmap(space, address, size, &batch);

	tlb_batch_finish(&batch);
	/* Only from here on may the buffer's frames be used for something else. */
	return error;
}
/* end */

/* example: cursor */
static int map_frames(struct space *space, virt_addr_t address, const pfn_t *frames, size_t count)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };
	struct cursor cursor;
	size_t mapped = 0;
	int error = cursor_open(&cursor, space, address, count * FRAME_SIZE);

	while (!error && mapped < count) {
		error = cursor_map(&cursor, 1, phys_of_pfn(frames[mapped]), attributes, NULL);
		mapped += !error;
	}
	/* Nobody else has seen the range yet: take back what was done, by the same cursor. */
	if (mapped < count && mapped) {
		int undone = cursor_seek(&cursor, address);
		TLB_BATCH(batch, space);

		for (size_t i = 0; !undone && i < mapped; i++)
			undone = cursor_unmap(&cursor, 1, &batch);
		tlb_batch_finish(&batch);
		error = undone ? undone : error;
	}
	cursor_close(&cursor);
	return error;
}
/* end */

/* example: guard */
#define GUARD_MARK 1

static int map_stack(struct space *space, virt_addr_t bottom, phys_addr_t frames, uint64_t size)
{
	const struct attributes attributes = { RIGHT_READ | RIGHT_WRITE, MEMORY_WRITE_BACK };
	virt_addr_t guard = virt_addr(virt_raw(bottom) - FRAME_SIZE);
	struct tlb_batch batch;
	int error, undone;

	error = mapper_reserve(space, guard, FRAME_SIZE, GUARD_MARK, NULL);
	if (error)
		return error;
	error = mapper_map(space, bottom, frames, size, attributes, NULL);
	if (!error)
		return 0;

	/* A single reserved page: nothing to split, so this cannot fail. */
	tlb_batch_begin(&batch, space);
	undone = mapper_unmap(space, guard, FRAME_SIZE, &batch);
	tlb_batch_finish(&batch);
	return undone ? undone : error;
}

/* For a page-fault handler: was that somebody's stack? */
static bool is_guard_page(const struct space *space, virt_addr_t address)
{
	unsigned int level;
	pt_entry_t entry;

	return !mapper_read_entry(space, address, 1, &entry, &level) &&
	       pt_kind(entry, level) == PT_RESERVED && pt_reserved_payload(entry) == GUARD_MARK;
}
/* end */

/* example: process */
#define USER_TEXT  UINT64_C(0x0000000000400000)
#define USER_STACK UINT64_C(0x00007fffffe00000)

/* A process: a lower half of its own, with 2 MiB of text and of stack, and the kernel's half. */
static int start_process(struct space *process, struct space *kernel, phys_addr_t text,
			 phys_addr_t stack)
{
	const struct attributes may_execute = { RIGHT_READ | RIGHT_EXECUTE | RIGHT_USER,
						MEMORY_WRITE_BACK };
	const struct attributes may_write = { RIGHT_READ | RIGHT_WRITE | RIGHT_USER,
					      MEMORY_WRITE_BACK };
	int error = space_create(process, kernel), undone;

	if (error)
		return error;
	/* It is not active yet, and need not be. */
	error = mapper_map(process, virt_addr(USER_TEXT), text, MIB(2), may_execute, NULL);
	if (!error)
		error = mapper_map(process, virt_addr(USER_STACK), stack, MIB(2), may_write, NULL);
	if (!error)
		return space_activate(process);
	undone = space_destroy(process);
	return undone ? undone : error;
}

/* Its text and stack are the caller's, as before. */
static int end_process(struct space *process, struct space *kernel)
{
	int error = space_activate(kernel);

	return error ? error : space_destroy(process);
}
/* end */

static struct fixture fixture;

#define ADDRESS virt_addr(UINT64_C(0x0000123440000000))

static struct space *start(void)
{
	enum access_method method =
		IS_ENABLED(CONFIG_MAPPER_OFFSET) ? ACCESS_OFFSET : ACCESS_GENERIC;

	fixture_init(&fixture, method, 4);
	return &fixture.space;
}

KTEST(examples, map_and_unmap_a_buffer)
{
	struct space *space = start();
	struct translation to;
	int error;

	ASSERT_EQ(t, map_buffer(space, ADDRESS, phys_addr(GIB(3)), MIB(6)), 0);
	ASSERT_EQ(t, mapper_translate(space, virt_addr(virt_raw(ADDRESS) + MIB(5)), &to), 0);
	EXPECT_EQ(t, phys_raw(to.address), GIB(3) + MIB(5));
	EXPECT_EQ(t, to.page_size, MIB(2));
	EXPECT_LOGGED(t, error = map_buffer(space, ADDRESS, phys_addr(0), KIB(4)),
		      "something is at 0x123440000000 already");
	EXPECT_EQ(t, error, ERR_EXISTS);
	EXPECT_EQ(t, unmap_buffer(space, ADDRESS, MIB(6)), 0);
	EXPECT_EQ(t, space->nr_tables, 0);
}

KTEST(examples, a_stack_with_a_guard_page)
{
	struct space *space = start();
	virt_addr_t guard = virt_addr(virt_raw(ADDRESS) - FRAME_SIZE);

	ASSERT_EQ(t, map_stack(space, ADDRESS, phys_addr(GIB(1)), KIB(16)), 0);
	EXPECT_TRUE(t, is_guard_page(space, guard));
	EXPECT_TRUE(t, !is_guard_page(space, ADDRESS));
	EXPECT_TRUE(t, !is_guard_page(space, virt_addr(0)));

	/* The stack's place is taken: the guard page goes again. */
	space = start();
	ASSERT_EQ(t, map_buffer(space, ADDRESS, phys_addr(GIB(3)), KIB(4)), 0);
	EXPECT_EQ(t, map_stack(space, ADDRESS, phys_addr(GIB(1)), KIB(16)), ERR_EXISTS);
	EXPECT_TRUE(t, !is_guard_page(space, guard));
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}

KTEST(examples, a_process_comes_and_goes)
{
	enum access_method method =
		IS_ENABLED(CONFIG_MAPPER_OFFSET) ? ACCESS_OFFSET : ACCESS_GENERIC;
	static struct rig rig;
	struct space process;
	phys_addr_t physical;

	ASSERT_TRUE(t, rig_begin(&rig, method, fixture_live_levels()));
	EXPECT_EQ(t, start_process(&process, rig.kernel, phys_addr(GIB(1)), phys_addr(GIB(2))), 0);
	EXPECT_TRUE(t, space_active() == &process);
	EXPECT_EQ(t, mapper_translate_address(&process, virt_addr(USER_TEXT + 5), &physical), 0);
	EXPECT_EQ(t, phys_raw(physical), GIB(1) + 5);
	EXPECT_EQ(t, end_process(&process, rig.kernel), 0);
	EXPECT_TRUE(t, space_active() == rig.kernel);

	/* A stack that is not aligned: all is undone. */
	EXPECT_EQ(t, start_process(&process, rig.kernel, phys_addr(GIB(1)), phys_addr(5)),
		  ERR_MISALIGNED);
	rig_end(t, &rig);
}

KTEST(examples, frames_from_anywhere_through_a_cursor)
{
	static const pfn_t frames[] = { 0x100, 0x333, 0x222, 0x444 };
	struct space *space = start();
	struct translation to;

	ASSERT_EQ(t, map_frames(space, ADDRESS, frames, 4), 0);
	for (uint64_t i = 0; i < 4; i++) {
		virt_addr_t page = virt_addr(virt_raw(ADDRESS) + i * FRAME_SIZE);

		ASSERT_EQ(t, mapper_translate(space, page, &to), 0);
		EXPECT_EQ(t, phys_raw(to.address), phys_raw(phys_of_pfn(frames[i])));
	}

	/* The third page is taken: the two before it go again. */
	space = start();
	ASSERT_EQ(
		t,
		map_buffer(space, virt_addr(virt_raw(ADDRESS) + KIB(8)), phys_addr(GIB(3)), KIB(4)),
		0);
	EXPECT_EQ(t, map_frames(space, ADDRESS, frames, 4), ERR_EXISTS);
	EXPECT_EQ(t, mapper_translate(space, ADDRESS, &to), ERR_NOT_FOUND);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
}
