/* SPDX-License-Identifier: MIT */
/*
 * Suite "acpi": powering off and resetting by ACPI tables that are built here, at invented physical
 * addresses. There are two of everything, an old one and a new one that has priority, with
 * different contents: so the result tells which one was used. Then they are damaged.
 */
#include <stdlib.h>
#include <string.h>

#include <arch/acpi_power.h>
#include <kernel/ktest.h>
#include <kernel/units.h>

#define MEMORY      UINT64_C(0x7ffe0000)
#define MEMORY_SIZE 0x880

enum part {
	POINTER_OLD, /* the first 20 bytes of the root pointer, which are summed up alone */
	POINTER_NEW, /* the rest of it */
	RSDT,
	XSDT,
	FADT_OLD, /* the RSDT's, of ACPI 1.0 */
	FADT_NEW, /* the XSDT's; its DSDT is the old one, its X_DSDT the new one */
	DSDT_OLD,
	DSDT_NEW,
	NR_PARTS,
};

/* Where they lie, each away from the others. */
static const struct {
	const char *signature;
	size_t offset;
	uint32_t length;
} tables[NR_PARTS] = {
	[RSDT] = { "RSDT", 0x000, 36 + 2 * 4 }, [XSDT] = { "XSDT", 0x080, 36 + 2 * 8 },
	[FADT_OLD] = { "FACP", 0x100, 116 },    [FADT_NEW] = { "FACP", 0x200, 244 },
	[DSDT_OLD] = { "DSDT", 0x400, 0x60 },   [DSDT_NEW] = { "DSDT", 0x480, 0x300 },
};

#define OEM           0x3c0 /* another, unwanted table; both root tables have it first */
#define POINTER_SIZE  36
#define RESET_BY_PORT (1u << 10)

static uint8_t memory[MEMORY_SIZE];
static size_t memory_size;
static uint8_t rsdp[POINTER_SIZE];

static bool read(void *to, mc_phys_addr_t from, size_t size)
{
	const uint64_t offset = mc_phys_raw(from) - MEMORY;

	if (offset >= memory_size || size > memory_size - offset)
		return false;
	memcpy(to, memory + offset, size);
	return true;
}

static void put(size_t at, uint64_t value, size_t size)
{
	memcpy(memory + at, &value, size);
}

/* Make bytes [0, size) add up to 0, by the one at `at`. */
static void sum_up(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	bytes[at] = (uint8_t)-sum;
}

static void finish_table(size_t at, const char *signature, uint32_t length)
{
	memcpy(memory + at, signature, 4);
	put(at + 4, length, 4);
	sum_up(memory + at, length, 9);
}

static void finish(enum part part)
{
	finish_table(tables[part].offset, tables[part].signature, tables[part].length);
}

static void finish_pointer(void)
{
	sum_up(rsdp, 20, 8);
	sum_up(rsdp, POINTER_SIZE, 32);
}

/* A register in the FADT: an address structure. */
static void put_register(size_t at, uint8_t space, uint64_t address)
{
	put(at, space, 1);
	put(at + 4, address, 8);
}

/* QEMU's package, and one with a path, a long package and byte constants. */
static const uint8_t short_s5[] = { 8, '_', 'S', '5', '_', 0x12, 6, 4, 1, 0, 0, 0 };
static const uint8_t long_s5[] = { 8,    '\\', '_',  'S', '5',  '_', 0x12, 0x4a,
				   0x00, 4,    0x0a, 7,   0x0a, 5,   0,    0 };

static void build_pointer(void)
{
	memset(rsdp, 0, sizeof(rsdp));
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = 2;
	memcpy(rsdp + 16, &(uint32_t){ (uint32_t)(MEMORY + tables[RSDT].offset) }, 4);
	rsdp[20] = POINTER_SIZE;
	memcpy(rsdp + 24, &(uint64_t){ MEMORY + tables[XSDT].offset }, 8);
	finish_pointer();
}

static void build_fadt(enum part part, uint16_t control)
{
	const size_t at = tables[part].offset;

	put(at + 40, MEMORY + tables[DSDT_OLD].offset, 4);
	put(at + 48, 0xb2, 4);
	put(at + 52, 0xf1, 1);
	put(at + 64, control, 4);
	if (part == FADT_NEW) {
		put(at + 112, RESET_BY_PORT, 4);
		put_register(at + 116, 1, 0xcf9);
		put(at + 128, 0x0f, 1);
		put(at + 140, MEMORY + tables[DSDT_NEW].offset, 8);
		put_register(at + 172, 1, 0x1804);
	}
	finish(part);
}

/* `s5_at`: where the new DSDT has its package, long_s5. */
static void build(size_t s5_at)
{
	memory_size = MEMORY_SIZE;
	memset(memory, 0, sizeof(memory));
	build_pointer();
	for (int i = 0; i < 2; i++) {
		put(tables[RSDT].offset + 36 + (size_t)i * 4,
		    MEMORY + (i ? tables[FADT_OLD].offset : OEM), 4);
		put(tables[XSDT].offset + 36 + (size_t)i * 8,
		    MEMORY + (i ? tables[FADT_NEW].offset : OEM), 8);
	}
	finish(RSDT);
	finish(XSDT);
	finish_table(OEM, "OEM1", 40);
	build_fadt(FADT_OLD, 0x404);
	build_fadt(FADT_NEW, 0x604);
	memcpy(memory + tables[DSDT_OLD].offset + 0x40, short_s5, sizeof(short_s5));
	finish(DSDT_OLD);
	memcpy(memory + tables[DSDT_NEW].offset + s5_at, long_s5, sizeof(long_s5));
	finish(DSDT_NEW);
}

/* A pointer of exactly that many bytes, for ASan. */
static int open_pointer(struct acpi *acpi, size_t size)
{
	uint8_t *copy = malloc(size);
	int error;

	memcpy(copy, rsdp, size);
	error = acpi_open(acpi, copy, size, read);
	free(copy);
	return error;
}

static int parse(struct acpi_power *power)
{
	struct acpi acpi;
	const int error = open_pointer(&acpi, rsdp[15] >= 2 ? POINTER_SIZE : 20);

	return error ? error : acpi_power_read(&acpi, power);
}

/* Whether the result is right if only these parts are valid. */
static bool is_right(struct ktest_run *t, const bool *sound)
{
	const bool xsdt = sound[POINTER_NEW] && sound[XSDT];
	const bool new_fadt = xsdt && sound[FADT_NEW];
	const bool new_dsdt = new_fadt && sound[DSDT_NEW];
	struct acpi_power power;
	const int error = parse(&power);

	if (!sound[POINTER_OLD])
		return EXPECT_EQ(t, error, MC_ERR_NOT_FOUND);
	if (!xsdt && !sound[RSDT])
		return EXPECT_EQ(t, error, MC_ERR_FORMAT);
	if (!new_fadt && !(sound[RSDT] && sound[FADT_OLD]))
		return EXPECT_EQ(t, error, MC_ERR_NOT_FOUND);
	if (!EXPECT_EQ(t, error, 0) || !EXPECT_EQ(t, power.control_a, new_fadt ? 0x1804 : 0x404) ||
	    !EXPECT_EQ(t, power.control_b, 0) || !EXPECT_EQ(t, power.has_reset, new_fadt) ||
	    !EXPECT_EQ(t, power.has_off, new_dsdt || sound[DSDT_OLD]))
		return false;
	if (power.has_off)
		return EXPECT_EQ(t, power.sleep_a, new_dsdt ? 7 : 1) &&
		       EXPECT_EQ(t, power.sleep_b, new_dsdt ? 5 : 0);
	return true;
}

static void all_are_sound(bool sound[static NR_PARTS])
{
	for (enum part part = 0; part < NR_PARTS; part++)
		sound[part] = true;
}

KTEST(acpi, finds_what_it_needs)
{
	struct acpi_power power;

	build(0x100);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, power.has_off);
	EXPECT_EQ(t, power.control_a, 0x1804);
	EXPECT_EQ(t, power.control_b, 0);
	EXPECT_EQ(t, power.sleep_a, 7);
	EXPECT_EQ(t, power.sleep_b, 5);
	EXPECT_EQ(t, power.enable_port, 0xb2);
	EXPECT_EQ(t, power.enable_value, 0xf1);
	EXPECT_TRUE(t, power.has_reset);
	EXPECT_EQ(t, power.reset_port, 0xcf9);
	EXPECT_EQ(t, power.reset_value, 0x0f);

	/* ACPI 1.0: what follows the pointer's first 20 bytes is none of it. */
	rsdp[15] = 0;
	sum_up(rsdp, 20, 8);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, power.has_off && !power.has_reset);
	EXPECT_EQ(t, power.control_a, 0x404);
	EXPECT_EQ(t, power.sleep_a, 1);
	EXPECT_EQ(t, power.sleep_b, 0);
}

/* The DSDT is read in pieces: the package may lie across two of them, and at the very end. */
KTEST(acpi, finds_s5_wherever_it_is)
{
	struct acpi_power power;

	for (size_t at = 36; at + sizeof(long_s5) <= tables[DSDT_NEW].length; at++) {
		build(at);
		ASSERT_EQ(t, parse(&power), 0);
		if (!EXPECT_TRUE(t, power.has_off && power.sleep_a == 7 && power.sleep_b == 5)) {
			ktest_note(t, "at %#zx", at);
			return;
		}
	}
}

/* 5.2.9: the X_ field counts if it can be used, whatever the old one says, and the old one if not. */
KTEST(acpi, a_wide_register_outranks_the_old_one)
{
	static const struct {
		uint32_t old;
		uint8_t space;
		uint64_t wide;
		uint16_t want;
	} cases[] = {
		{ 0, 1, 0x604, 0x604 },       /* the new one alone */
		{ 0x604, 1, 0x1804, 0x1804 }, /* both, and not the same */
		{ 0x604, 1, 0, 0x604 },       /* the old one alone */
		{ 0x604, 0, 0x1804, 0x604 },  /* in memory */
		{ 0x604, 1, 0x11804, 0x604 }, /* no port */
		{ 0x604, 1, 1ull << 32, 0x604 },
		{ 0x10604, 1, 0x1804, 0x1804 }, /* the old one is none */
		{ 0x10604, 1, 0, 0 },
		{ 0xffff, 1, 0, 0xffff },
		{ 0, 1, 0xffff, 0xffff },
		{ 0, 0, 0, 0 },
	};
	const size_t fadt = tables[FADT_NEW].offset;
	struct acpi_power power;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		build(0x100);
		put(fadt + 64, 0x1004, 4);
		put_register(fadt + 172, 1, 0x1004);
		put(fadt + 68, cases[i].old, 4);
		put_register(fadt + 184, cases[i].space, cases[i].wide);
		finish(FADT_NEW);
		ASSERT_EQ(t, parse(&power), 0);
		EXPECT_EQ(t, power.control_a, 0x1004);
		EXPECT_EQ(t, power.control_b, cases[i].want);

		put(fadt + 64, cases[i].old, 4);
		put_register(fadt + 172, cases[i].space, cases[i].wide);
		finish(FADT_NEW);
		ASSERT_EQ(t, parse(&power), 0);
		EXPECT_EQ(t, power.control_a, cases[i].want);
		if (!EXPECT_EQ(t, power.has_off, cases[i].want != 0))
			ktest_note(t, "in case %zu", i);
	}
}

/* A table that is shorter than a field has none of it, not a part. */
KTEST(acpi, a_field_counts_if_all_of_it_is_there)
{
	static const struct {
		uint32_t length;
		uint16_t control_a, control_b;
		bool has_reset, has_new_dsdt;
	} cases[] = {
		{ 67, 0, 0, false, false },           { 68, 0x604, 0, false, false },
		{ 127, 0x604, 0x1008, false, false }, { 128, 0x604, 0x1008, true, false },
		{ 147, 0x604, 0x1008, true, false },  { 148, 0x604, 0x1008, true, true },
		{ 183, 0x604, 0x1008, true, true },   { 184, 0x1804, 0x1008, true, true },
		{ 195, 0x1804, 0x1008, true, true },  { 196, 0x1804, 0x2008, true, true },
	};
	const size_t fadt = tables[FADT_NEW].offset;
	struct acpi_power power;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		build(0x100);
		put(fadt + 68, 0x1008, 4);
		put_register(fadt + 184, 1, 0x2008);
		finish_table(fadt, "FACP", cases[i].length);
		ASSERT_EQ(t, parse(&power), 0);
		EXPECT_EQ(t, power.control_a, cases[i].control_a);
		EXPECT_EQ(t, power.control_b, cases[i].control_b);
		EXPECT_EQ(t, power.has_reset, cases[i].has_reset);
		EXPECT_EQ(t, power.has_off, cases[i].control_a != 0);
		if (power.has_off && !EXPECT_EQ(t, power.sleep_a, cases[i].has_new_dsdt ? 7 : 1))
			ktest_note(t, "of length %u", cases[i].length);
	}
}

KTEST(acpi, says_what_there_is_not)
{
	const size_t fadt = tables[FADT_NEW].offset;
	struct acpi_power power;
	struct acpi acpi;

	/* The package is a buffer: there is no other one to look for. */
	build(0x100);
	memory[tables[DSDT_NEW].offset + 0x106] = 0x11;
	finish(DSDT_NEW);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, !power.has_off && power.has_reset);

	/* A reset register in memory is not ours to write; nor is one without its flag. */
	build(0x100);
	put(fadt + 116, 0, 1);
	finish(FADT_NEW);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, power.has_off && !power.has_reset);
	build(0x100);
	put(fadt + 112, 0, 4);
	finish(FADT_NEW);
	ASSERT_EQ(t, parse(&power), 0);
	EXPECT_TRUE(t, power.has_off && !power.has_reset);

	build(0x100);
	EXPECT_EQ(t, open_pointer(&acpi, 19), MC_ERR_NOT_FOUND);
	EXPECT_EQ(t, open_pointer(&acpi, 20), 0);
	EXPECT_EQ(t, acpi.xsdt.length, 0);
	EXPECT_EQ(t, open_pointer(&acpi, POINTER_SIZE), 0);
	EXPECT_EQ(t, acpi.xsdt.length, tables[XSDT].length);
}

/* Valid tables that are not the wanted ones, or not where they should be. */
KTEST(acpi, the_old_one_is_used_where_the_new_one_leads_nowhere)
{
	static const uint64_t nowhere[] = { 0,          MEMORY + MEMORY_SIZE - 4, UINT32_MAX,
					    1ull << 52, UINT64_MAX - 3,           MEMORY + OEM };
	bool sound[NR_PARTS];

	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		all_are_sound(sound);
		build(0x100);
		memcpy(rsdp + 24, &nowhere[i], 8);
		finish_pointer();
		sound[XSDT] = false;
		ASSERT_TRUE(t, is_right(t, sound));

		all_are_sound(sound);
		build(0x100);
		put(tables[XSDT].offset + 36 + 8, nowhere[i], 8);
		finish(XSDT);
		sound[FADT_NEW] = false;
		ASSERT_TRUE(t, is_right(t, sound));

		all_are_sound(sound);
		build(0x100);
		put(tables[FADT_NEW].offset + 140, nowhere[i], 8);
		finish(FADT_NEW);
		sound[DSDT_NEW] = false;
		ASSERT_TRUE(t, is_right(t, sound));
	}
}

/* Byte `at` of a part. */
static uint8_t *byte_of(enum part part, size_t at)
{
	switch (part) {
	case POINTER_OLD: return rsdp + at;
	case POINTER_NEW: return rsdp + 20 + at;
	default: return memory + tables[part].offset + at;
	}
}

static size_t size_of(enum part part)
{
	switch (part) {
	case POINTER_OLD: return 20;
	case POINTER_NEW: return POINTER_SIZE - 20;
	default: return tables[part].length;
	}
}

/* Whether a changed table looks valid: one length in 256 has a right sum. */
static bool looks_sound(enum part part)
{
	const size_t at = tables[part].offset;
	uint32_t length;
	uint8_t sum = 0;

	memcpy(&length, memory + at + 4, 4);
	if (length < ACPI_HEADER_SIZE || length > MEMORY_SIZE - at)
		return false;
	for (uint32_t i = 0; i < length; i++)
		sum += memory[at + i];
	return sum == 0;
}

/* Any wrong byte invalidates its table, and nothing else. */
KTEST(acpi, survives_every_change_of_a_byte)
{
	unsigned int nr_unseen = 0;

	build(0x100);
	for (enum part part = 0; part < NR_PARTS; part++) {
		bool sound[NR_PARTS];

		all_are_sound(sound);
		sound[part] = false;
		for (size_t at = 0; at < size_of(part); at++) {
			uint8_t *byte = byte_of(part, at);
			const uint8_t was = *byte;

			for (unsigned int value = 0; value < 256; value++) {
				*byte = (uint8_t)value;
				if (value == was)
					continue;
				if (part >= RSDT && at / 4 == 1 && looks_sound(part)) {
					nr_unseen++;
				} else if (!is_right(t, sound)) {
					ktest_note(t, "part %u, byte %zu = %#x", part, at, value);
					return;
				}
			}
			*byte = was;
		}
	}
	EXPECT_TRUE(t, nr_unseen < 16);
}

/* A table that ends beyond the memory is not valid. */
KTEST(acpi, survives_every_truncation)
{
	build(0x100);
	for (memory_size = 0; memory_size < MEMORY_SIZE; memory_size++) {
		bool sound[NR_PARTS];

		all_are_sound(sound);
		for (enum part part = RSDT; part < NR_PARTS; part++)
			sound[part] = tables[part].offset + tables[part].length <= memory_size;
		if (!is_right(t, sound)) {
			ktest_note(t, "of %zu bytes", memory_size);
			return;
		}
	}
}

/* Any of the parts, together. */
KTEST(acpi, believes_what_is_left)
{
	for (unsigned int set = 0; set < 1u << NR_PARTS; set++) {
		bool sound[NR_PARTS];

		build(0x100);
		for (enum part part = 0; part < NR_PARTS; part++) {
			sound[part] = set >> part & 1;
			if (!sound[part])
				*byte_of(part, ktest_random_below(t, size_of(part))) ^= 0x40;
		}
		if (!is_right(t, sound)) {
			ktest_note(t, "of set %#x", set);
			return;
		}
	}
}

/* With right checksums, to get further: the contents are random, and the parser must end. */
KTEST(acpi, survives_random_damage)
{
	unsigned int nr_read = 0;

	for (int i = 0; i < 20000; i++) {
		const enum part part = RSDT + (enum part)ktest_random_below(t, NR_PARTS - RSDT);
		struct acpi_power power;

		if (i % 50 == 0)
			build(36 + ktest_random_below(t, 0x300 - 36 - sizeof(long_s5)));
		for (uint64_t n = ktest_random_below(t, 4) + 1; n > 0; n--) {
			const size_t at = 10 + ktest_random_below(t, size_of(part) - 10);

			*byte_of(part, at) = (uint8_t)ktest_random(t);
		}
		finish_table(tables[part].offset, tables[part].signature,
			     36 + (uint32_t)ktest_random_below(t, size_of(part) - 35));
		if (parse(&power) != 0)
			continue;
		nr_read++;
		ASSERT_TRUE(t, !power.has_off || power.control_a);
		ASSERT_TRUE(t, !power.has_reset || power.reset_port);
	}
	EXPECT_TRUE(t, nr_read > 1000);
}
