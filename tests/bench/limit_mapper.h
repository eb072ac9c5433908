/* SPDX-License-Identifier: MIT */
/*
 * The limit loops of the mapper's benchmark: only the loads, checks and stores of the same work
 * with tables in the physical map. They trust their arguments, count no live entries, undo nothing,
 * and have no lock and no TLB. They are called in the same way as the mapper. Tables come from the
 * same array of free frames.
 */
#ifndef BENCH_LIMIT_MAPPER_H
#define BENCH_LIMIT_MAPPER_H

#include "bench_space.h"
#include "same_work.h"

/*
 * For pages of 4 KiB, with 4 levels. A full walk that makes missing tables and refuses to overwrite. `leaf` is the whole
 * entry.
 */
MC_MUST_CHECK int limit_map(struct bench_space *bench, uint64_t address, uint64_t leaf);

/* 4 KiB pages; tables are found once each, entries are looked at before they are written. */
MC_MUST_CHECK int limit_map_range(struct bench_space *bench, uint64_t address, uint64_t leaf,
				  uint64_t count);

/* A full walk; the entry must be there. Tables stay. */
MC_MUST_CHECK int limit_unmap(struct bench_space *bench, uint64_t address);

/* The same, and the leaf table is freed if a scan shows that it is empty. */
MC_MUST_CHECK int limit_unmap_and_scan(struct bench_space *bench, uint64_t address);

/* Whole leaf tables: each entry is looked at and cleared, then the table is freed. */
void limit_unmap_range(struct bench_space *bench, uint64_t address, uint64_t count);

/* A full walk that knows canonical addresses and huge pages. */
MC_MUST_CHECK int limit_translate(const struct bench_space *bench, uint64_t address,
				  uint64_t *physical);

/* A full walk; gives the 4 KiB leaf that is there the bits of `leaf`. */
MC_MUST_CHECK int limit_protect(struct bench_space *bench, uint64_t address, uint64_t bits);
MC_MUST_CHECK int limit_protect_range(struct bench_space *bench, uint64_t address, uint64_t count,
				      uint64_t bits);

/*
 * The same loops compiled for the number of levels and the leaves' level: for a bench_space's
 * space; they ignore parameters that they do not need.
 */
const struct work_functions *limit_work(unsigned int levels, unsigned int level);

#endif
