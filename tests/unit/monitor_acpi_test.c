/* SPDX-License-Identifier: MIT */
/*
 * Suite "monitor_acpi": powering off and resetting by ACPI tables that are built here, at made-up
 * physical addresses; then by tables that are damaged in every byte.
 */
#include <stdlib.h>
#include <string.h>

#include <mercator/ktest.h>

#include "../../kernel/monitor/acpi.h"

#define MEMORY      UINT64_C(0x7ffe0000)
#define MEMORY_SIZE 0x2000

#define ROOT 0x000
#define FADT 0x100
#define OEM  0x280
#define DSDT 0x300

static uint8_t memory[MEMORY_SIZE];
static uint8_t rsdp[36];

static bool read(void *to, phys_addr_t from, size_t size)
{
	const uint64_t offset = phys_raw(from) - MEMORY;

	if (offset >= MEMORY_SIZE || size > MEMORY_SIZE - offset)
		return false;
	memcpy(to, memory + offset, size);
	return true;
}

static void put(size_t at, uint64_t value, size_t size)
{
	memcpy(memory + at, &value, size);
}

static void finish_table(size_t at, const char *signature, uint32_t length)
{
	uint8_t sum = 0;

	memcpy(memory + at, signature, 4);
	put(at + 4, length, 4);
	memory[at + 9] = 0;
	for (uint32_t i = 0; i < length; i++)
		sum += memory[at + i];
	memory[at + 9] = (uint8_t)-sum;
}

/* `wide`: by the XSDT and X_DSDT, as ACPI 2.0 has them. */
static void build(bool wide, const uint8_t *s5, size_t s5_size, size_t s5_at)
{
	const size_t entry = wide ? 8 : 4;

	memset(memory, 0x5a, sizeof(memory));
	memset(memory + ROOT, 0, DSDT);
	memset(rsdp, 0, sizeof(rsdp));
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = wide ? 2 : 0;
	memcpy(rsdp + (wide ? 24 : 16), &(uint64_t){ MEMORY + ROOT }, entry);

	put(ROOT + 36, MEMORY + OEM, entry);
	put(ROOT + 36 + entry, MEMORY + FADT, entry);
	finish_table(ROOT, wide ? "XSDT" : "RSDT", (uint32_t)(36 + 2 * entry));
	finish_table(OEM, "OEM1", 40);

	put(FADT + (wide ? 140 : 40), MEMORY + DSDT, entry);
	put(FADT + 48, 0xb2, 4);
	put(FADT + 52, 0xf1, 1);
	put(FADT + 64, 0x604, 4);
	put(FADT + 112, 1u << 10, 4);
	put(FADT + 116, 1, 1);
	put(FADT + 120, 0xcf9, 8);
	put(FADT + 128, 0x0f, 1);
	finish_table(FADT, "FACP", wide ? 244 : 132);

	memcpy(memory + DSDT + s5_at, s5, s5_size);
	finish_table(DSDT, "DSDT", 0x1000);
}

static int parse(struct acpi_power *power)
{
	/* Exactly as long as it says, for ASan. */
	const size_t size = rsdp[15] >= 2 ? 36 : 20;
	uint8_t *copy = malloc(size);
	int error;

	memcpy(copy, rsdp, size);
	error = acpi_power_read(copy, size, read, power);
	free(copy);
	return error;
}

/* QEMU's, and one with a path, a long package and byte constants. */
static const uint8_t short_s5[] = { 8, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0 };
static const uint8_t long_s5[] = { 8,    '\\', '_',  'S', '5',  '_', 0x12, 0x4a,
				   0x00, 4,    0x0a, 7,   0x0a, 5,   0,    0 };

KTEST(monitor_acpi, finds_what_it_needs)
{
	struct acpi_power power;

	for (int wide = 0; wide < 2; wide++) {
		build(wide, short_s5, sizeof(short_s5), 0x100);
		ASSERT_EQ(t, parse(&power), 0);
		EXPECT_TRUE(t, power.has_off);
		EXPECT_EQ(t, power.control_a, 0x604);
		EXPECT_EQ(t, power.control_b, 0);
		EXPECT_EQ(t, power.sleep_a, 0);
		EXPECT_EQ(t, power.enable_port, 0xb2);
		EXPECT_EQ(t, power.enable_value, 0xf1);
		EXPECT_TRUE(t, power.has_reset);
		EXPECT_EQ(t, power.reset_port, 0xcf9);
		EXPECT_EQ(t, power.reset_value, 0x0f);
	}
	build(true, long_s5, sizeof(long_s5), 0x100);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_EQ(t, power.sleep_a, 7);
	EXPECT_EQ(t, power.sleep_b, 5);
}

/* The DSDT is read in pieces: the package may lie across two of them, and at the very end. */
KTEST(monitor_acpi, finds_s5_wherever_it_is)
{
	struct acpi_power power;

	for (size_t at = 36; at + sizeof(long_s5) <= 0x1000; at++) {
		build(true, long_s5, sizeof(long_s5), at);
		ASSERT_EQ(t, parse(&power), 0);
		if (!EXPECT_TRUE(t, power.has_off && power.sleep_a == 7 && power.sleep_b == 5)) {
			ktest_note(t, "at %#zx", at);
			return;
		}
	}
}

KTEST(monitor_acpi, says_what_there_is_not)
{
	static const uint8_t other_s5[] = { 8, '_', 'S', '5', '_', 0x11, 6, 4, 0, 0, 0, 0 };
	struct acpi_power power;

	build(true, other_s5, sizeof(other_s5), 0x100);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, !power.has_off && power.has_reset);

	/* No PM1a_CNT: hardware-reduced ACPI. A reset register in memory is not ours to write. */
	build(true, short_s5, sizeof(short_s5), 0x100);
	put(FADT + 64, 0, 4);
	put(FADT + 116, 0, 1);
	finish_table(FADT, "FACP", 244);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, !power.has_off && !power.has_reset);

	build(true, short_s5, sizeof(short_s5), 0x100);
	put(FADT + 112, 0, 4);
	finish_table(FADT, "FACP", 244);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, power.has_off && !power.has_reset);

	build(true, short_s5, sizeof(short_s5), 0x100);
	finish_table(FADT, "FACQ", 244);
	EXPECT_EQ(t, parse(&power), ERR_NOT_FOUND);

	build(true, short_s5, sizeof(short_s5), 0x100);
	rsdp[0] = 'r';
	EXPECT_EQ(t, parse(&power), ERR_FORMAT);
	EXPECT_EQ(t, acpi_power_read("RSD PTR ", 8, read, &power), ERR_FORMAT);
}

/* Any damage: nothing outside of the tables is read (the reader refuses), and it ends. */
KTEST(monitor_acpi, damage_is_harmless)
{
	struct acpi_power power;

	for (int i = 0; i < 20000; i++) {
		if (i % 100 == 0)
			build(i % 200, long_s5, sizeof(long_s5),
			      36 + ktest_random_below(t, 0x1000 - 36 - sizeof(long_s5)));
		if (ktest_random_below(t, 4) == 0)
			rsdp[16 + ktest_random_below(t, 20)] = (uint8_t)ktest_random(t);
		else
			memory[ktest_random_below(t, DSDT + 0x1000)] = (uint8_t)ktest_random(t);
		/* Half of the time with checksums that are right, to come further. */
		if (ktest_random_below(t, 2)) {
			uint32_t length;

			memcpy(&length, memory + FADT + 4, 4);
			finish_table(FADT, "FACP", length < 0x180 ? length : 244);
			finish_table(DSDT, "DSDT", 0x1000);
		}
		EXPECT_TRUE(t, parse(&power) <= 0);
	}
}
