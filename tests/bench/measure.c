/* SPDX-License-Identifier: MIT */
/* Rows of results (measure.h). */
#include <stdlib.h>
#include <time.h>

#include "measure.h"

#define ROWS_MAX 1024

/* Odd, so that the median is one of the turns; BENCH_REPEATS in the environment asks for fewer. */
#define REPEATS_MAX 25

static struct bench_row rows[ROWS_MAX];
static size_t nr_rows;

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool misses(const struct bench_row *row)
{
	return row->has_target && (row->has_limit ? row->ratio : row->value) > row->target;
}

void bench_heading(void)
{
	printf("%-44s %9s %9s %9s %7s %7s\n", "", "median", "min", "limit", "ratio", "target");
}

static void keep(const struct bench_row *row)
{
	if (nr_rows == ROWS_MAX)
		abort();
	rows[nr_rows++] = *row;
	if (row->text) {
		printf("%-44s %s\n", row->name, row->text);
		return;
	}
	printf("%-44s %9.2f %9.2f", row->name, row->value, row->min);
	if (row->has_limit)
		printf(" %9.2f %7.2f", row->limit, row->ratio);
	else
		printf(" %9s %7s", "", "");
	if (row->has_target)
		printf(" %7.2f%s", row->target, misses(row) ? "  MISSED" : "");
	printf("%s%s\n", row->has_target ? "  " : "          ", row->unit);
	fflush(stdout);
}

static size_t nr_repeats(void)
{
	const char *wanted = getenv("BENCH_REPEATS");
	unsigned long repeats = wanted ? strtoul(wanted, NULL, 10) : REPEATS_MAX;

	return repeats >= 1 && repeats <= REPEATS_MAX ? repeats : REPEATS_MAX;
}

void bench_compare(const char *name, bench_loop loop, bench_loop limit, double target)
{
	struct bench_row row = { .name = name, .unit = "ns", .has_target = target != 0 };
	double values[REPEATS_MAX], limits[REPEATS_MAX], ratios[REPEATS_MAX];
	const size_t repeats = nr_repeats();

	for (size_t i = 0; i < repeats; i++) {
		values[i] = loop();
		limits[i] = limit ? limit() : 0;
		ratios[i] = limit ? values[i] / limits[i] : 0;
	}
	row.value = bench_median(values, repeats);
	/* In order now. */
	row.min = values[0];
	row.has_spread = true;
	row.q1 = values[repeats / 4];
	row.q3 = values[repeats - 1 - repeats / 4];
	row.has_limit = limit != NULL;
	row.limit = bench_median(limits, repeats);
	row.ratio = bench_median(ratios, repeats);
	row.target = target;
	keep(&row);
}

void bench_value(const char *name, const char *unit, double value, double target)
{
	const struct bench_row row = {
		.name = name,
		.unit = unit,
		.value = value,
		.min = value,
		.has_target = target != 0,
		.target = target,
	};

	keep(&row);
}

void bench_text(const char *name, const char *text)
{
	const struct bench_row row = { .name = name, .unit = "text", .text = text };

	keep(&row);
}

/* Texts here have nothing in them that JSON would have to escape. */
static void write_row(FILE *file, const struct bench_row *row)
{
	fprintf(file, "  {\"name\": \"%s\", \"unit\": \"%s\"", row->name, row->unit);
	if (row->text)
		fprintf(file, ", \"text\": \"%s\"", row->text);
	else
		fprintf(file, ", \"value\": %.4f, \"min\": %.4f", row->value, row->min);
	if (row->has_spread)
		fprintf(file, ", \"q1\": %.4f, \"q3\": %.4f", row->q1, row->q3);
	if (row->has_limit)
		fprintf(file, ", \"limit\": %.4f, \"ratio\": %.4f", row->limit, row->ratio);
	if (row->has_target)
		fprintf(file, ", \"target\": %.4f", row->target);
	fprintf(file, "}");
}

bool bench_write_json(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return false;
	fprintf(file, "[\n");
	for (size_t i = 0; i < nr_rows; i++) {
		write_row(file, &rows[i]);
		fprintf(file, "%s\n", i + 1 < nr_rows ? "," : "");
	}
	fprintf(file, "]\n");
	return fclose(file) == 0;
}

unsigned int bench_missed(void)
{
	unsigned int count = 0;

	for (size_t i = 0; i < nr_rows; i++)
		count += misses(&rows[i]);
	return count;
}
