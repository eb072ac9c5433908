/* SPDX-License-Identifier: MIT */
/*
 * Formatting text (kernel/fmt.h). All writes go through one function that counts what it drops, so
 * a buffer is never overrun. Reference: C11, 7.21.6.1.
 */
#include <kernel/fmt.h>
#include <kernel/string.h>
#include <mercator/types.h>

struct output {
	char *buffer;
	size_t size;
	size_t length; /* of the whole text, kept or not */
};

struct spec {
	bool left, zero, alternate;
	char sign; /* what to print before a positive number: 0, '+' or ' ' */
	int width;
	int precision; /* negative: none given */
	int length;    /* -2 hh, -1 h, 0, 1 l or z, 2 ll */
};

static void put_char(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length] = c;
	out->length++;
}

static void put_repeated(struct output *out, char c, int count)
{
	while (count-- > 0)
		put_char(out, c);
}

static void put_text(struct output *out, const struct spec *spec, const char *text, size_t length)
{
	int pad = spec->width - (int)length;

	if (!spec->left)
		put_repeated(out, ' ', pad);
	for (size_t i = 0; i < length; i++)
		put_char(out, text[i]);
	if (spec->left)
		put_repeated(out, ' ', pad);
}

static void put_string(struct output *out, const struct spec *spec, const char *text)
{
	size_t length = 0;

	if (!text)
		text = "(null)";
	while ((spec->precision < 0 || length < (size_t)spec->precision) && text[length])
		length++;
	put_text(out, spec, text, length);
}

static void put_number(struct output *out, const struct spec *spec, uint64_t value, unsigned base,
		       const char *digits, const char *prefix)
{
	char reversed[64];
	int nr_digits = 0;
	int zeros, pad;

	for (; value; value /= base)
		reversed[nr_digits++] = digits[value % base];

	zeros = (spec->precision < 0 ? 1 : spec->precision) - nr_digits;
	if (zeros < 0)
		zeros = 0;
	pad = spec->width - nr_digits - zeros - (int)strlen(prefix);
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros += pad;
		pad = 0;
	}

	if (!spec->left)
		put_repeated(out, ' ', pad);
	while (*prefix)
		put_char(out, *prefix++);
	put_repeated(out, '0', zeros);
	while (nr_digits)
		put_char(out, reversed[--nr_digits]);
	if (spec->left)
		put_repeated(out, ' ', pad);
}

static void put_signed(struct output *out, const struct spec *spec, int64_t value)
{
	const char prefix[2] = { value < 0 ? '-' : spec->sign, '\0' };
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

	put_number(out, spec, magnitude, 10, "0123456789", prefix);
}

static void put_hex(struct output *out, const struct spec *spec, uint64_t value, bool upper)
{
	const char *prefix = !spec->alternate || !value ? "" : upper ? "0X" : "0x";

	put_number(out, spec, value, 16, upper ? "0123456789ABCDEF" : "0123456789abcdef", prefix);
}

static void put_pointer(struct output *out, const struct spec *spec, const void *pointer)
{
	struct spec fixed = *spec;

	fixed.precision = 16;
	put_number(out, &fixed, (uintptr_t)pointer, 16, "0123456789abcdef", "0x");
}

static int parse_number(const char **format, va_list *arguments)
{
	int number = 0;

	if (**format == '*') {
		(*format)++;
		return va_arg(*arguments, int);
	}
	while (**format >= '0' && **format <= '9')
		number = number * 10 + *(*format)++ - '0';
	return number;
}

static void parse_flags(struct spec *spec, const char **format)
{
	for (;; (*format)++) {
		switch (**format) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '#': spec->alternate = true; break;
		case '+': spec->sign = '+'; break;
		case ' ':
			if (!spec->sign)
				spec->sign = ' ';
			break;
		default: return;
		}
	}
}

static struct spec parse_spec(const char **format, va_list *arguments)
{
	struct spec spec = { .precision = -1 };

	parse_flags(&spec, format);
	spec.width = parse_number(format, arguments);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (**format == '.') {
		(*format)++;
		spec.precision = parse_number(format, arguments);
	}
	for (;; (*format)++) {
		switch (**format) {
		case 'h': spec.length--; break;
		case 'l':
		case 'z': spec.length++; break;
		default: return spec;
		}
	}
}

static uint64_t next_unsigned(const struct spec *spec, va_list *arguments)
{
	if (spec->length >= 1)
		return va_arg(*arguments, uint64_t);
	switch (spec->length) {
	case 0: return va_arg(*arguments, unsigned int);
	case -1: return (unsigned short)va_arg(*arguments, unsigned int);
	default: return (unsigned char)va_arg(*arguments, unsigned int);
	}
}

static int64_t next_signed(const struct spec *spec, va_list *arguments)
{
	if (spec->length >= 1)
		return va_arg(*arguments, int64_t);
	switch (spec->length) {
	case 0: return va_arg(*arguments, int);
	case -1: return (short)va_arg(*arguments, int);
	default: return (signed char)va_arg(*arguments, int);
	}
}

/* Print one conversion; false if `conversion` is unknown. */
static bool put_conversion(struct output *out, const struct spec *spec, char conversion,
			   va_list *arguments)
{
	char c;

	switch (conversion) {
	case 'd':
	case 'i': put_signed(out, spec, next_signed(spec, arguments)); return true;
	case 'u':
		put_number(out, spec, next_unsigned(spec, arguments), 10, "0123456789", "");
		return true;
	case 'x':
	case 'X':
		put_hex(out, spec, next_unsigned(spec, arguments), conversion == 'X');
		return true;
	case 'p': put_pointer(out, spec, va_arg(*arguments, void *)); return true;
	case 's': put_string(out, spec, va_arg(*arguments, const char *)); return true;
	case 'c':
		c = (char)va_arg(*arguments, int);
		put_text(out, spec, &c, 1);
		return true;
	case '%': put_char(out, '%'); return true;
	default: return false;
	}
}

size_t fmt_vprint(char *buffer, size_t size, const char *format, va_list arguments)
{
	struct output out = { .buffer = buffer, .size = size };
	va_list rest;

	va_copy(rest, arguments);
	while (*format) {
		const char *start = format;
		struct spec spec;

		if (*format++ != '%') {
			put_char(&out, *start);
			continue;
		}
		spec = parse_spec(&format, &rest);
		if (*format && put_conversion(&out, &spec, *format, &rest)) {
			format++;
			continue;
		}
		while (start < format)
			put_char(&out, *start++);
	}
	va_end(rest);
	if (size)
		buffer[out.length < size ? out.length : size - 1] = '\0';
	return out.length;
}

size_t fmt_print(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = fmt_vprint(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
