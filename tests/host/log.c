/* SPDX-License-Identifier: MIT */
/* The host's log: results to standard output, all else to standard error. */
#include <stdarg.h>
#include <stdio.h>

#include <kernel/fmt.h>
#include <kernel/log.h>

static log_taker *log_take;

void log_divert(log_taker *take)
{
	log_take = take;
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	fmt_vprint(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (log_take && (level == LOG_ERROR || level == LOG_WARN)) {
		log_take(text);
		return;
	}
	fprintf(level == LOG_RESULT ? stdout : stderr, "%s\n", text);
	fflush(stdout);
}

/* The host shows all. */
void log_set_threshold(enum log_level threshold)
{
	(void)threshold;
}
