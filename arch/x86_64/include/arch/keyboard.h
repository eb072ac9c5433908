/* SPDX-License-Identifier: MIT */
/*
 * The PC's keyboard behind its 8042 controller, polled. Every wait is bounded, in case the machine
 * has none, or it does not answer.
 */
#ifndef ARCH_KEYBOARD_H
#define ARCH_KEYBOARD_H

#include <mercator/types.h>

/*
 * Look for the controller and make it pass on the keyboard's codes, translated to set 1. False if
 * there is none. Does not detect whether a keyboard is plugged in: that may happen later.
 */
bool keyboard_init(void);

/* Take a code that has arrived, if there is one. Only after keyboard_init() has returned true. */
bool keyboard_read(uint8_t *code);

#endif
