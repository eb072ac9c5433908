/* SPDX-License-Identifier: MIT */
/* Reading and writing entries that the hardware and other CPUs read, and may write, at any moment. */
#ifndef ENTRY_H
#define ENTRY_H

#include "../atomic.h"
#include <mercator/pt_format.h>

/*
 * Read an entry once, whole. Behind the empty instruction, the compiler knows of a register only, and
 * cannot come back to read again. (A volatile read says the same, but keeps GCC from using the CPU's
 * way to add an index.)
 */
static inline mc_pt_entry_t read_entry(const mc_pt_entry_t *entry)
{
#ifdef __SANITIZE_THREAD__ /* which has to be told that this is meant */
	return (mc_pt_entry_t){ atomic_load_acquire(&entry->raw) };
#else
	mc_pt_entry_t value = *entry;

	__asm__("" : "+r"(value.raw));
	return value;
#endif
}

/* Write it once, whole. All that was written before is visible first: x86 keeps stores in order. */
static inline void write_entry(mc_pt_entry_t *entry, mc_pt_entry_t value)
{
#ifdef __SANITIZE_THREAD__
	atomic_store_release(&entry->raw, value.raw);
#else
	*(volatile uint64_t *)&entry->raw = value.raw;
#endif
}

#endif
