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
	KEY_LOST = 0x80,        /* what was typed is no ASCII, or was lost on the way */
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
 * xterm, "Control Sequences", PC-Style Function Keys). Sequences and strings that mean nothing here are
 * swallowed whole; control characters among them count, and Enter and ctrl-c end them. A character
 * above ASCII, in UTF-8, is one KEY_LOST.
 */
struct terminal_decoder {
	uint8_t state;
	uint8_t number;  /* the first parameter of a sequence */
	uint8_t nr_more; /* bytes of a character of UTF-8 that are still to come */
	uint16_t length; /* of a string */
};

/* The key that `byte` completes, or KEY_NONE. */
unsigned int terminal_decode(struct terminal_decoder *decoder, uint8_t byte);

/*
 * Nothing has come for a moment, longer than within any sequence: an ESC that stands alone, or what a
 * person has begun with alt and a key, is over. A string that has something in it may go on.
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
 * The key that `code` means, or KEY_NONE: it was released, it is a part, it has no meaning here.
 * KEY_LOST: more was typed than the keyboard could keep.
 */
unsigned int scan_decode(struct scan_decoder *decoder, uint8_t code);

#endif
