/* SPDX-License-Identifier: MIT */
/*
 * Suite "multiboot2": damaged structures, in heap blocks of exactly their size, so that ASan sees a
 * read of even one byte too many. What is accepted in spite of the damage must keep all promises.
 */
#include <stdlib.h>
#include <string.h>

#include <arch/multiboot2.h>
#include <mercator/ktest.h>

#include "../kernel/bootinfo_check.h"
#include "../kernel/multiboot2_builder.h"

static _Alignas(8) uint8_t sample[BUILDER_SAMPLE_SIZE];

static size_t make_sample(void)
{
	struct builder builder;

	return build_sample(&builder, sample);
}

/* Parse a block that ends with its last byte. False, and a failure, if a promise is broken. */
static bool survives(struct ktest_run *t, const uint8_t *bytes, size_t size, int *code)
{
	uint8_t *block = malloc(size);
	struct multiboot2_error error = { .text = NULL };
	struct bootinfo info;
	bool ok;

	memcpy(block, bytes, size);
	*code = multiboot2_parse(block, size, &info, &error);
	if (*code)
		ok = EXPECT_TRUE(t, error.text != NULL) && EXPECT_TRUE(t, error.offset <= size) &&
		     EXPECT_EQ(t, info.size, 0);
	else
		ok = EXPECT_STR(t, bootinfo_check(&info), NULL) &&
		     EXPECT_TRUE(t, error.text == NULL);
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
		ASSERT_EQ(t, code, ERR_TRUNCATED);
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

KTEST(multiboot2, survives_every_change_of_a_byte)
{
	const size_t size = make_sample();
	unsigned int nr_refused = 0;
	int code;

	for (size_t at = 0; at < size; at++) {
		const uint8_t was = sample[at];

		for (int byte = 0; byte < 256; byte++) {
			sample[at] = (uint8_t)byte;
			if (!survives(t, sample, size, &code)) {
				ktest_note(t, "byte %zu = %#x", at, (unsigned int)byte);
				return;
			}
			nr_refused += code != 0;
		}
		sample[at] = was;
	}
	/* Sizes, types and strings' ends are a good part of the bytes, text and padding the rest. */
	EXPECT_TRUE(t, nr_refused > size * 256 / 10);
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
