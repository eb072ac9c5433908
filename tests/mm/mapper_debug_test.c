/* SPDX-License-Identifier: MIT */
/*
 * Suite "mapper_debug": what CONFIG_DEBUG_CHECKS makes of batches that are not finished, and of locks
 * that are taken twice; skipped without it. Each panic ends a process of its own, and must say what is
 * wrong.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kernel/units.h>
#include <mercator/cursor.h>
#include <mercator/platform.h>

#include "space_rig.h"

#define BASE        UINT64_C(0x0000123440000000)
#define KERNEL_HALF UINT64_C(0xffff800000000000)

static struct fixture fixture, other;
static struct mc_space *const space = &fixture.space;

static int map_two_pages(void)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };

	return mc_mapper_map(space, mc_virt_addr(BASE), mc_phys_addr(0), KIB(8), attributes, NULL);
}

static bool begin(void)
{
	return fixture_init(&fixture, MC_ACCESS_OFFSET, 4) && map_two_pages() == 0;
}

static bool start(struct ktest_run *t)
{
	if (!IS_ENABLED(CONFIG_DEBUG_CHECKS)) {
		ktest_skip(t, "needs CONFIG_DEBUG_CHECKS");
		return false;
	}
	return EXPECT_TRUE(t, begin());
}

/*
 * What a process says that does this and panics; "" if it does not panic. Physical memory is one that
 * processes share (tests/machine/machine.c): the next one starts over.
 */
static const char *last_words(void (*body)(void))
{
	static char text[2048];
	size_t length = 0;
	ssize_t count;
	int ends[2], status = 0;
	pid_t child;

	if (pipe(ends))
		return "no pipe";
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		if (!begin())
			_exit(1);
		body();
		_exit(0);
	}
	close(ends[1]);
	while ((count = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)count;
	close(ends[0]);
	text[length] = '\0';
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? text : "";
}

static void expect_panic(struct ktest_run *t, void (*body)(void), const char *wanted)
{
	const char *said = last_words(body);

	if (!EXPECT_TRUE(t, strstr(said, wanted)))
		ktest_note(t, "wanted: %s; got: %s", wanted, said);
}

static void unmap(struct mc_tlb_batch *batch, uint64_t address)
{
	if (mc_mapper_unmap(batch->space, mc_virt_addr(address), KIB(4), batch))
		_exit(1);
}

static void leave_its_scope(void)
{
	MC_TLB_BATCH(batch, space);

	unmap(&batch, BASE);
}

static void begin_it_again(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	unmap(&batch, BASE);
	mc_tlb_batch_begin(&batch, space);
}

static void begin_another(void)
{
	struct mc_tlb_batch first, second;

	mc_tlb_batch_begin(&first, space);
	unmap(&first, BASE);
	mc_tlb_batch_begin(&second, space);
}

static void use_another(void)
{
	struct mc_tlb_batch first, second;

	mc_tlb_batch_begin(&first, space);
	mc_tlb_batch_begin(&second, space);
	unmap(&first, BASE);
	unmap(&second, BASE + KIB(4));
}

static void use_it_for_another_space(void)
{
	struct mc_tlb_batch batch;
	int error;

	if (!fixture_init(&other, MC_ACCESS_OFFSET, 4))
		_exit(1);
	mc_tlb_batch_begin(&batch, &other.space);
	error = mc_mapper_unmap(space, mc_virt_addr(BASE), KIB(4), &batch);
	_exit(error != 0);
}

static void leave_the_space(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	unmap(&batch, BASE);
	fixture_finish(&fixture);
}

static void finish_elsewhere(void)
{
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, space);
	unmap(&batch, BASE);
	host_cpu_id = 1;
	mc_tlb_batch_finish(&batch);
}

KTEST(mapper_debug, a_batch_that_is_not_finished_is_found)
{
	if (!start(t))
		return;
	expect_panic(t, leave_its_scope, "TLB batch: it goes out of scope and owes 1 pages");
	expect_panic(t, begin_it_again, "TLB batch: it is begun while it owes");
	expect_panic(t, begin_another, "TLB batch: it is begun while another of this CPU owes");
	expect_panic(t, use_another, "TLB batch: it is used while another of this CPU owes");
	expect_panic(t, leave_the_space, "TLB batch: the space is left while a batch owes 1 pages");
}

KTEST(mapper_debug, a_batch_is_for_one_space_and_one_cpu)
{
	if (!start(t))
		return;
	expect_panic(t, use_it_for_another_space, "TLB batch: it is used for a space");
	expect_panic(t, finish_elsewhere, "TLB batch: it is finished by a CPU that is not its own");
}

static void pay_and_leave(void)
{
	MC_TLB_BATCH(batch, space);

	unmap(&batch, BASE);
	mc_tlb_batch_finish(&batch);
}

static void pay_all(void)
{
	struct mc_tlb_batch batch;

	pay_and_leave();
	mc_tlb_batch_begin(&batch, space);
	unmap(&batch, BASE + KIB(4));
	mc_tlb_batch_finish(&batch);
	mc_tlb_batch_begin(&batch, space);
	fixture_finish(&fixture);
	abort(); /* so far, so good */
}

KTEST(mapper_debug, batches_that_are_finished_are_no_offence)
{
	if (!start(t))
		return;
	/* The end is reached, and without any last words. */
	EXPECT_TRUE(t, !strstr(last_words(pay_all), "TLB batch"));
}

/* Another CPU has debts of its own. */
KTEST(mapper_debug, each_cpu_may_have_a_batch)
{
	struct mc_tlb_batch first, second;

	if (!start(t))
		return;
	mc_tlb_batch_begin(&first, space);
	unmap(&first, BASE);
	host_cpu_id = 1;
	mc_tlb_batch_begin(&second, space);
	unmap(&second, BASE + KIB(4));
	mc_tlb_batch_finish(&second);
	host_cpu_id = 0;
	mc_tlb_batch_finish(&first);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	fixture_finish(&fixture);
}

static int map_once_more(void *context, mc_virt_addr_t address, unsigned int level,
			 mc_pt_entry_t entry)
{
	(void)context, (void)address, (void)level, (void)entry;
	return map_two_pages();
}

static int allocate_by_mapping(void *context, mc_pfn_t *frame)
{
	(void)context, (void)frame;
	return map_two_pages();
}

/* A frame source that maps: the operation that asks it holds the lock. */
static void operate_in_an_operation(void)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	int error;

	fixture.source.allocate = allocate_by_mapping;
	error = mc_mapper_map(space, mc_virt_addr(BASE + GIB(1)), mc_phys_addr(0), KIB(4),
			      attributes, NULL);
	_exit(error != 0);
}

KTEST(mapper_debug, an_operation_inside_another_is_found)
{
	int error;

	if (!start(t))
		return;
	expect_panic(t, operate_in_an_operation, "space lock: CPU 0 holds it already");
	/* Visiting takes no lock: this is against the rules, but another way. */
	error = mc_mapper_visit(space, mc_virt_addr(BASE), KIB(4), MC_VISIT_PAGES, map_once_more,
				NULL);
	EXPECT_EQ(t, error, MC_ERR_EXISTS);
}

/* A cursor over the two pages, at the first. */
static struct mc_cursor open_cursor(void)
{
	struct mc_cursor cursor;

	if (mc_cursor_open(&cursor, space, mc_virt_addr(BASE), KIB(8)))
		_exit(1);
	return cursor;
}

static void operate_beside_a_cursor(void)
{
	struct mc_cursor cursor = open_cursor();

	(void)cursor;
	_exit(map_two_pages() != 0);
}

static void open_two_cursors(void)
{
	struct mc_cursor first = open_cursor(), second = open_cursor();

	mc_cursor_close(&second);
	mc_cursor_close(&first);
}

static void use_a_closed_cursor(void)
{
	struct mc_cursor cursor = open_cursor();

	mc_cursor_close(&cursor);
	_exit(mc_cursor_seek(&cursor, mc_virt_addr(BASE)) != 0);
}

static void use_the_copy_of_a_closed_cursor(void)
{
	struct mc_cursor cursor = open_cursor(), copy = cursor;

	mc_cursor_close(&cursor);
	mc_cursor_close(&copy);
}

static void use_another_cpus_cursor(void)
{
	struct mc_cursor cursor = open_cursor();
	struct mc_translation translation;

	host_cpu_id = 3;
	_exit(mc_cursor_translate(&cursor, &translation) != 0);
}

static void owe_through_the_wrong_batch(void)
{
	struct mc_cursor cursor = open_cursor();
	struct mc_tlb_batch batch;

	if (!fixture_init(&other, MC_ACCESS_OFFSET, 4))
		_exit(1);
	mc_tlb_batch_begin(&batch, &other.space);
	_exit(mc_cursor_unmap(&cursor, 1, &batch) != 0);
}

static void protect_through_the_wrong_batch(void)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_cursor cursor = open_cursor();
	struct mc_tlb_batch batch;

	mc_tlb_batch_begin(&batch, &other.space);
	_exit(mc_cursor_protect(&cursor, 1, attributes, &batch, NULL) != 0);
}

KTEST(mapper_debug, a_cursor_has_the_space_for_itself)
{
	if (!start(t))
		return;
	expect_panic(t, operate_beside_a_cursor, "space lock: CPU 0 holds it already");
	expect_panic(t, open_two_cursors, "space lock: CPU 0 holds it already");
	expect_panic(t, use_a_closed_cursor, "space lock: CPU 0 uses a cursor that is not open");
	expect_panic(t, use_the_copy_of_a_closed_cursor, "uses a cursor that is not open");
	expect_panic(t, use_another_cpus_cursor, "space lock: CPU 3 uses a cursor of CPU 0");
	expect_panic(t, owe_through_the_wrong_batch, "TLB batch: it is used for a space");
	expect_panic(t, protect_through_the_wrong_batch, "TLB batch: it is used for a space");
}

/* Two spaces that share a kernel half; the first is active. */
static struct mc_space first_space, second_space;

static void make_spaces(enum mc_access_method method)
{
	static struct rig rig;

	if (!rig_begin(&rig, method, 4) || mc_space_create(&first_space, rig.kernel) ||
	    mc_space_create(&second_space, rig.kernel) || mc_space_activate(&first_space))
		_exit(1);
}

static struct mc_cursor open_cursor_in(struct mc_space *of, uint64_t address)
{
	struct mc_cursor cursor;

	if (mc_cursor_open(&cursor, of, mc_virt_addr(address), KIB(8)))
		_exit(1);
	return cursor;
}

static void leave_with_a_cursor(void)
{
	make_spaces(MC_ACCESS_RECURSIVE);
	(void)open_cursor_in(&first_space, BASE);
	_exit(mc_space_activate(&second_space) != 0);
}

static void leave_with_a_cursor_in_the_kernel_half(void)
{
	make_spaces(MC_ACCESS_RECURSIVE);
	(void)open_cursor_in(&first_space, KERNEL_HALF);
	_exit(mc_space_activate(&second_space) != 0);
}

static void destroy_with_a_cursor(void)
{
	make_spaces(MC_ACCESS_OFFSET);
	(void)open_cursor_in(&second_space, BASE);
	_exit(mc_space_destroy(&second_space) != 0);
}

static void destroy_with_a_cursor_in_the_kernel_half(void)
{
	make_spaces(MC_ACCESS_OFFSET);
	(void)open_cursor_in(&second_space, KERNEL_HALF);
	_exit(mc_space_destroy(&second_space) != 0);
}

KTEST(mapper_debug, a_cursor_in_a_space_that_is_left_or_destroyed_is_found)
{
	const char *left = "space lock: the space is left while CPU 0 has a cursor open in it";
	const char *destroyed = "space lock: the space is destroyed while CPU 0 has a cursor open";

	if (!start(t))
		return;
	expect_panic(t, leave_with_a_cursor, left);
	expect_panic(t, leave_with_a_cursor_in_the_kernel_half, left);
	expect_panic(t, destroy_with_a_cursor, destroyed);
	expect_panic(t, destroy_with_a_cursor_in_the_kernel_half, destroyed);
}

#define AT_THE_END "no panic"

/*
 * What a cursor remembers of a table stays right by the offset method; the second slot is asked anew, also
 * when it becomes the space's own. Here, the cursor's space is activated or left, and others go.
 */
static void keep_a_cursor(enum mc_access_method method, struct mc_space *with_cursor,
			  uint64_t address)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ, MC_MEMORY_WRITE_BACK };
	struct mc_cursor cursor;

	make_spaces(method);
	cursor = open_cursor_in(with_cursor, address);
	if (mc_cursor_map(&cursor, 1, mc_phys_addr(0), attributes, NULL) ||
	    mc_space_activate(&second_space) ||
	    mc_cursor_map(&cursor, 1, mc_phys_addr(0), attributes, NULL))
		_exit(1);
	mc_cursor_close(&cursor);
	if (mc_space_activate(&first_space) || mc_space_destroy(&second_space))
		_exit(1);
	puts(AT_THE_END);
	fflush(stdout);
	abort();
}

static void keep_a_cursor_by_offset(void)
{
	keep_a_cursor(MC_ACCESS_OFFSET, &first_space, BASE);
}

static void keep_a_cursor_by_the_second_slot(void)
{
	keep_a_cursor(MC_ACCESS_RECURSIVE, &second_space, BASE);
}

static void keep_a_cursor_in_the_kernel_half(void)
{
	keep_a_cursor(MC_ACCESS_RECURSIVE, &second_space, KERNEL_HALF);
}

KTEST(mapper_debug, cursors_that_stay_good_are_no_offence)
{
	if (!start(t))
		return;
	expect_panic(t, keep_a_cursor_by_offset, AT_THE_END);
	expect_panic(t, keep_a_cursor_by_the_second_slot, AT_THE_END);
	expect_panic(t, keep_a_cursor_in_the_kernel_half, AT_THE_END);
}
