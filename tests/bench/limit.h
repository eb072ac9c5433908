/* SPDX-License-Identifier: MIT */
/*
 * The limit loops: the minimum for an allocator. They are not safe with threads, catch no mistakes,
 * and ignore contiguity. They are called like the allocator, not inlined.
 */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <mercator/types.h>

/* An array of the free frames. */
void stack_reset(mc_pfn_t first, size_t count);
int stack_alloc(mc_pfn_t *pfn);
int stack_free(mc_pfn_t pfn);
int stack_alloc_bulk(mc_pfn_t *frames, size_t count);
int stack_free_bulk(const mc_pfn_t *frames, size_t count);

/* A bit a frame, searched from where the last frame was found. */
void nextfit_reset(mc_pfn_t first, size_t count);
int nextfit_alloc(mc_pfn_t *pfn);
int nextfit_free(mc_pfn_t pfn);

#endif
