/* SPDX-License-Identifier: MIT */
/*
 * The parts of ACPI that powering off and resetting a PC need: the FADT, and the DSDT's package
 * \_S5 (ACPI 6.5, 5.2.9 and 7.4.2).
 */
#ifndef ARCH_ACPI_POWER_H
#define ARCH_ACPI_POWER_H

#include <arch/acpi.h>

/* How to power off and how to reset; each part is valid only if its flag is set. */
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
 * Read all of it. Unsupported parts are left out.
 *
 *   MC_ERR_NOT_FOUND  there is no valid FADT; *power is all zero
 */
MC_MUST_CHECK int acpi_power_read(const struct acpi *acpi, struct acpi_power *power);

#endif
