/* SPDX-License-Identifier: MIT */
/* Powering off and resetting by ACPI (acpi.h). */
#include <mercator/string.h>

#include "acpi.h"

/* The root pointer (5.2.5.3). */
#define RSDP_SIZE_OLD  20
#define RSDP_REVISION  15
#define RSDP_RSDT      16 /* 32 bits */
#define RSDP_XSDT      24 /* 64 bits, from revision 2 on */
#define RSDP_SIZE_NEW  36
#define RSDP_SIGNATURE "RSD PTR "

/* Every table begins with a header (5.2.6). */
#define HEADER_SIZE   36
#define HEADER_LENGTH 4
#define TABLE_MAX     MIB(1) /* no real one comes near */

/* The FADT (5.2.9). */
#define FADT_DSDT        40  /* 32 bits */
#define FADT_SMI_CMD     48  /* 32 bits, a port */
#define FADT_ACPI_ENABLE 52  /* 8 bits */
#define FADT_PM1A_CNT    64  /* 32 bits, a port */
#define FADT_PM1B_CNT    68  /* the same */
#define FADT_FLAGS       112 /* 32 bits */
#define FADT_RESET_REG   116 /* an address structure of 12 bytes: space, 3 bytes, address */
#define FADT_RESET_VALUE 128 /* 8 bits */
#define FADT_X_DSDT      140 /* 64 bits */
#define FADT_MAX         148 /* what of it is looked at */

#define FADT_FLAG_RESET (UINT32_C(1) << 10)
#define SPACE_IO        1

/* AML (20.2). */
#define AML_ZERO    0x00
#define AML_ONE     0x01
#define AML_NAME    0x08
#define AML_BYTE    0x0a
#define AML_ROOT    '\\'
#define AML_PACKAGE 0x12

/* The DSDT is searched in pieces, which overlap by what one name and its package can take. */
#define PIECE   512
#define OVERLAP 32

struct table {
	phys_addr_t address;
	uint32_t length;
};

static uint64_t number(const uint8_t *bytes, size_t offset, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i--;)
		value = value << 8 | bytes[offset + i];
	return value;
}

static phys_addr_t behind(phys_addr_t address, uint64_t offset)
{
	return phys_addr(phys_raw(address) + offset);
}

/* Look at a table's header; the bytes of a sound table add up to 0. */
static bool open_table(acpi_read read, phys_addr_t address, struct table *table, char signature[4])
{
	uint8_t bytes[HEADER_SIZE], sum = 0;

	if (!read(bytes, address, HEADER_SIZE))
		return false;
	memcpy(signature, bytes, 4);
	*table = (struct table){ address, (uint32_t)number(bytes, HEADER_LENGTH, 4) };
	if (table->length < HEADER_SIZE || table->length > TABLE_MAX)
		return false;
	for (uint32_t at = 0; at < table->length; at += HEADER_SIZE) {
		const uint32_t rest = table->length - at;
		const uint32_t part = rest < HEADER_SIZE ? rest : HEADER_SIZE;

		if (!read(bytes, behind(address, at), part))
			return false;
		for (uint32_t i = 0; i < part; i++)
			sum += bytes[i];
	}
	return sum == 0;
}

static bool find_fadt(acpi_read read, const struct table *root, size_t entry_size,
		      struct table *fadt)
{
	for (uint32_t at = HEADER_SIZE; at + entry_size <= root->length; at += entry_size) {
		uint8_t entry[8];
		char signature[4];

		if (read(entry, behind(root->address, at), entry_size) &&
		    open_table(read, phys_addr(number(entry, 0, entry_size)), fadt, signature) &&
		    memcmp(signature, "FACP", 4) == 0)
			return true;
	}
	return false;
}

/* A small number of a package: *at goes behind it. */
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

/* Name (\_S5, Package () { SLP_TYPa, SLP_TYPb, ... }), from its first byte on. */
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

static bool find_s5(acpi_read read, const struct table *dsdt, struct acpi_power *power)
{
	for (uint32_t start = HEADER_SIZE; start < dsdt->length; start += PIECE) {
		const uint32_t rest = dsdt->length - start;
		const uint32_t size = rest < PIECE + OVERLAP ? rest : PIECE + OVERLAP;
		uint8_t aml[PIECE + OVERLAP];

		if (!read(aml, behind(dsdt->address, start), size))
			return false;
		for (uint32_t i = 0; i < size && i < PIECE; i++)
			if (parse_s5(aml + i, size - i, power))
				return true;
	}
	return false;
}

/* A port, or 0 for none. */
static uint16_t port_at(const uint8_t *fadt, size_t offset)
{
	const uint64_t port = number(fadt, offset, 4);

	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

static void read_off(acpi_read read, const uint8_t *fadt, struct acpi_power *power)
{
	const uint64_t wide = number(fadt, FADT_X_DSDT, 8);
	const phys_addr_t address = phys_addr(wide ? wide : number(fadt, FADT_DSDT, 4));
	struct table dsdt;
	char signature[4];

	power->control_a = port_at(fadt, FADT_PM1A_CNT);
	power->control_b = port_at(fadt, FADT_PM1B_CNT);
	power->enable_port = port_at(fadt, FADT_SMI_CMD);
	power->enable_value = fadt[FADT_ACPI_ENABLE];
	power->has_off = power->control_a && open_table(read, address, &dsdt, signature) &&
			 memcmp(signature, "DSDT", 4) == 0 && find_s5(read, &dsdt, power);
}

static void read_reset(const uint8_t *fadt, struct acpi_power *power)
{
	const uint64_t port = number(fadt, FADT_RESET_REG + 4, 8);

	if (!(number(fadt, FADT_FLAGS, 4) & FADT_FLAG_RESET) || fadt[FADT_RESET_REG] != SPACE_IO ||
	    !port || port > UINT16_MAX)
		return;
	power->has_reset = true;
	power->reset_port = (uint16_t)port;
	power->reset_value = fadt[FADT_RESET_VALUE];
}

int acpi_power_read(const void *rsdp, size_t size, acpi_read read, struct acpi_power *power)
{
	const uint8_t *pointer = rsdp;
	uint8_t bytes[FADT_MAX] = { 0 };
	struct table root, fadt;
	char signature[4];
	bool wide;

	*power = (struct acpi_power){ 0 };
	if (size < RSDP_SIZE_OLD || memcmp(pointer, RSDP_SIGNATURE, 8) != 0)
		return ERR_FORMAT;
	wide = pointer[RSDP_REVISION] >= 2 && size >= RSDP_SIZE_NEW &&
	       number(pointer, RSDP_XSDT, 8);
	if (!open_table(
		    read,
		    phys_addr(wide ? number(pointer, RSDP_XSDT, 8) : number(pointer, RSDP_RSDT, 4)),
		    &root, signature))
		return ERR_FORMAT;
	if (!find_fadt(read, &root, wide ? 8 : 4, &fadt))
		return ERR_NOT_FOUND;
	if (!read(bytes, fadt.address, fadt.length < FADT_MAX ? fadt.length : FADT_MAX))
		return ERR_NOT_FOUND;
	read_off(read, bytes, power);
	read_reset(bytes, power);
	return 0;
}
