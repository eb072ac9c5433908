/* SPDX-License-Identifier: MIT */
/* Auditing the kernel's address space, and spaces that share its half. */
#ifndef MERCATOR_KERNEL_AUDIT_H
#define MERCATOR_KERNEL_AUDIT_H

#include <mercator/audit.h>

/*
 * audit_space() by the rules of this kernel on this machine: kernel_regions(), memory_ram(), the
 * image's read-only part, the frame allocator. Nobody may change the space meanwhile. Errors: those
 * of audit_space(), and ERR_NO_MEMORY if there is no room to remember all tables in.
 */
MUST_CHECK int kernel_audit(const struct space *space, struct audit_report *report);

/* Audit the kernel's own space, and panic, naming what is broken and where, unless all is well. */
void kernel_audit_or_panic(void);

#endif
