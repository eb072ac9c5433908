/* SPDX-License-Identifier: MIT */
/*
 * An address space: its root table, what its CPU can do, and where its tables' frames come from; and
 * how several of them come to be, share the kernel half, and go.
 *
 *	the kernel's root		another's
 *	| 0 ... 255	 | its own	| 0 ... 255	 | its own
 *	| 256 ... 511	 | tables	| 256 ... 511	 | the same tables
 *	| recursive slot | itself	| recursive slot | itself
 *	| second slot	 | see below	| second slot	 |
 *
 * The kernel half is shared by its tables directly below the root: they are made once, at start, stay
 * for good, and every root points at the same ones. So a change in the kernel half, through whichever
 * space, is at once in all of them. The recursive slots are each root's own and are never copied: one
 * points at the root itself; the other is filled only in the active root, while the recursive method
 * works on a space that is not active (docs/paging.md, "Address spaces").
 */
#ifndef MERCATOR_SPACE_H
#define MERCATOR_SPACE_H

#include <mercator/pagetable.h>
#include <mercator/platform.h>
#include <mercator/spinlock.h>
#include <mercator/types.h>

struct mc_tlb_batch;

/*
 * Where frames for tables come from. allocate() gives one frame of any contents, or an error, which
 * the operation then returns; release() takes it back and cannot fail.
 */
struct mc_frame_source {
	int (*allocate)(void *context, mc_pfn_t *frame);
	void (*release)(void *context, mc_pfn_t frame);
	void *context;
};

/* No recursive slot. */
#define MC_SPACE_NOT_RECURSIVE (-1)

/*
 * Held by an operation that changes the space, or by a cursor. Where there is one CPU, nobody waits and
 * nothing is taken; with CONFIG_DEBUG_CHECKS, taking it twice is a panic all the same.
 */
struct mc_space_lock {
	struct mc_spinlock spin;
	bool is_callers; /* mc_space_set_exclusive(): `spin` is not used */
	/* With CONFIG_DEBUG_CHECKS: */
	uint32_t owner;                 /* the holder's CPU number plus 1; 0 if it is free */
	const struct mc_space *through; /* the space that it was taken for */
};

/* All zero but for what its maker sets: the root, how to reach it, the CPU's limits. */
struct mc_space {
	struct mc_root root;
	const struct mc_frame_source *frames;
	unsigned int
		largest_leaf;    /* level of the largest leaves to use: 1 4 KiB, 2 2 MiB, 3 1 GiB */
	uint64_t physical_limit; /* of frames' addresses: the first that the CPU cannot have */
	int recursive_slot;      /* index in the root, or MC_SPACE_NOT_RECURSIVE */
	bool global_pages;       /* the CPU has them; otherwise MC_RIGHT_GLOBAL means nothing */

	/*
	 * Known not to be the active space: then nothing of its lower half is in the TLB. Where it is
	 * false, what changes is invalidated.
	 */
	bool is_inactive;
	struct mc_space *kernel; /* whose kernel half it shares; NULL: the kernel half is its own */
	uint64_t nr_tables; /* below the root, without those of a kernel half that is another's */
	struct mc_space_lock lock;

	/* With CONFIG_DEBUG_CHECKS: each CPU's batch that owes something (mercator/tlb.h). */
	struct mc_tlb_batch *owing[IS_ENABLED(CONFIG_DEBUG_CHECKS) ? MC_NR_CPUS : 0];
};

/*
 * Make `kernel` one whose kernel half others can share: give it every table directly below the root
 * that is not there yet, but for the recursive slots. That is up to 256 tables, 1 MiB, with 4 levels
 * and with 5. To be called at start, before the first mc_space_create(); again, it does nothing.
 *   MC_ERR_INVALID      the space shares another's kernel half itself
 *   MC_ERR_NO_MEMORY    no frames for the tables: nothing has changed
 *   MC_ERR_UNSUPPORTED  its access method is not built in
 */
MC_MUST_CHECK int mc_space_share_kernel_half(struct mc_space *kernel);

/*
 * Make a space with an empty lower half and the kernel half of `kernel`. Its frames come from where
 * the kernel's come from, and it is like it in all else; it has a recursive slot if `kernel` has one.
 * `space` holds nothing before, and stays where it is until mc_space_destroy(); after an error it is empty.
 *   MC_ERR_INVALID      `kernel` shares another's kernel half itself
 *   MC_ERR_NOT_FOUND    `kernel` is not one whose kernel half can be shared: see above
 *   MC_ERR_NO_MEMORY    no frame for the root
 *   MC_ERR_UNSUPPORTED  the access method is not built in, or cannot reach the root: recursive, while the
 *                       active space has no recursive slot, or another number of levels
 */
MC_MUST_CHECK int mc_space_create(struct mc_space *space, struct mc_space *kernel);

/*
 * Promise that those who use the space exclude each other: its lock is not taken from now on. A kernel half
 * that spaces share has the lock of the space that it came from. Not while an operation or a cursor holds it.
 */
void mc_space_set_exclusive(struct mc_space *space);

/* Say of a space that is filled in by hand, such as the first of all, that it is not the active one. */
void mc_space_set_inactive(struct mc_space *space);

/*
 * The state of the CPU that mm relies on. Its tables mean what they say only if it is so: a loader may
 * have left it otherwise.
 */
struct mc_cpu_state {
	unsigned int levels;        /* 5 with CR4.LA57, else 4 */
	unsigned int physical_bits; /* MAXPHYADDR (CPUID 80000008H) */
	bool no_execute;            /* EFER.NXE */
	bool write_protect;         /* CR0.WP */
	bool global_pages;          /* CR4.PGE */
	uint64_t pat;               /* IA32_PAT */
};

/*
 * Whether the CPU is as the space needs it, before it is activated.
 *   MC_ERR_CPU_LEVELS, MC_ERR_CPU_NX, MC_ERR_CPU_WP
 *   MC_ERR_CPU_GLOBAL    space->global_pages, and the CPU has them switched off
 *   MC_ERR_CPU_PHYSICAL  space->physical_limit is beyond its addresses
 *   MC_ERR_CPU_PAT       a type of enum mc_memory_type is not where mc_pt_pat_fits() wants it
 */
MC_MUST_CHECK int mc_space_check_cpu(const struct mc_space *space,
				     const struct mc_cpu_state *state);

/*
 * Have the CPU translate by this space. The TLB keeps global pages, which are the kernel half's alone,
 * and loses all others: PCIDs are not used. From tables with another kernel half, such as those of
 * start-up, it loses everything. Where the space is active already, nothing happens.
 * Interrupts may stay on; the stack must be in the kernel half. No batch of this CPU may owe anything
 * for the space that is left (mercator/tlb.h), and by the recursive method no cursor may be open in it
 * (mercator/cursor.h). (CONFIG_DEBUG_CHECKS: a panic, both.)
 *   MC_ERR_OTHER_CPU    another CPU activated a space: so far, one CPU alone can
 *   MC_ERR_INVALID      it has another number of levels than the CPU runs with
 *   MC_ERR_UNSUPPORTED  its method is the recursive one, and it has no recursive slot
 *   MC_ERR_BUSY         an operation on a space that is not active is under way, by the recursive method:
 *                       this is a visitor's or a frame source's call
 */
MC_MUST_CHECK int mc_space_activate(struct mc_space *space);

/* The last that was activated; NULL before the first time, when the CPU runs on other tables. */
struct mc_space *mc_space_active(void);

/*
 * Give back the space's root and all tables of its lower half. What is still mapped there is only
 * forgotten: the frames mapped there are the caller's. The kernel half stays as it is. No batch may owe
 * anything for the space, and no cursor be open in it. (CONFIG_DEBUG_CHECKS: a panic, both.) It is
 * empty afterwards.
 *   MC_ERR_INVALID      the space was not made by mc_space_create(), or is destroyed already
 *   MC_ERR_BUSY         it is active; or an operation on it is under way, see mc_space_activate()
 *   MC_ERR_UNSUPPORTED  the recursive method, while it or the active space has no recursive slot, or the
 *                       two have not the same number of levels
 */
MC_MUST_CHECK int mc_space_destroy(struct mc_space *space);

/*
 * Take the recursive slot out of a space, and put it in again (at CONFIG_RECURSIVE_SLOT). The slot's
 * addresses stay out of bounds for mappings. Without it, the recursive method is of no use for this
 * space and, where it is the active one, for any: operations return MC_ERR_UNSUPPORTED.
 *   MC_ERR_NOT_FOUND    (drop) there is none
 *   MC_ERR_EXISTS       (set) there is one
 *   MC_ERR_UNSUPPORTED  the kernel is built without; or the space is reached by the recursive method and
 *                       is active: it would cut itself off (give it another method first); or the active
 *                       space has no recursive slot, or another number of levels, and the method is recursive
 *   MC_ERR_BUSY         see mc_space_activate()
 */
MC_MUST_CHECK int mc_space_drop_recursive_slot(struct mc_space *space);
MC_MUST_CHECK int mc_space_set_recursive_slot(struct mc_space *space);

/*
 * Whether the TLB can have what a page of this space translates to. Of an inactive space, that is the
 * kernel half, which is the active one's too; in the lower half nothing is global.
 */
static inline bool mc_space_may_be_cached(const struct mc_space *space, mc_virt_addr_t address)
{
	return !space->is_inactive || mc_pt_is_upper_half(address);
}

#endif
