/* SPDX-License-Identifier: MIT */
/* CPUs, which are threads (mercator_platform.h). */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mercator/platform.h>

__thread unsigned int host_cpu_id;

void mc_cpu_relax(void)
{
	static __thread unsigned int count;

	if (++count % 64 == 0)
		sched_yield();
	else
		__builtin_ia32_pause();
}

static void membarrier(int command)
{
	if (syscall(SYS_membarrier, command, 0, 0)) {
		perror("membarrier");
		abort();
	}
}

/* One CPU needs no barrier in others, nor a system that has such a call. */
__attribute__((constructor)) static void register_membarrier(void)
{
	if (MC_NR_CPUS > 1)
		membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

void mc_barrier_everywhere(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (MC_NR_CPUS > 1)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}
