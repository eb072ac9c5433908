/* SPDX-License-Identifier: MIT */
/* Where keys come from: the serial port and the PC keyboard, whichever the machine has. */
#ifndef KERNEL_MONITOR_INPUT_H
#define KERNEL_MONITOR_INPUT_H

#include <stdbool.h>

/* Look for the devices; whether there is any, and which, for a message. */
bool input_init(void);
const char *input_names(void);

/* Wait for a key of either (keys.h). input_init() has returned true. */
unsigned int input_key(void);

#endif
