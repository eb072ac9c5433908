/* SPDX-License-Identifier: MIT */
/* What CPUID says of this CPU, read once. */
#ifndef ARCH_CPU_FEATURES_H
#define ARCH_CPU_FEATURES_H

#include <arch/cpu.h>
#include <mercator/types.h>

struct cpu_features {
	char vendor[13];
	char brand[49];      /* "" if the CPU has none */
	char hypervisor[13]; /* "" on bare hardware */
	unsigned int physical_bits;
	bool pages_1gib, global_pages, levels_5, machine_check, tsc;

	/* The time-stamp counter's ticks a second, and their source; 0 and "nobody" if unknown. */
	uint64_t tsc_hertz;
	const char *tsc_source;
	bool tsc_invariant; /* independent of power states (SDM 3B, 18.17.1) */
	/* By QEMU's TCG, where timing is not a CPU's. Not set by Bochs, which shows a real CPU. */
	bool is_emulated;
};

/* Fill from CPUID. */
void cpu_features_init(void);
const struct cpu_features *cpu_features(void);

/* The time-stamp counter; 0 where the CPU has none. */
static inline uint64_t cpu_ticks(void)
{
	return cpu_features()->tsc ? read_tsc() : 0;
}

/* The first physical address beyond what this CPU supports. */
static inline uint64_t cpu_physical_limit(void)
{
	return UINT64_C(1) << cpu_features()->physical_bits;
}

#endif
