/* SPDX-License-Identifier: MIT */
/* A PC keyboard's scan codes as keys (keys.h). Set 1 (IBM PS/2 Technical Reference, Keyboards). */
#include "keys.h"

#define PREFIX_EXTENDED 0xe0
#define PREFIX_PAUSE    0xe1
#define PAUSE_CODES     2 /* that follow its prefix */
#define RELEASED        0x80
#define OVERRUN         0xff
#define OVERRUN_SET_2   0x00 /* the same, if the controller does not translate it */

enum scan_code {
	SCAN_CTRL = 0x1d,
	SCAN_SHIFT_LEFT = 0x2a,
	SCAN_SHIFT_RIGHT = 0x36,
	SCAN_CAPS = 0x3a,
};

#define NR_CODES 0x54

/* The US layout; \0 where there is no character. */
static const char plain[NR_CODES + 1] = "\0\0331234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\"
					"zxcvbnm,./\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0"
					"789-456+1230.";
static const char shifted[NR_CODES + 1] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|"
					  "ZXCVBNM<>?\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0"
					  "789-456+1230.";

static unsigned int extended_key(uint8_t code)
{
	switch (code) {
	case 0x48: return KEY_UP;
	case 0x50: return KEY_DOWN;
	case 0x4b: return KEY_LEFT;
	case 0x4d: return KEY_RIGHT;
	case 0x47: return KEY_HOME;
	case 0x4f: return KEY_END;
	case 0x53: return KEY_DELETE;
	case 0x1c: return KEY_ENTER; /* of the keypad */
	case 0x35: return '/';       /* of the keypad */
	default: return KEY_NONE;
	}
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static unsigned int character_key(const struct scan_decoder *decoder, uint8_t code)
{
	const bool shift = decoder->shift_left || decoder->shift_right;
	char c;

	if (code >= NR_CODES)
		return KEY_NONE;
	c = plain[code];
	if (decoder->ctrl_left || decoder->ctrl_right)
		return is_letter(c) ? KEY_CTRL(c) : (unsigned int)KEY_NONE;
	if (c == '\033')
		return KEY_NONE;
	/* Caps lock inverts shift, for letters only. */
	if (shift != (decoder->caps && is_letter(c)))
		c = shifted[code];
	return (unsigned char)c;
}

/* Whether the code is a modifier key's; if so, note its state. */
static bool is_modifier(struct scan_decoder *decoder, uint8_t code, bool extended, bool pressed)
{
	switch (code) {
	case SCAN_CTRL: *(extended ? &decoder->ctrl_right : &decoder->ctrl_left) = pressed; break;
	case SCAN_SHIFT_LEFT:
		/* E0 2A is not a key: it is sent around others, to undo shift or num lock. */
		if (!extended)
			decoder->shift_left = pressed;
		break;
	case SCAN_SHIFT_RIGHT:
		if (!extended)
			decoder->shift_right = pressed;
		break;
	case SCAN_CAPS: decoder->caps ^= pressed; break;
	default: return false;
	}
	return true;
}

unsigned int scan_decode(struct scan_decoder *decoder, uint8_t code)
{
	const bool extended = decoder->prefix == PREFIX_EXTENDED;
	const bool pressed = !(code & RELEASED);

	if (code == OVERRUN || code == OVERRUN_SET_2) {
		/* Releases may have been lost: no key may stay down for ever. */
		*decoder = (struct scan_decoder){ .caps = decoder->caps };
		return KEY_LOST;
	}
	if (decoder->prefix == PREFIX_PAUSE) {
		if (++decoder->nr_skipped == PAUSE_CODES)
			decoder->prefix = 0;
		return KEY_NONE;
	}
	if (code == PREFIX_EXTENDED || code == PREFIX_PAUSE) {
		decoder->prefix = code;
		decoder->nr_skipped = 0;
		return KEY_NONE;
	}
	decoder->prefix = 0;
	code &= RELEASED - 1;
	if (is_modifier(decoder, code, extended, pressed) || !pressed)
		return KEY_NONE;
	return extended ? extended_key(code) : character_key(decoder, code);
}
