/* SPDX-License-Identifier: MIT */
/* Suite "fmt": the conversions of kernel/fmt.h, against C11's definition of printf. */
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/string.h>

/* Formats that the compiler could check are in the tests below; this one takes any. */
#define EXPECT_FORMAT(t, want, ...)                                                                \
	do {                                                                                       \
		char buffer_[128];                                                                 \
		size_t length_ = fmt_print(buffer_, sizeof(buffer_), __VA_ARGS__);                 \
		EXPECT_STR(t, buffer_, want);                                                      \
		EXPECT_EQ(t, length_, strlen(want));                                               \
	} while (0)

KTEST(fmt, plain_text_and_percent)
{
	EXPECT_FORMAT(t, "", "%s", "");
	EXPECT_FORMAT(t, "text", "text");
	EXPECT_FORMAT(t, "100 %", "100 %%");
}

KTEST(fmt, signed_numbers)
{
	EXPECT_FORMAT(t, "0 1 -1", "%d %d %d", 0, 1, -1);
	EXPECT_FORMAT(t, "-2147483648", "%d", -2147483647 - 1);
	EXPECT_FORMAT(t, "-9223372036854775808", "%ld", INT64_MIN);
	EXPECT_FORMAT(t, "9223372036854775807", "%lld", 9223372036854775807LL);
	EXPECT_FORMAT(t, "+5 -5", "%+d %+d", 5, -5);
	EXPECT_FORMAT(t, " 5 -5", "% d % d", 5, -5);
	EXPECT_FORMAT(t, "-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
	EXPECT_FORMAT(t, "-1 65535", "%hd %hu", (short)-1, (unsigned short)65535);
}

KTEST(fmt, unsigned_and_hex)
{
	EXPECT_FORMAT(t, "18446744073709551615", "%lu", UINT64_MAX);
	EXPECT_FORMAT(t, "ffffffffffffffff", "%lx", UINT64_MAX);
	EXPECT_FORMAT(t, "deadbeef DEADBEEF", "%x %X", 0xdeadbeefu, 0xdeadbeefu);
	EXPECT_FORMAT(t, "0x1f 0X1F 0", "%#x %#X %#x", 31u, 31u, 0u);
	EXPECT_FORMAT(t, "4096", "%zu", (size_t)4096);
}

KTEST(fmt, width_and_precision)
{
	EXPECT_FORMAT(t, "[   42]", "[%5d]", 42);
	EXPECT_FORMAT(t, "[42   ]", "[%-5d]", 42);
	EXPECT_FORMAT(t, "[00042]", "[%05d]", 42);
	EXPECT_FORMAT(t, "[-0042]", "[%05d]", -42);
	EXPECT_FORMAT(t, "[0x0000002a]", "[%#010x]", 42u);
	EXPECT_FORMAT(t, "[  007]", "[%5.3d]", 7);
	EXPECT_FORMAT(t, "[]", "[%.0d]", 0);
	EXPECT_FORMAT(t, "[   42]", "[%*d]", 5, 42);
	EXPECT_FORMAT(t, "[42   ]", "[%*d]", -5, 42);
}

KTEST(fmt, strings_and_characters)
{
	const char unterminated[3] = { 'a', 'b', 'c' };

	EXPECT_FORMAT(t, "[  abc]", "[%5s]", "abc");
	EXPECT_FORMAT(t, "[abc  ]", "[%-5s]", "abc");
	EXPECT_FORMAT(t, "[ab]", "[%.2s]", "abc");
	EXPECT_FORMAT(t, "[abc]", "[%.*s]", 3, unterminated);
	EXPECT_FORMAT(t, "x", "%c", 'x');
}

KTEST(fmt, pointers)
{
	EXPECT_FORMAT(t, "0xffffffff80000000", "%p", (void *)(uintptr_t)0xffffffff80000000);
	EXPECT_FORMAT(t, "0x0000000000000000", "%p", (void *)0);
}

KTEST(fmt, cuts_at_the_end_of_the_buffer)
{
	char buffer[8] = "#######";

	EXPECT_EQ(t, fmt_print(buffer, 4, "%s", "abcdef"), 6);
	EXPECT_STR(t, buffer, "abc");
	EXPECT_EQ(t, buffer[4], '#');

	EXPECT_EQ(t, fmt_print(buffer, 1, "%d", 123), 3);
	EXPECT_STR(t, buffer, "");

	buffer[0] = '#';
	EXPECT_EQ(t, fmt_print(buffer, 0, "%d", 123), 3);
	EXPECT_EQ(t, buffer[0], '#');
}

KTEST(fmt, random_numbers_read_back)
{
	for (int i = 0; i < 1000; i++) {
		uint64_t value = ktest_random(t) >> ktest_random_below(t, 64);
		uint64_t decimal = 0, hex = 0;
		char text[32];

		fmt_print(text, sizeof(text), "%lu", value);
		for (const char *c = text; *c; c++)
			decimal = decimal * 10 + (uint64_t)(*c - '0');
		EXPECT_EQ(t, decimal, value);

		fmt_print(text, sizeof(text), "%lx", value);
		for (const char *c = text; *c; c++)
			hex = hex * 16 + (uint64_t)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
		EXPECT_EQ(t, hex, value);
	}
}
