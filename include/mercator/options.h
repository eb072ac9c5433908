/* SPDX-License-Identifier: MIT */
/* What the command line asks for, in one place: kernel/options.c lists the words. */
#ifndef MERCATOR_OPTIONS_H
#define MERCATOR_OPTIONS_H

#include <mercator/bootinfo.h>
#include <mercator/log.h>
#include <mercator/types.h>

#define OPTIONS_GLOB_SIZE 64 /* with the zero at the end, as the next */
#define OPTIONS_RUN_SIZE  1024

enum way_out {
	STAY,
	LEAVE_ISA_DEBUG,
	LEAVE_BOCHS,
};

struct options {
	/*
	 * The whole line makes sense. If not, nothing that it asks for is to be run, and the kernel's
	 * result is a failure, whatever else happens; only the log level and the way out are taken from it.
	 */
	bool make_sense;
	bool selftest, bench, run, dump_tables, keep_modules;
	bool has_seed;
	uint64_t seed;
	char selftest_glob[OPTIONS_GLOB_SIZE]; /* "" for all */
	char bench_glob[OPTIONS_GLOB_SIZE];
	char commands[OPTIONS_RUN_SIZE]; /* of run= */
	enum log_level log_level;
	enum way_out way_out;
};

/* Pure: parse a command line, and hand each thing that is wrong with it to `complain`. */
void options_parse(struct options *options, const char *command_line,
		   void (*complain)(const char *text));

/* Parse this boot's command line, log what is wrong with it, and apply `loglevel=`. */
const struct options *options_init(const struct bootinfo *info);

#endif
