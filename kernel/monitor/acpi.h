/* SPDX-License-Identifier: MIT */
/*
 * The little of ACPI that turning a PC off and resetting it takes: the FADT, and of the DSDT the
 * package \_S5 (ACPI 6.5, 5.2.9 and 7.4.2). Pure: memory is read through a function, and nothing that
 * stands in it is believed before it is checked.
 */
#ifndef KERNEL_MONITOR_ACPI_H
#define KERNEL_MONITOR_ACPI_H

#include <mercator/error.h>
#include <mercator/types.h>

/* Copy physical memory, of any alignment. False if some of it is out of reach. */
typedef bool (*acpi_read)(void *to, phys_addr_t from, size_t size);

/* How to power off and how to reset; each part means something only if its flag is set. */
struct acpi_power {
	bool has_off;
	uint16_t control_a, control_b; /* ports PM1a_CNT and PM1b_CNT; the second may be 0 */
	uint8_t sleep_a, sleep_b;      /* SLP_TYP of S5 for each */
	uint16_t enable_port;          /* SMI_CMD; 0 if ACPI mode is always on */
	uint8_t enable_value;

	bool has_reset;
	uint16_t reset_port;
	uint8_t reset_value;
};

/*
 * Read it all from the root pointer, `size` bytes at `rsdp`. What is not understood is left out.
 *
 *   ERR_FORMAT     the root pointer or the root table is broken
 *   ERR_NOT_FOUND  there is no FADT
 */
MUST_CHECK int acpi_power_read(const void *rsdp, size_t size, acpi_read read,
			       struct acpi_power *power);

#endif
