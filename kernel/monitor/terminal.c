/* SPDX-License-Identifier: MIT */
/* A terminal's bytes as keys (keys.h). */
#include "keys.h"

#define ESCAPE 0x1b

enum terminal_state {
	TERMINAL_TEXT,
	TERMINAL_ESCAPE,   /* after ESC */
	TERMINAL_SEQUENCE, /* after ESC [ */
	TERMINAL_SHIFTED,  /* after ESC O */
};

/* What the last letter of ESC [ or of ESC O says. */
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

/* What the number in ESC [ NUMBER ~ says. */
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

/* Parameters and intermediates are 0x20 to 0x3f, then one byte ends the sequence. */
static unsigned int in_sequence(struct terminal_decoder *decoder, uint8_t byte)
{
	if (byte >= 0x20 && byte < 0x40) {
		if (byte >= '0' && byte <= '9' && decoder->number < 25)
			decoder->number = (uint8_t)(decoder->number * 10 + (byte - '0'));
		return KEY_NONE;
	}
	decoder->state = TERMINAL_TEXT;
	return byte == '~' ? key_of_number(decoder->number) : key_of_letter(byte);
}

static unsigned int in_text(struct terminal_decoder *decoder, uint8_t byte)
{
	if (byte == ESCAPE) {
		decoder->state = TERMINAL_ESCAPE;
		return KEY_NONE;
	}
	if (byte == '\n')
		return KEY_ENTER;
	return byte <= 0x7f ? byte : (unsigned int)KEY_NONE;
}

unsigned int terminal_decode(struct terminal_decoder *decoder, uint8_t byte)
{
	/* ESC always begins anew, so that no broken sequence can keep the keyboard. */
	if (byte == ESCAPE || decoder->state == TERMINAL_TEXT)
		return in_text(decoder, byte);
	switch (decoder->state) {
	case TERMINAL_ESCAPE:
		decoder->number = 0;
		decoder->state = byte == '['   ? TERMINAL_SEQUENCE
				 : byte == 'O' ? TERMINAL_SHIFTED
					       : TERMINAL_TEXT;
		return KEY_NONE;
	case TERMINAL_SEQUENCE: return in_sequence(decoder, byte);
	default: decoder->state = TERMINAL_TEXT; return key_of_letter(byte);
	}
}
