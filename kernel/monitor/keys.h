/* SPDX-License-Identifier: MIT */
/*
 * Keys, and decoding a terminal's bytes and a keyboard's codes into them. Pure: each decoder is a
 * struct that is all zero at the start and gets one byte at a time.
 */
#ifndef KERNEL_MONITOR_KEYS_H
#define KERNEL_MONITOR_KEYS_H

#include <mercator/types.h>

/*
 * A key is an ASCII character (ctrl and a letter is the control character that a terminal sends),
 * or one of these.
 */
enum key {
	KEY_NONE = 0,
	KEY_BACKSPACE = 0x08,
	KEY_TAB = 0x09,
	KEY_ENTER = 0x0d,
	KEY_DELETE_BACK = 0x7f, /* what most terminals send for backspace */
	KEY_LOST = 0x80,        /* a character that is not ASCII, or was lost on the way */
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
};

#define KEY_CTRL(letter) ((unsigned int)(0x1f & (letter)))

/*
 * A terminal: ASCII, and the escape sequences of a VT100 or xterm for the keys above (ECMA-48, 5.4;
 * xterm, "Control Sequences", PC-Style Function Keys). Other sequences and strings are skipped as a
 * whole; control characters in them still count, and Enter and ctrl-c end them. A UTF-8 character
 * beyond ASCII is one KEY_LOST.
 */
struct terminal_decoder {
	uint8_t state;
	uint8_t number;  /* the first parameter of a sequence */
	uint8_t nr_more; /* bytes of a UTF-8 character that are still missing */
	uint16_t length; /* of a string */
};

/* The key that `byte` completes, or KEY_NONE. */
unsigned int terminal_decode(struct terminal_decoder *decoder, uint8_t byte);

/*
 * Call it if no byte has come for longer than within any sequence. It ends a lone ESC, and a
 * sequence that alt and a key have begun, but not a string that is not empty.
 */
void terminal_pause(struct terminal_decoder *decoder);

/*
 * A PC keyboard's scan codes, set 1, as the controller translates them, on the US layout. Both shift
 * keys, both ctrl keys and caps lock count; the keypad gives digits.
 */
struct scan_decoder {
	uint8_t prefix;     /* 0, 0xe0 or 0xe1 */
	uint8_t nr_skipped; /* of the codes that belong to the prefix 0xe1 */
	bool shift_left, shift_right, ctrl_left, ctrl_right, caps;
};

/*
 * The key that `code` completes, or KEY_NONE: a key was released, a sequence goes on, or the code
 * is not known. KEY_LOST: the keyboard's buffer overflowed.
 */
unsigned int scan_decode(struct scan_decoder *decoder, uint8_t code);

#endif
