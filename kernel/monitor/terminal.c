/* SPDX-License-Identifier: MIT */
/*
 * A terminal's bytes as keys (keys.h). The states are the relevant ones of DEC's parser (Paul
 * Williams, "A parser for DEC's ANSI-compatible video terminals", of the VT500 series): the same
 * bytes end a sequence, so that unknown ones are skipped as a whole.
 */
#include "keys.h"

#define ESCAPE     0x1b
#define BELL       KEY_CTRL('g')
#define CANCEL     KEY_CTRL('x') /* CAN and SUB cancel any sequence */
#define SUBSTITUTE KEY_CTRL('z')

/* A longer string has lost its end, or is none: alt-] begins like a string. */
#define STRING_MAX 256

enum terminal_state {
	TERMINAL_TEXT,
	TERMINAL_ESCAPE,       /* after ESC */
	TERMINAL_INTERMEDIATE, /* after ESC and a byte that another one follows: ESC ( B */
	TERMINAL_OPEN,         /* after ESC [ */
	TERMINAL_SEQUENCE,     /* in the first parameter of ESC [, or after ESC O */
	TERMINAL_PARAMETERS,   /* after the first parameter */
	TERMINAL_FUNCTION,     /* after ESC [ [ */
	TERMINAL_STRING,
};

/* The key of the last letter of ESC [ or ESC O. */
static unsigned int key_of_letter(uint8_t letter)
{
	switch (letter) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return KEY_RIGHT;
	case 'D': return KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	default: return KEY_NONE;
	}
}

/* The key of the number in ESC [ NUMBER ~. */
static unsigned int key_of_number(uint8_t number)
{
	switch (number) {
	case 1:
	case 7: return KEY_HOME;
	case 4:
	case 8: return KEY_END;
	case 3: return KEY_DELETE;
	default: return KEY_NONE;
	}
}

static unsigned int in_text(uint8_t byte)
{
	return byte == '\n' ? (unsigned int)KEY_ENTER : byte;
}

/* These end the line even within a sequence. */
static bool ends_line(uint8_t byte)
{
	return byte == '\r' || byte == '\n' || byte == KEY_CTRL('c');
}

static bool breaks_off(uint8_t byte)
{
	return ends_line(byte) || byte == CANCEL || byte == SUBSTITUTE;
}

/* ECMA-48, 5.3 and 5.6: five bytes begin a string; 0x20 to 0x2f do not end a sequence. */
static unsigned int after_escape(struct terminal_decoder *decoder, uint8_t byte)
{
	decoder->number = 0;
	decoder->length = 0;
	switch (byte) {
	case '[': decoder->state = TERMINAL_OPEN; break;
	case 'O': decoder->state = TERMINAL_SEQUENCE; break;
	case 'P': /* DCS */
	case 'X': /* SOS */
	case ']': /* OSC */
	case '^': /* PM */
	case '_': /* APC */ decoder->state = TERMINAL_STRING; break;
	default: decoder->state = byte < 0x30 ? TERMINAL_INTERMEDIATE : TERMINAL_TEXT;
	}
	return KEY_NONE;
}

/* Parameters and intermediates are 0x20 to 0x3f, then one byte ends the sequence (ECMA-48, 5.4). */
static unsigned int in_sequence(struct terminal_decoder *decoder, uint8_t byte)
{
	if (byte >= 0x40) {
		decoder->state = TERMINAL_TEXT;
		return byte == '~' ? key_of_number(decoder->number) : key_of_letter(byte);
	}
	if (byte < '0' || byte > '9')
		decoder->state = TERMINAL_PARAMETERS;
	else if (decoder->state == TERMINAL_SEQUENCE && decoder->number < 25)
		decoder->number = (uint8_t)(decoder->number * 10 + (byte - '0'));
	return KEY_NONE;
}

/* The Linux console has ESC [ [ A to E for F1 to F5: a byte more than in ECMA-48. */
static unsigned int after_open(struct terminal_decoder *decoder, uint8_t byte)
{
	if (byte == '[') {
		decoder->state = TERMINAL_FUNCTION;
		return KEY_NONE;
	}
	decoder->state = TERMINAL_SEQUENCE;
	return in_sequence(decoder, byte);
}

/* ESC ends a string, too; the \ that follows is then a sequence without meaning. */
static unsigned int in_string(struct terminal_decoder *decoder, uint8_t byte)
{
	if (breaks_off(byte) || byte == BELL || ++decoder->length == STRING_MAX)
		decoder->state = TERMINAL_TEXT;
	return ends_line(byte) ? in_text(byte) : (unsigned int)KEY_NONE;
}

/*
 * DEC's parser executes a control character at once, and the sequence goes on. But after a lone
 * ESC, or with alt, the key is the end: nothing of the sequence follows.
 */
static unsigned int control(struct terminal_decoder *decoder, uint8_t byte)
{
	if (breaks_off(byte) || decoder->state == TERMINAL_ESCAPE)
		decoder->state = TERMINAL_TEXT;
	return in_text(byte);
}

/*
 * UTF-8 (RFC 3629, 3): the first byte says how many follow. A stray following byte is a character.
 */
static unsigned int foreign(struct terminal_decoder *decoder, uint8_t byte)
{
	decoder->state = TERMINAL_TEXT;
	if (byte < 0xc0 && decoder->nr_more) {
		decoder->nr_more--;
		return KEY_NONE;
	}
	decoder->nr_more = byte < 0xc0 || byte >= 0xf8 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	return KEY_LOST;
}

static unsigned int printable(struct terminal_decoder *decoder, uint8_t byte)
{
	switch (decoder->state) {
	case TERMINAL_ESCAPE: return after_escape(decoder, byte);
	case TERMINAL_OPEN: return after_open(decoder, byte);
	case TERMINAL_SEQUENCE:
	case TERMINAL_PARAMETERS: return in_sequence(decoder, byte);
	case TERMINAL_INTERMEDIATE:
		if (byte >= 0x30)
			decoder->state = TERMINAL_TEXT;
		return KEY_NONE;
	case TERMINAL_FUNCTION: decoder->state = TERMINAL_TEXT; return KEY_NONE;
	default: return in_text(byte);
	}
}

unsigned int terminal_decode(struct terminal_decoder *decoder, uint8_t byte)
{
	if (byte < 0x80)
		decoder->nr_more = 0;
	/* ESC always begins a new sequence, so that a broken one cannot block the keyboard. */
	if (byte == ESCAPE) {
		decoder->state = TERMINAL_ESCAPE;
		return KEY_NONE;
	}
	if (decoder->state == TERMINAL_STRING)
		return in_string(decoder, byte);
	if (byte < ' ' || byte == KEY_DELETE_BACK)
		return control(decoder, byte);
	return byte < 0x80 ? printable(decoder, byte) : foreign(decoder, byte);
}

void terminal_pause(struct terminal_decoder *decoder)
{
	if (decoder->state != TERMINAL_STRING || !decoder->length)
		decoder->state = TERMINAL_TEXT;
}
