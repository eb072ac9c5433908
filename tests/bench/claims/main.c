/* SPDX-License-Identifier: MIT */
/*
 * The usual claims about "map all of physical memory" and "recursive page tables", each as a figure
 * that is counted, not timed: the same on every machine.
 *
 *	usage: claims JSON
 */
#define _GNU_SOURCE /* vasprintf() */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../measure.h"
#include "claims.h"

void claim(double value, const char *unit, const char *name, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, name);
	if (vasprintf(&text, name, arguments) < 0)
		abort();
	va_end(arguments);
	/* The row keeps the name. */
	bench_value(text, unit, value, 0);
}

int main(int argc, char **argv)
{
	bench_heading();
	claim_setup();
	claim_touched();
	claim_invalidations();
	if (argc > 1 && !bench_write_json(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
