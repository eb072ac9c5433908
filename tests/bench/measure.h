/* SPDX-License-Identifier: MIT */
/*
 * Measuring on the host, and rows of results. A row compares a loop with its limit loop: both are
 * run in turns, so that other load affects both, and the ratio is the median of the turns' ratios.
 *
 * As JSON, a file is a list of rows, each an object with these keys:
 *	name	"method.what", or what was measured
 *	unit	"ns", "instructions", "bytes", ...
 *	value	the figure: for times, the median of the turns
 *	min	the least of the turns, or the value
 *	q1, q3	of times: the quartiles, between which half of the turns lie
 *	limit, ratio	where there is a limit loop: its median, and the median of the turns' ratios
 *	target	where there is one: the most that is asked of the ratio, or of the value
 *	text	instead of a value, where the answer is no number: "cannot: ...", say; the unit is "text"
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Runs a loop once and returns the nanoseconds of one operation. */
typedef double (*bench_loop)(void);

struct bench_row {
	const char *name;
	const char *unit;
	const char *text;  /* instead of a value; NULL if there is one */
	double value, min; /* median and least */
	bool has_spread;
	double q1, q3;
	bool has_limit;      /* `limit` and `ratio` are valid */
	double limit, ratio; /* the limit loop's median; the median of the turns */
	bool has_target;
	double target; /* the most that is asked of the ratio or, without a limit, of the value */
};

/* This thread's processor time: other load has little effect. Waiting for a lock counts. */
uint64_t bench_now_ns(void);
double bench_median(double *values, size_t count);

/*
 * Run both loops (`limit` may be NULL) in turns, 25 times or BENCH_REPEATS of the environment;
 * target 0 for none. Keep and print the row.
 */
void bench_compare(const char *name, bench_loop loop, bench_loop limit, double target);
/* A row whose value is no time: kept and printed. */
void bench_value(const char *name, const char *unit, double value, double target);

/* A row whose answer is no number. */
void bench_text(const char *name, const char *text);

void bench_heading(void);
/* Write the rows as JSON. False if that fails. */
bool bench_write_json(const char *path);
/* How many rows miss their target. */
unsigned int bench_missed(void);

#endif
