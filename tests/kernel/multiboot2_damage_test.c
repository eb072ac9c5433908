/* SPDX-License-Identifier: MIT */
/*
 * Suite "multiboot2": damaged structures, in heap blocks of exactly their size, so that ASan sees a
 * read of even one byte too many. What is accepted in spite of the damage must keep all guarantees.
 */
#include <stdlib.h>
#include <string.h>

#include <arch/multiboot2.h>
#include <kernel/boot_information.h>
#include <kernel/ktest.h>
#include <kernel/units.h>

#include "bootinfo_check.h"
#include "multiboot2_builder.h"

static _Alignas(8) uint8_t sample[BUILDER_SAMPLE_SIZE];

static size_t make_sample(void)
{
	struct builder builder;

	return build_sample(&builder, sample);
}

/* How many tags were left out, and what was last. */
static unsigned int nr_left_out;
static struct multiboot2_error left_out;

static void note_left_out(const struct multiboot2_error *what)
{
	nr_left_out++;
	left_out = *what;
}

static bool is_told(struct ktest_run *t, const struct multiboot2_error *error, size_t size)
{
	return EXPECT_TRUE(t, error->text && error->tag_name && error->field) &&
	       EXPECT_TRUE(t, error->offset <= size);
}

/* Parse a block that ends with its last byte. False, and a failure, if a promise is broken. */
static bool survives(struct ktest_run *t, const uint8_t *bytes, size_t size, int *code)
{
	uint8_t *block = malloc(size);
	struct multiboot2_error error = { .text = NULL };
	struct bootinfo info;
	bool ok;

	memcpy(block, bytes, size);
	nr_left_out = 0;
	*code = multiboot2_parse(block, size, &info, &error, note_left_out);
	if (*code)
		ok = is_told(t, &error, size) && EXPECT_EQ(t, info.size, 0);
	else
		ok = EXPECT_STR(t, bootinfo_check(&info), NULL) &&
		     EXPECT_TRUE(t, error.text == NULL);
	if (nr_left_out)
		ok = is_told(t, &left_out, size) && ok;
	free(block);
	return ok;
}

KTEST(multiboot2, survives_every_truncation)
{
	const size_t size = make_sample();
	struct builder builder = { .bytes = sample, .capacity = sizeof(sample) };
	int code;

	for (size_t n = 0; n < size; n++) {
		make_sample();
		ASSERT_TRUE(t, survives(t, sample, n, &code));
		ASSERT_EQ(t, code, MC_ERR_TRUNCATED);
		if (n < 4)
			continue;
		/* And with a total size that matches, so that the tags are looked at. */
		build_patch(&builder, 0, (uint32_t)n);
		ASSERT_TRUE(t, survives(t, sample, n, &code));
		ASSERT_TRUE(t, code != 0);
	}
	make_sample();
	ASSERT_TRUE(t, survives(t, sample, size, &code));
	ASSERT_EQ(t, code, 0);
}

/*
 * Whether damage of a byte may keep the kernel from starting: only in the structure itself and in
 * the memory map, not in any other tag.
 */
static bool may_decide(size_t at)
{
	size_t tag = sizeof(struct multiboot2_info);
	uint32_t type, size;

	for (;; tag += align_up(size, MULTIBOOT2_ALIGN)) {
		if (at < tag + sizeof(struct multiboot2_tag))
			return true;
		memcpy(&type, sample + tag, sizeof(type));
		memcpy(&size, sample + tag + sizeof(type), sizeof(size));
		if (at < tag + align_up(size, MULTIBOOT2_ALIGN))
			return type == MULTIBOOT2_TAG_MEMORY_MAP;
	}
}

KTEST(multiboot2, survives_every_change_of_a_byte)
{
	const size_t size = make_sample();
	unsigned int nr_refused = 0, nr_found = 0;
	int code;

	for (size_t at = 0; at < size; at++) {
		const uint8_t was = sample[at];
		const bool decides = may_decide(at);

		for (int byte = 0; byte < 256; byte++) {
			bool ok;

			sample[at] = (uint8_t)byte;
			ok = survives(t, sample, size, &code);
			if (!decides)
				ok = EXPECT_EQ(t, code, 0) && ok;
			if (!ok) {
				ktest_note(t, "byte %zu = %#x", at, (unsigned int)byte);
				return;
			}
			nr_refused += code != 0;
			nr_found += code || nr_left_out;
		}
		sample[at] = was;
	}
	/* Sizes, types and strings' ends are a good part of the bytes, text and padding the rest. */
	EXPECT_TRUE(t, nr_found > size * 256 / 10);
	EXPECT_TRUE(t, nr_refused < size * 256 / 2);
}

/* Values at which comparisons and sums go wrong. */
static uint32_t nasty_value(struct ktest_run *t, size_t size)
{
	static const uint32_t values[] = { 0,          1,          7,          8,         9,  15,
					   16,         23,         24,         25,        32, 40,
					   0x7fffffff, 0x80000000, 0xfffffff8, UINT32_MAX };

	switch (ktest_random_below(t, 4)) {
	case 0: return (uint32_t)ktest_random(t);
	case 1: return (uint32_t)ktest_random_below(t, size + 16);
	case 2: return (uint32_t)ktest_random_below(t, 20);
	default: return values[ktest_random_below(t, ARRAY_SIZE(values))];
	}
}

static void damage(struct ktest_run *t, uint8_t *bytes, size_t size)
{
	const size_t words = size / 4, at = 4 * ktest_random_below(t, words);
	const uint32_t value = nasty_value(t, size);
	const size_t from = 4 * ktest_random_below(t, words);

	switch (ktest_random_below(t, 3)) {
	case 0: bytes[at] ^= (uint8_t)(1u << ktest_random_below(t, 8)); break;
	case 1: memcpy(bytes + at, &value, 4); break;
	case 2: memmove(bytes + at, bytes + from, size - (at > from ? at : from)); break;
	}
}

KTEST(multiboot2, survives_random_damage)
{
	const size_t full = make_sample();
	unsigned int nr_accepted = 0;

	for (int round = 0; round < 100000; round++) {
		uint8_t bytes[BUILDER_SAMPLE_SIZE];
		size_t size = full;
		int code;

		memcpy(bytes, sample, full);
		for (uint64_t i = ktest_random_below(t, 6) + 1; i > 0; i--)
			damage(t, bytes, size);
		if (round % 4 == 0)
			size = ktest_random_below(t, full + 1);
		ASSERT_TRUE(t, survives(t, bytes, size, &code));
		nr_accepted += code == 0;
	}
	EXPECT_TRUE(t, nr_accepted > 1000);
}
