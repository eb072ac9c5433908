/* SPDX-License-Identifier: MIT */
/*
 * Keys from the serial port and the PC keyboard (input.h). Interrupts are off in this kernel, so
 * both are polled in turns, as fast as the CPU can.
 */
#include <arch/keyboard.h>
#include <arch/serial.h>
#include <mercator/platform.h>

#include "input.h"
#include "keys.h"

/*
 * A moment: longer than any terminal needs for a sequence, too short for a person to notice.
 * Counted in polls: a poll reads two ports, which takes some microseconds.
 */
#define MOMENT 200000

static bool has_serial, has_keyboard;
static unsigned int nr_silent; /* polls since the serial port had a byte */
static struct terminal_decoder terminal;
static struct scan_decoder keyboard;

bool input_init(void)
{
	has_serial = IS_ENABLED(CONFIG_SERIAL) && serial_is_there();
	has_keyboard = keyboard_init();
	return has_serial || has_keyboard;
}

const char *input_names(void)
{
	if (has_serial && has_keyboard)
		return "the serial port and the keyboard";
	if (has_serial)
		return "the serial port; there is no keyboard controller";
	return has_keyboard ? "the keyboard" : "nothing";
}

static unsigned int poll_serial(void)
{
	uint8_t byte;

	if (!IS_ENABLED(CONFIG_SERIAL) || !has_serial)
		return KEY_NONE;
	if (serial_overrun()) {
		terminal = (struct terminal_decoder){ 0 };
		return KEY_LOST;
	}
	if (serial_read(&byte)) {
		nr_silent = 0;
		return terminal_decode(&terminal, byte);
	}
	if (++nr_silent == MOMENT)
		terminal_pause(&terminal);
	return KEY_NONE;
}

static unsigned int poll(void)
{
	unsigned int key = poll_serial();
	uint8_t code;

	if (key == KEY_NONE && has_keyboard && keyboard_read(&code))
		key = scan_decode(&keyboard, code);
	return key;
}

unsigned int input_key(void)
{
	unsigned int key;

	while ((key = poll()) == KEY_NONE)
		mc_cpu_relax();
	return key;
}
