/* SPDX-License-Identifier: MIT */
/* Finding ACPI's tables (arch/acpi.h). */
#include <arch/acpi.h>
#include <kernel/string.h>
#include <kernel/units.h>

/* The root pointer (5.2.5.3). */
#define RSDP_SIGNATURE "RSD PTR "
#define RSDP_SIZE_OLD  20 /* covered by the first checksum */
#define RSDP_REVISION  15
#define RSDP_RSDT      16 /* 32 bits */
#define RSDP_LENGTH    20 /* 32 bits; this and the next from revision 2 on */
#define RSDP_XSDT      24 /* 64 bits */
#define RSDP_SIZE_NEW  36

#define HEADER_LENGTH 4
#define TABLE_MAX     MIB(1) /* real ones are far smaller */
#define PIECE         64     /* of a table, for its checksum */

static mc_phys_addr_t after(mc_phys_addr_t address, uint64_t offset)
{
	return mc_phys_addr(mc_phys_raw(address) + offset);
}

/* The bytes of a valid table add up to 0. */
static uint8_t sum(const uint8_t *bytes, size_t size)
{
	uint8_t result = 0;

	for (size_t i = 0; i < size; i++)
		result += bytes[i];
	return result;
}

static bool sums_up(acpi_read read, const struct acpi_table *table)
{
	uint8_t bytes[PIECE], result = 0;

	for (uint32_t at = 0; at < table->length; at += PIECE) {
		const uint32_t rest = table->length - at;
		const uint32_t size = rest < PIECE ? rest : PIECE;

		if (!read(bytes, after(table->address, at), size))
			return false;
		result += sum(bytes, size);
	}
	return result == 0;
}

bool acpi_table_at(acpi_read read, mc_phys_addr_t address, const char *signature,
		   struct acpi_table *table)
{
	struct acpi_table found = { .address = address };
	uint8_t header[ACPI_HEADER_SIZE];

	if (!read(header, address, sizeof(header)) || memcmp(header, signature, 4) != 0)
		return false;
	found.length = (uint32_t)acpi_number(header, HEADER_LENGTH, 4);
	if (found.length < ACPI_HEADER_SIZE || found.length > TABLE_MAX || !sums_up(read, &found))
		return false;
	*table = found;
	return true;
}

static bool find_in(acpi_read read, const struct acpi_table *root, uint32_t entry_size,
		    const char *signature, struct acpi_table *table)
{
	for (uint32_t at = ACPI_HEADER_SIZE; at + entry_size <= root->length; at += entry_size) {
		uint8_t entry[8];

		if (read(entry, after(root->address, at), entry_size) &&
		    acpi_table_at(read, mc_phys_addr(acpi_number(entry, 0, entry_size)), signature,
				  table))
			return true;
	}
	return false;
}

int acpi_find(const struct acpi *acpi, const char *signature, struct acpi_table *table)
{
	if (find_in(acpi->read, &acpi->xsdt, 8, signature, table) ||
	    find_in(acpi->read, &acpi->rsdt, 4, signature, table))
		return 0;
	return MC_ERR_NOT_FOUND;
}

/* Whether the ACPI 2.0 part is there, with a valid checksum. */
static bool is_new(const uint8_t *rsdp, size_t size)
{
	uint64_t length;

	if (rsdp[RSDP_REVISION] < 2 || size < RSDP_SIZE_NEW)
		return false;
	length = acpi_number(rsdp, RSDP_LENGTH, 4);
	return length >= RSDP_SIZE_NEW && length <= size && sum(rsdp, length) == 0;
}

int acpi_open(struct acpi *acpi, const void *rsdp, size_t size, acpi_read read)
{
	const uint8_t *bytes = rsdp;
	bool has_xsdt, has_rsdt;

	*acpi = (struct acpi){ .read = read };
	if (size < RSDP_SIZE_OLD || memcmp(bytes, RSDP_SIGNATURE, 8) != 0 ||
	    sum(bytes, RSDP_SIZE_OLD) != 0)
		return MC_ERR_NOT_FOUND;
	has_xsdt = is_new(bytes, size) &&
		   acpi_table_at(read, mc_phys_addr(acpi_number(bytes, RSDP_XSDT, 8)), "XSDT",
				 &acpi->xsdt);
	has_rsdt = acpi_table_at(read, mc_phys_addr(acpi_number(bytes, RSDP_RSDT, 4)), "RSDT",
				 &acpi->rsdt);
	return has_xsdt || has_rsdt ? 0 : MC_ERR_FORMAT;
}
