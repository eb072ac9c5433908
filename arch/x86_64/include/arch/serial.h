/* SPDX-License-Identifier: MIT */
/* COM1 at 115200 baud, 8N1, polled. Every wait is bounded, in case the port vanishes. */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include <mercator/types.h>

/*
 * Look for COM1 by loopback and set it up. False if nothing echoes. (A missing port reads as 0xff,
 * which looks like "ready" in every status bit.)
 */
bool serial_init(void);

/* What serial_init() returned. */
bool serial_is_there(void);

/* Take a byte that has arrived, if there is one. Only after serial_init() has returned true. */
bool serial_read(uint8_t *byte);

/*
 * Whether bytes were lost since the last call because they came too fast: none are read while a
 * command runs. If so, bytes that have arrived are dropped, too, so that there is one gap, and
 * serial_read() continues after it.
 */
bool serial_overrun(void);

struct console; /* kernel/log.h */

/* Writes lines to COM1. Attach it only after serial_init() has returned true. */
extern struct console serial_console;

#endif
