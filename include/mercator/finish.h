/* SPDX-License-Identifier: MIT */
/* How the kernel ends: it leaves the emulator if asked to, else it stays with its result on show. */
#ifndef MERCATOR_FINISH_H
#define MERCATOR_FINISH_H

#include <mercator/options.h>

/*
 * What `exit=` on the command line asks for; to be called before the first finish(). Nothing is ever
 * written to an exit device's port unless this has named it.
 */
void finish_configure(enum way_out way);

/*
 * End here. With exit=isa-debug, QEMU leaves with status 33 if `passed`, else 35 (its
 * isa-debug-exit device at port 0xf4 turns v into 2v + 1); with exit=bochs, break into Bochs' debugger
 * (whose script quits; the log has the result); otherwise the CPU halts.
 */
__attribute__((noreturn)) void finish(bool passed);

#endif
