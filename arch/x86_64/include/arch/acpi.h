/* SPDX-License-Identifier: MIT */
/*
 * ACPI's tables: finding one by its signature (ACPI 6.5, 5.2). Pure: memory is read through a
 * function, and is not trusted. A table is returned only if its signature, length and checksum are
 * right.
 */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include <mercator/error.h>
#include <mercator/types.h>

/* Every table begins with a header of this size (5.2.6), which its length includes. */
#define ACPI_HEADER_SIZE 36

/* Copy physical memory, of any alignment. False if some of it is out of reach. */
typedef bool (*acpi_read)(void *to, mc_phys_addr_t from, size_t size);

/* A checked table: at least a header, and all of it can be read. */
struct acpi_table {
	mc_phys_addr_t address;
	uint32_t length; /* bytes */
};

struct acpi {
	acpi_read read;
	struct acpi_table xsdt, rsdt; /* the root tables; length 0: there is no valid one */
};

/*
 * Find the root tables from the root pointer, `size` bytes at `rsdp`, which may be a copy.
 *
 *   MC_ERR_NOT_FOUND  it is not a root pointer, or a damaged one
 *   MC_ERR_FORMAT     neither root table is valid
 */
MC_MUST_CHECK int acpi_open(struct acpi *acpi, const void *rsdp, size_t size, acpi_read read);

/*
 * The first valid table with this signature (four characters): of the XSDT's or, if there is none,
 * of the RSDT's.
 *
 *   MC_ERR_NOT_FOUND  there is none
 */
MC_MUST_CHECK int acpi_find(const struct acpi *acpi, const char *signature,
			    struct acpi_table *table);

/* Check the table at `address`. False, with *table unchanged, if it is not valid. */
MC_MUST_CHECK bool acpi_table_at(acpi_read read, mc_phys_addr_t address, const char *signature,
				 struct acpi_table *table);

/* The number of `size` bytes, at most 8, at an offset: little-endian, and not aligned. */
static inline uint64_t acpi_number(const uint8_t *bytes, size_t offset, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i--;)
		value = value << 8 | bytes[offset + i];
	return value;
}

#endif
