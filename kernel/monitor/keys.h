/* SPDX-License-Identifier: MIT */
/*
 * Keys, and how bytes of a terminal and codes of a keyboard become keys. Pure: each decoder is a
 * struct that is all zero at the start, and is given one byte after the other.
 */
#ifndef KERNEL_MONITOR_KEYS_H
#define KERNEL_MONITOR_KEYS_H

#include <mercator/types.h>

/*
 * A key is a character of ASCII, where control characters are those that a terminal sends for ctrl
 * and a letter, or one of these.
 */
enum key {
	KEY_NONE = 0,
	KEY_BACKSPACE = 0x08,
	KEY_TAB = 0x09,
	KEY_ENTER = 0x0d,
	KEY_DELETE_BACK = 0x7f, /* what most terminals send for backspace */
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
};

#define KEY_CTRL(letter) ((unsigned int)((letter)&0x1f))

/*
 * A terminal: ASCII, and the escape sequences of a VT100 or xterm for the keys above (ECMA-48, 5.4;
 * xterm, "Control Sequences", PC-Style Function Keys). Sequences that mean nothing here are swallowed
 * whole; bytes above 0x7f too.
 */
struct terminal_decoder {
	uint8_t state;
	uint8_t number; /* the first parameter of a sequence */
};

/* The key that `byte` completes, or KEY_NONE. */
unsigned int terminal_decode(struct terminal_decoder *decoder, uint8_t byte);

/*
 * A PC keyboard's scan codes, set 1, as the controller translates them, on the US layout. Both shift
 * keys, both ctrl keys and caps lock count; the keypad gives digits.
 */
struct scan_decoder {
	uint8_t prefix;     /* 0, 0xe0 or 0xe1 */
	uint8_t nr_skipped; /* of the codes that belong to the prefix 0xe1 */
	bool shift_left, shift_right, ctrl_left, ctrl_right, caps;
};

/* The key that `code` means, or KEY_NONE: it was released, it is a part, it has no meaning here. */
unsigned int scan_decode(struct scan_decoder *decoder, uint8_t code);

#endif
