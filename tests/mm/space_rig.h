/* SPDX-License-Identifier: MIT */
/*
 * Several address spaces for tests, by the functions of mercator/space.h: made from the kernel's,
 * with frames from its source, which are counted and run out when a test wants it.
 */
#ifndef TESTS_SPACE_RIG_H
#define TESTS_SPACE_RIG_H

#include <kernel/ktest.h>
#include <mercator/mapper.h>

#include "mapper_fixture.h"

struct rig {
	struct mc_space *kernel; /* the active space, when a test begins and when it ends */
	const struct mc_frame_source *behind;
	enum mc_access_method kernel_method;
	uint64_t nr_kernel_tables;
	struct mc_frame_source source; /* of `kernel`, and so of all: hands on to `behind` */
	unsigned int nr_allocated;
	int failing_after; /* this many more allocations succeed; negative: no limit */
};

/* Begin with spaces of this method and number of levels; false if there are none here. */
bool rig_begin(struct rig *rig, enum mc_access_method method, unsigned int levels);

/* End, and see that each frame came back, and that the kernel half is as it was. */
void rig_end(struct ktest_run *t, struct rig *rig);

/*
 * The environment's part: an active space whose kernel half can be shared, with a recursive slot if
 * this configuration has one; NULL if there is none with this many levels. And its undoing.
 */
struct mc_space *rig_kernel(unsigned int levels);
void rig_kernel_done(void);

/* A table's entries, copied. */
void rig_read_table(mc_phys_addr_t table, uint64_t entries[MC_PT_ENTRIES]);
void rig_write_table(mc_phys_addr_t table, const uint64_t entries[MC_PT_ENTRIES]);

/* The first page of the kernel half, which nobody else uses. */
static inline uint64_t rig_kernel_page(const struct rig *rig)
{
	const unsigned int levels = rig->kernel->root.levels;

	return mc_virt_raw(mc_pt_canonical(mc_virt_addr(mc_pt_span(levels + 1) / 2), levels));
}

#endif
