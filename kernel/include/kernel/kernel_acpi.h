/* SPDX-License-Identifier: MIT */
/* This machine's ACPI tables, found through the loader's information. */
#ifndef KERNEL_KERNEL_ACPI_H
#define KERNEL_KERNEL_ACPI_H

#include <arch/acpi.h>

/*
 * Open them (acpi_open()). Only after the switch to the kernel's own tables; the frame allocator is
 * not needed. Reading tables invalidates pointers of frame_bytes().
 *
 *   MC_ERR_NOT_FOUND  the loader gave no root pointer, or only damaged ones
 *   MC_ERR_FORMAT     the root tables are broken
 */
MC_MUST_CHECK int kernel_acpi(struct acpi *acpi);

#endif
