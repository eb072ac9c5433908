/* SPDX-License-Identifier: MIT */
/*
 * Formatting text into a buffer, with C's printf conversions: d i u x X c s p %, the flags - 0 # +
 * and space, width and precision (also *), the lengths hh h l ll z. No floating point, no %n, and
 * nothing is allocated. The result is always terminated when size is not 0.
 *
 * %p prints as 0x and 16 digits. An unknown conversion is copied as it stands.
 */
#ifndef KERNEL_FMT_H
#define KERNEL_FMT_H

#include <stdarg.h>
#include <stddef.h>

/* Returns the length of the whole text, like C's vsnprintf(); >= size means it was cut. */
__attribute__((format(printf, 3, 0))) size_t fmt_vprint(char *buffer, size_t size,
							const char *format, va_list arguments);
__attribute__((format(printf, 3, 4))) size_t fmt_print(char *buffer, size_t size,
						       const char *format, ...);

#endif
