/* SPDX-License-Identifier: MIT */
/*
 * An address space for tests, with a handful of frames of its own and a frame source that can be
 * told to run out. For the recursive method it must be the active one: it then borrows the kernel's
 * part of the upper half, and has the CPU's number of levels (the host's CPU has any); such a space is
 * "live". Or it is worked on while another one is active: then it is "inactive". On the host, a model of
 * the MMU and its TLB watches every space (tests/machine/machine.h).
 */
#ifndef TESTS_MAPPER_FIXTURE_H
#define TESTS_MAPPER_FIXTURE_H

#include <kernel/ktest.h>
#include <mercator/mapper.h>

/* Code for the methods that are built in. */
#ifdef CONFIG_MAPPER_OFFSET
#define IF_OFFSET(...) __VA_ARGS__
#else
#define IF_OFFSET(...)
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
#define IF_RECURSIVE(...) __VA_ARGS__
#else
#define IF_RECURSIVE(...)
#endif
#ifdef CONFIG_GENERIC_TESTS
#define IF_GENERIC(...) __VA_ARGS__
#else
#define IF_GENERIC(...)
#endif

#define FIXTURE_FRAMES 64

/* The recursive slot of every space: where Kconfig has it, as a live space cannot choose. */
#ifdef CONFIG_RECURSIVE
#define FIXTURE_RECURSIVE_SLOT CONFIG_RECURSIVE_SLOT
#else
#define FIXTURE_RECURSIVE_SLOT 510
#endif
#ifdef CONFIG_MAPPER_RECURSIVE
#define FIXTURE_SECOND_SLOT CONFIG_RECURSIVE_SECOND_SLOT
#else
#define FIXTURE_SECOND_SLOT 509
#endif

struct fixture {
	struct mc_space space;
	struct mc_frame_source source;
	bool is_allocated[FIXTURE_FRAMES];
	unsigned int nr_allocated;
	int failing_after;  /* so many more allocations succeed; negative: no limit */
	const char *misuse; /* of the frame source, by the code under test */
	bool is_live;
	bool has_slot; /* the root has a recursive entry, of its own */
	bool borrows
		[MC_PT_ENTRIES]; /* a live space: the entries of its root that are the kernel's */
};

/* If set: the generic method's function, whose pointers are brief, in all spaces that are started. */
extern void *(*fixture_pointer_to)(void *context, mc_phys_addr_t frame);

/* The frames' memory: FIXTURE_FRAMES frames from this physical address on, and where that is mapped. */
mc_phys_addr_t fixture_memory(void);
uint8_t *fixture_bytes(void);

static inline void *fixture_pointer(mc_phys_addr_t address)
{
	return fixture_bytes() + (mc_phys_raw(address) - mc_phys_raw(fixture_memory()));
}

/*
 * Start over: all frames free but the root's, which is empty. 4 or 5 levels. False if there can be no
 * such space here: it must be live, and the CPU runs with another number of levels.
 */
bool fixture_init(struct fixture *fixture, enum mc_access_method method, unsigned int levels);

/* The same, and the space is the active one, whatever the method; with the CPU's levels. */
bool fixture_init_live(struct fixture *fixture, enum mc_access_method method);

/*
 * The same, and another space is the active one. It has nothing in its kernel half, which is not the
 * active space's; recursive: with the CPU's levels.
 */
bool fixture_init_inactive(struct fixture *fixture, enum mc_access_method method,
			   unsigned int levels);

/* Leave the space, if it is live, or have no window to it, if it is inactive. Every fixture_init() that succeeded is followed by one. */
void fixture_finish(struct fixture *fixture);

/*
 * The environment's part: make the space active, with everything that the code which runs needs, and
 * its recursive slot. False if that cannot be. And the way back.
 */
bool fixture_activate(struct fixture *fixture);
bool fixture_stand_by(struct fixture *fixture); /* another space is active, which has a slot */
unsigned int fixture_live_levels(void);
void fixture_deactivate(struct fixture *fixture);

/*
 * And what else depends on where the tests run. In the kernel the hardware has its own TLB, and
 * nobody can look into it: there, all of these but the last do nothing.
 */
void fixture_begin(struct fixture *fixture); /* the space is new; only its root is there */
void fixture_frame_changes_hands(struct fixture *fixture, mc_pfn_t frame, bool is_released);
const char *fixture_check_tlb(void); /* all debts paid: NULL, or what the TLB should not hold */
const char *fixture_use(mc_virt_addr_t address, mc_phys_addr_t physical); /* NULL: it leads there */
unsigned int fixture_random_operations(void); /* how many a random test does on one space */

/* Frames that a test maps: the last few of the fixture's, which the frame source never gives. */
#define FIXTURE_DATA_FRAMES 4
mc_pfn_t fixture_data_frame(unsigned int index);

/*
 * Check every invariant of the tables, by code that shares nothing with the walker: NULL, or what is
 * broken.
 */
const char *fixture_audit(const struct fixture *fixture);

/*
 * A hash of every table, without what a live space borrows, and of which frames are free: equal before
 * and after what must change nothing, and equal by every method that has done the same.
 */
uint64_t fixture_fingerprint(const struct fixture *fixture);

#endif
