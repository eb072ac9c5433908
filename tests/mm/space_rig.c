/* SPDX-License-Identifier: MIT */
/* Several address spaces for tests (space_rig.h): what is the same everywhere. */
#include "space_rig.h"

static int allocate(void *context, mc_pfn_t *frame)
{
	struct rig *rig = context;
	int error;

	if (rig->failing_after == 0)
		return MC_ERR_NO_MEMORY;
	error = rig->behind->allocate(rig->behind->context, frame);
	if (error)
		return error;
	rig->failing_after -= rig->failing_after > 0;
	rig->nr_allocated++;
	return 0;
}

static void release(void *context, mc_pfn_t frame)
{
	struct rig *rig = context;

	rig->nr_allocated--;
	rig->behind->release(rig->behind->context, frame);
}

bool rig_begin(struct rig *rig, enum mc_access_method method, unsigned int levels)
{
	struct mc_space *kernel = rig_kernel(levels);

	*rig = (struct rig){ .kernel = kernel, .failing_after = -1 };
	if (!kernel || mc_space_share_kernel_half(kernel))
		return false;
	rig->source = (struct mc_frame_source){ allocate, release, rig };
	rig->behind = kernel->frames;
	rig->kernel_method = kernel->root.method;
	rig->nr_kernel_tables = kernel->nr_tables;
	kernel->frames = &rig->source;
	kernel->root.method = method;
	return true;
}

void rig_end(struct ktest_run *t, struct rig *rig)
{
	EXPECT_TRUE(t, mc_space_active() == rig->kernel);
	EXPECT_EQ(t, rig->nr_allocated, 0);
	EXPECT_EQ(t, rig->kernel->nr_tables, rig->nr_kernel_tables);
	EXPECT_STR(t, fixture_check_tlb(), NULL);
	rig->kernel->frames = rig->behind;
	rig->kernel->root.method = rig->kernel_method;
	rig_kernel_done();
}
