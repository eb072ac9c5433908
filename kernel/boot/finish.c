/* SPDX-License-Identifier: MIT */
/* The end of the kernel's run (kernel/panic.h). */
#include <arch/cpu.h>
#include <kernel/options.h>
#include <kernel/panic.h>

#define ISA_DEBUG_EXIT_PORT 0xf4
#define ISA_DEBUG_PASSED    16 /* status 33 */
#define ISA_DEBUG_FAILED    17 /* status 35 */

static void exit_isa_debug(bool passed)
{
	port_write32(ISA_DEBUG_EXIT_PORT, passed ? ISA_DEBUG_PASSED : ISA_DEBUG_FAILED);
}

static enum way_out way_out;

void finish_configure(enum way_out way)
{
	way_out = way;
}

void finish(bool passed)
{
	switch (way_out) {
	case STAY: break;
	case LEAVE_ISA_DEBUG: exit_isa_debug(passed); break;
	case LEAVE_BOCHS: bochs_break(); break;
	}
	cpu_halt();
}
