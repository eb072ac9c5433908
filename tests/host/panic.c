/* SPDX-License-Identifier: MIT */
/* The host's mc_panic(): say why, and abort. */
#include <stdarg.h>
#include <stdlib.h>

#include <kernel/fmt.h>
#include <kernel/log.h>
#include <kernel/panic.h>

void mc_panic(const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	fmt_vprint(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_error("panic: %s", text);
	abort();
}
