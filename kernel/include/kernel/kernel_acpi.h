/* SPDX-License-Identifier: MIT */
/* This machine's ACPI tables, as firmware left them and the loader tells of them. */
#ifndef KERNEL_KERNEL_ACPI_H
#define KERNEL_KERNEL_ACPI_H

#include <arch/acpi.h>

/*
 * Open them (acpi_open()). Only after the switch to the kernel's own tables; the frame allocator is not
 * needed. Pointers of frame_bytes() are good no more after reading tables.
 *
 *   MC_ERR_NOT_FOUND  the loader tells of no root pointer, or of damaged ones only
 *   MC_ERR_FORMAT     the root tables are broken
 */
MC_MUST_CHECK int kernel_acpi(struct acpi *acpi);

#endif
