/* SPDX-License-Identifier: MIT */
/*
 * The PC's keyboard behind its 8042 controller, polled. Every wait is bounded, so that a machine
 * without one, or with one that does not answer, stops nothing.
 */
#ifndef ARCH_KEYBOARD_H
#define ARCH_KEYBOARD_H

#include <mercator/types.h>

/*
 * Look for the controller and have it hand on the keyboard's codes, translated to set 1. False if
 * there is none. That a keyboard is plugged in cannot be told: it may come later.
 */
bool keyboard_init(void);

/* Take a code that has arrived, if there is one. Only after keyboard_init() has returned true. */
bool keyboard_read(uint8_t *code);

#endif
