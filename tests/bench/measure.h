/* SPDX-License-Identifier: MIT */
/*
 * Measuring on the host, and rows of results. A row compares a loop with its limit loop: both are
 * run by turns, so that what disturbs the machine disturbs both, and the ratio is the median of the
 * turns' ratios.
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
	double value, min;   /* median and least */
	bool has_limit;      /* `limit` and `ratio` mean something */
	double limit, ratio; /* the limit loop's median; the median of the turns */
	bool has_target;
	double target; /* the most that is asked of the ratio or, without a limit, of the value */
};

/* This thread's processor time: what else the machine does counts little. Waiting for a lock counts. */
uint64_t bench_now_ns(void);
double bench_median(double *values, size_t count);

/*
 * Run both loops (`limit` may be NULL) by turns, 25 times or as often as BENCH_REPEATS in the environment
 * says; target 0 for none. Kept and printed.
 */
void bench_compare(const char *name, bench_loop loop, bench_loop limit, double target);
/* A row whose value is no time: kept and printed. */
void bench_value(const char *name, const char *unit, double value, double target);

void bench_heading(void);
/* Write the rows as JSON. False if that fails. */
bool bench_write_json(const char *path);
/* How many rows miss their target. */
unsigned int bench_missed(void);

#endif
