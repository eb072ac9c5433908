/* SPDX-License-Identifier: MIT */
/* Benchmark "audit": looking through all of the kernel's own address space. */
#include <kernel/address_space.h>
#include <kernel/kbench.h>

KBENCH(audit, kernel_space)
{
	struct mc_audit_report report;
	int error;

	kbench_start(b);
	error = kernel_audit(kernel_space(), &report);
	kbench_stop(b, &b->full);
	b->nr_operations = 1;
	if (error)
		b->failed = mc_error_name(error);
}
