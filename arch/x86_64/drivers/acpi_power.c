/* SPDX-License-Identifier: MIT */
/* Powering off and resetting by ACPI (arch/acpi_power.h). */
#include <arch/acpi_power.h>
#include <kernel/string.h>

/* The FADT (5.2.9). A register is an address structure of 12 bytes (5.2.3.2). */
#define FADT_DSDT        40  /* 32 bits */
#define FADT_SMI_CMD     48  /* 32 bits, a port */
#define FADT_ACPI_ENABLE 52  /* 8 bits */
#define FADT_PM1A_CNT    64  /* 32 bits, a port */
#define FADT_PM1B_CNT    68  /* the same */
#define FADT_FLAGS       112 /* 32 bits */
#define FADT_RESET_REG   116 /* a register */
#define FADT_RESET_VALUE 128 /* 8 bits */
#define FADT_X_DSDT      140 /* 64 bits */
#define FADT_X_PM1A_CNT  172 /* a register */
#define FADT_X_PM1B_CNT  184 /* the same */
#define FADT_MAX         196 /* all that is read of it */

#define FADT_FLAG_RESET (UINT32_C(1) << 10)

#define REGISTER_SPACE   0 /* 8 bits */
#define REGISTER_ADDRESS 4 /* 64 bits */
#define SPACE_IO         1

/* AML (20.2). */
#define AML_ZERO    0x00
#define AML_ONE     0x01
#define AML_NAME    0x08
#define AML_BYTE    0x0a
#define AML_ROOT    '\\'
#define AML_PACKAGE 0x12

/* The DSDT is searched in pieces, which overlap by the size of one name and its package. */
#define PIECE   512
#define OVERLAP 32

struct fadt {
	uint8_t bytes[FADT_MAX];
	uint32_t length;
};

/* A number in the FADT; 0 if the table ends before it: older revisions are shorter. */
static uint64_t field(const struct fadt *fadt, size_t offset, size_t size)
{
	return offset + size <= fadt->length ? acpi_number(fadt->bytes, offset, size) : 0;
}

/* A port, or 0 for none. */
static uint16_t port(uint64_t address)
{
	return address <= UINT16_MAX ? (uint16_t)address : 0;
}

/* A register's port; 0 if it has none. */
static uint16_t register_port(const struct fadt *fadt, size_t offset)
{
	return field(fadt, offset + REGISTER_SPACE, 1) == SPACE_IO
		       ? port(field(fadt, offset + REGISTER_ADDRESS, 8))
		       : 0;
}

/*
 * The X_ field has priority if it "can be used" (5.2.9, X_PM1a_CNT_BLK); firmware may have either.
 */
static uint16_t control_port(const struct fadt *fadt, size_t wide, size_t old)
{
	const uint16_t wide_port = register_port(fadt, wide);

	return wide_port ? wide_port : port(field(fadt, old, 4));
}

/* The same for X_DSDT. */
static bool find_dsdt(acpi_read read, const struct fadt *fadt, struct acpi_table *dsdt)
{
	return acpi_table_at(read, mc_phys_addr(field(fadt, FADT_X_DSDT, 8)), "DSDT", dsdt) ||
	       acpi_table_at(read, mc_phys_addr(field(fadt, FADT_DSDT, 4)), "DSDT", dsdt);
}

/* A small number of a package; advances *at. */
static bool take_small(const uint8_t *aml, size_t size, size_t *at, uint8_t *value)
{
	if (*at >= size)
		return false;
	if (aml[*at] == AML_ZERO || aml[*at] == AML_ONE) {
		*value = aml[(*at)++];
		return true;
	}
	if (aml[*at] != AML_BYTE || *at + 1 >= size)
		return false;
	*value = aml[*at + 1];
	*at += 2;
	return true;
}

/* Parse Name (\_S5, Package () { SLP_TYPa, SLP_TYPb, ... }). */
static bool parse_s5(const uint8_t *aml, size_t size, struct acpi_power *power)
{
	size_t at = 0;

	if (aml[at++] != AML_NAME)
		return false;
	if (at < size && aml[at] == AML_ROOT)
		at++;
	if (size - at < 8 || memcmp(aml + at, "_S5_", 4) != 0 || aml[at + 4] != AML_PACKAGE)
		return false;
	at += 5;
	at += 1 + (aml[at] >> 6); /* the package's length: 1 to 4 bytes */
	at++;                     /* how many elements it has */
	return take_small(aml, size, &at, &power->sleep_a) &&
	       take_small(aml, size, &at, &power->sleep_b);
}

static bool find_s5(acpi_read read, const struct acpi_table *dsdt, struct acpi_power *power)
{
	for (uint32_t start = ACPI_HEADER_SIZE; start < dsdt->length; start += PIECE) {
		const uint32_t rest = dsdt->length - start;
		const uint32_t size = rest < PIECE + OVERLAP ? rest : PIECE + OVERLAP;
		uint8_t aml[PIECE + OVERLAP];

		if (!read(aml, mc_phys_addr(mc_phys_raw(dsdt->address) + start), size))
			return false;
		for (uint32_t i = 0; i < size && i < PIECE; i++)
			if (parse_s5(aml + i, size - i, power))
				return true;
	}
	return false;
}

static void read_off(acpi_read read, const struct fadt *fadt, struct acpi_power *power)
{
	struct acpi_table dsdt;

	power->control_a = control_port(fadt, FADT_X_PM1A_CNT, FADT_PM1A_CNT);
	power->control_b = control_port(fadt, FADT_X_PM1B_CNT, FADT_PM1B_CNT);
	power->enable_port = port(field(fadt, FADT_SMI_CMD, 4));
	power->enable_value = (uint8_t)field(fadt, FADT_ACPI_ENABLE, 1);
	power->has_off =
		power->control_a && find_dsdt(read, fadt, &dsdt) && find_s5(read, &dsdt, power);
}

static void read_reset(const struct fadt *fadt, struct acpi_power *power)
{
	power->reset_port = register_port(fadt, FADT_RESET_REG);
	power->reset_value = (uint8_t)field(fadt, FADT_RESET_VALUE, 1);
	power->has_reset = power->reset_port && (field(fadt, FADT_FLAGS, 4) & FADT_FLAG_RESET);
}

int acpi_power_read(const struct acpi *acpi, struct acpi_power *power)
{
	struct fadt fadt = { .length = 0 };
	struct acpi_table table;

	*power = (struct acpi_power){ 0 };
	if (acpi_find(acpi, "FACP", &table) != 0)
		return MC_ERR_NOT_FOUND;
	fadt.length = table.length < FADT_MAX ? table.length : FADT_MAX;
	if (!acpi->read(fadt.bytes, table.address, fadt.length))
		return MC_ERR_NOT_FOUND;
	read_off(acpi->read, &fadt, power);
	read_reset(&fadt, power);
	return 0;
}
