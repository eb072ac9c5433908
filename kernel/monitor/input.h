/* SPDX-License-Identifier: MIT */
/* Keys from the serial port and the PC keyboard, if the machine has them. */
#ifndef KERNEL_MONITOR_INPUT_H
#define KERNEL_MONITOR_INPUT_H

#include <stdbool.h>

/* Look for the devices. Whether there is any; and which ones, for a message. */
bool input_init(void);
const char *input_names(void);

/* Wait for a key (keys.h). Only after input_init() has returned true. */
unsigned int input_key(void);

#endif
