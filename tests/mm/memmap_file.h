/* SPDX-License-Identifier: MIT */
/* The memory maps of real machines in tests/data/memmaps, whose README.md says the format. */
#ifndef TESTS_MEMMAP_FILE_H
#define TESTS_MEMMAP_FILE_H

#include <kernel/ktest.h>
#include <mercator/memmap.h>

#define MEMMAP_FILE_RANGES 128 /* the longest of the files has 45, and tests add a few */

struct memmap_file {
	struct mc_memmap_range ranges[MEMMAP_FILE_RANGES];
	size_t count;
	uint64_t limit; /* of the machine's CPU where the file knows it, else UINT64_MAX */
};

/*
 * Read and visit each of them, with the ranges that the kernel adds on any PC before it. The test
 * fails if there are none, or if one cannot be read.
 */
void memmap_files_visit(struct ktest_run *t, void (*visit)(struct ktest_run *t, const char *name,
							   struct memmap_file *map));

#endif
